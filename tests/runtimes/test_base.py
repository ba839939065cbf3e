"""The base is judged by the gate and valued by the policy, as the engine does it; nothing of it changes."""

from typing import Any

import numpy as np
import pytest

from segue.core.world import World, build_world
from segue.model.catalogue import Capacity, TraitSpec
from segue.model.contact_rules import Cap, ContactRules, QuietHours
from segue.model.events import Identified
from segue.model.ids import CustomerId, EventId
from segue.model.reach import Reach
from segue.model.time import DAY, HOUR, Instant
from segue.runtimes.base import Base, options_of, score_base
from segue.runtimes.population import Population
from tests.builders import ADDRESSES, NOW, action, workspace

ANYTIME: dict[str, Any] = {"quiet_hours": (), "min_gap": "0s", "caps": (), "consent": {"default": "opt_out"}}


def a_world(rules: dict[str, Any] | None = None, **changes: Any) -> World:
    wanted: dict[str, Any] = {
        "actions": (action("offer", "email", "sms", value=5.0, cost=1.0), action("call_up", "call", value=9.0)),
        "traits": {"email": TraitSpec(type="text"), "phone": TraitSpec(type="text"), "vip": TraitSpec(type="boolean")},
        "contact_rules": ContactRules(**(ANYTIME | (rules or {}))),
    }
    return build_world(workspace(**(wanted | changes)))


def people(world: World, *traits: dict[str, Any]) -> Population:
    population = Population(world)
    for number, known in enumerate(traits):
        event = Identified(event_id=EventId(f"e{number}"), customer_id=CustomerId(f"c{number}"), at=NOW, traits=known)
        population.advance(event, NOW)
    return population


def scored(world: World, *traits: dict[str, Any], days: tuple[Instant, ...] = (NOW,)) -> Base:
    population = people(world, *traits)
    before = [population.state(each) for each in population.customer_ids()]
    base = score_base(population, population.world, options_of(world), days)
    assert [population.state(each) for each in population.customer_ids()] == before
    return base


def test_what_is_no_contact_or_has_to_be_sent_is_not_planned() -> None:
    world = a_world(
        actions=(
            action("offer", "email", "website"),
            action("terms", "email", category="mandatory"),
            action("call_up", "call", category="service"),
        )
    )

    assert options_of(world) == (("offer", "email"), ("call_up", "call"))
    assert options_of(world, ["call_up"]) == (("call_up", "call"),)


def test_worth_is_net_of_cost_and_only_what_the_gate_lets_through_has_one() -> None:
    base = scored(a_world(), ADDRESSES, {"email": "eve@example.com"}, {})

    assert base.options == (("offer", "email"), ("offer", "sms"), ("call_up", "call"))
    assert base.values.tolist() == [[4.0, 4.0, 9.0], [4.0, -np.inf, 9.0], [-np.inf, -np.inf, 9.0]]
    assert base.possible.tolist() == [[1, 1, 1], [1, 0, 1], [0, 0, 1]]
    assert base.costs.tolist() == [1.0, 1.0, 0.0]
    assert base.reasons == ("", "", "")


def test_who_cannot_be_contacted_has_the_reason_of_the_best_there_is() -> None:
    base = scored(a_world({"consent": {"default": "opt_in"}}), ADDRESSES)

    assert base.reasons == ("no_consent",)


def test_held_out_customers_get_nothing() -> None:
    base = scored(a_world(groups={"holdout": 1.0}), ADDRESSES)

    assert base.reasons == ("holdout",)
    assert not base.possible.any()


def test_a_night_is_waited_for_but_not_a_day() -> None:
    night = Instant(NOW + 11 * HOUR)
    morning = Instant(NOW // DAY * DAY + DAY)
    quiet = {"quiet_hours": (QuietHours(start="22:00", end="08:00"),)}
    base = scored(a_world(quiet), ADDRESSES, days=(night, morning))

    assert base.possible.tolist() == [[2, 2, 2]]
    assert base.reasons == ("",)


def test_a_cap_that_is_full_closes_every_day() -> None:
    base = scored(a_world({"caps": (Cap(cap="never", limit=0, window="1d"),)}), ADDRESSES, days=(NOW,))

    assert base.reasons == ("capped",)


def test_a_capacity_is_not_priced_twice() -> None:
    base = scored(a_world(capacities={"sends": Capacity(limit=1, per="1d")}), ADDRESSES)

    assert base.values.tolist() == [[4.0, 4.0, 9.0]]


@pytest.mark.parametrize("who", ["vip", None])
def test_targets_name_those_for_whom_they_are_meant(who: str | None) -> None:
    base = scored(a_world(reach={"gold": Reach(at_least=1, who=who)}), ADDRESSES | {"vip": True}, ADDRESSES)

    assert base.members["gold"].tolist() == [True, who is None]
