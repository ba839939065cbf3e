import pytest

from segue.core.shared.plan import AMPLE, CapacityPlan, SharedPlan, compile_shared
from segue.model.catalogue import Action, Capacity, Variant
from segue.model.errors import SegueError
from segue.model.journeys import Entry, Journey, Rate
from segue.model.steps import Exit
from segue.model.time import DAY, HOUR, parse_instant
from tests.builders import action, workspace

OFFER = action("offer", "email", "sms", "website", value=5.0, cost=1.0)
CALL = Action(action="advice", value=50.0, cost=10.0, variants=(Variant(channel="call", cost=8.0),))


def test_a_workspace_that_shares_nothing_has_an_empty_plan() -> None:
    assert compile_shared(workspace(actions=(OFFER,))) == SharedPlan()


def test_a_capacity_is_used_by_every_contact_on_its_channels_and_by_nothing_else() -> None:
    capacities = {"sends": Capacity(limit=100, per="1h"), "calls": Capacity(limit=8, per="1d", channels=("call",))}
    plan = compile_shared(workspace(actions=(OFFER, CALL), capacities=capacities))
    assert plan.uses == {
        ("offer", "email"): (("sends", 1.0),),
        ("offer", "sms"): (("sends", 1.0),),
        ("advice", "call"): (("sends", 1.0), ("calls", 1.0)),
    }
    assert plan.capacities["calls"] == CapacityPlan(
        "calls", 8.0, DAY, ("promo", "service"), unit=1.0, least=1.0, typical=42.0, dearest=AMPLE * 42.0
    )


def test_a_budget_is_used_by_what_each_contact_costs_and_not_by_what_costs_nothing() -> None:
    free = action("news", "email", value=3.0)
    capacities = {"budget": Capacity(limit=500, per="7d", counts="cost")}
    plan = compile_shared(workspace(actions=(OFFER, CALL, free), capacities=capacities))
    assert plan.uses == {
        ("offer", "email"): (("budget", 1.0),),
        ("offer", "sms"): (("budget", 1.0),),
        ("advice", "call"): (("budget", 8.0),),
    }
    assert (plan.capacities["budget"].unit, plan.capacities["budget"].least) == (10.0 / 3.0, 1.0)


def test_only_named_actions_use_a_capacity_for_actions() -> None:
    capacities = {"slots": Capacity(limit=1, per="1h", actions=("advice",))}
    assert list(compile_shared(workspace(actions=(OFFER, CALL), capacities=capacities)).uses) == [("advice", "call")]


def test_what_a_capacity_does_not_stop_uses_it_up_and_does_not_make_it_dearer() -> None:
    receipt = action("receipt", "email", category="transactional", value=1000.0)
    capacities = {"sends": Capacity(limit=10, per="1h")}
    plan = compile_shared(workspace(actions=(OFFER, receipt), capacities=capacities))
    assert ("receipt", "email") in plan.uses
    assert plan.capacities["sends"].dearest == AMPLE * 4.0


def test_a_ramp_is_read_with_its_first_day() -> None:
    capacity = Capacity(limit=1000, per="1d", ramp=(0.1, 0.5), ramp_from="2026-03-01")
    plan = compile_shared(workspace(actions=(OFFER,), capacities={"warming": capacity}))
    assert (plan.capacities["warming"].ramp, plan.capacities["warming"].ramp_from) == (
        (0.1, 0.5),
        parse_instant("2026-03-01"),
    )


def test_a_ramp_that_begins_at_no_date_is_refused() -> None:
    capacity = Capacity(limit=1, per="1d", ramp=(0.1,), ramp_from="soon")
    with pytest.raises(SegueError, match="soon"):
        compile_shared(workspace(capacities={"warming": capacity}))


def test_the_entry_rate_of_a_journey_is_shared_too() -> None:
    journey = Journey(
        journey="welcome", entry=Entry(trigger="signed_up", rate=Rate(limit=50, per="1h")), steps=(Exit(id="end"),)
    )
    plan = compile_shared(workspace(journeys=(journey,)))
    assert plan.entries == {"welcome": CapacityPlan("welcome", 50.0, HOUR)}
