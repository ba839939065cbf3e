from typing import Any

import pytest

from segue.core.catalogue import ActionPlan, Scored, VariantPlan, compile_actions
from segue.core.decisioning.worth import (
    LEAST_AFFINITY,
    MOST_AFFINITY,
    PREFERRED,
    TELLING_AFTER,
    Worth,
    compile_worth,
)
from segue.core.shared import compile_shared
from segue.core.view import View
from segue.model.catalogue import Capacity, ChannelSpec, ContextWeight, TraitSpec, Variant
from segue.model.contact_rules import ContactRules
from segue.model.customers import Contacts
from segue.model.reach import Reach
from segue.model.shared import Lease, Outlook, Pace, Shared
from segue.model.time import DAY, HOUR, Instant
from segue.model.workspace import Workspace
from tests.builders import CALL, NOW, WEBSITE, action, condition, contact, fact, profile, workspace

EMAIL = ChannelSpec(name="email", family="message", contact_trait="email", hears_back=True, latency=60)
SMS = ChannelSpec(name="sms", family="message", contact_trait="phone", latency=5)
OFFER = action("offer", "email", "sms", "website", "call", value=10.0, cost=1.0)
OLD = NOW - TELLING_AFTER
OUTLOOK = Outlook(shares=((4.0, 1.0),), rate=20.0)


def shop(**changes: Any) -> Workspace:
    return workspace(**({"channels": (EMAIL, SMS, WEBSITE, CALL), "actions": (OFFER,)} | changes))


class Valued:
    """A worth of a test shop, and its offer."""

    def __init__(
        self, ledger: tuple[Any, ...] = (), shared: Shared | None = None, prefers: str = "", **changes: Any
    ) -> None:
        there = shop(**changes)
        view = View(profile(traits={"preferred_channel": prefers}), fact(), NOW, "UTC", shared or Shared())
        plan = compile_worth(there, compile_shared(there))
        self.worth = Worth(view, Contacts(ledger=ledger), plan)
        self.actions = compile_actions(there, {})

    def of(self, channel: str, name: str = "offer") -> Scored:
        return self.worth.of(*self.pair(channel, name))

    def pair(self, channel: str, name: str = "offer") -> tuple[ActionPlan, VariantPlan]:
        return self.actions[name], self.actions[name].variants[channel]


def contacts(count: int, engaged: int = 0, at: int = OLD, **changes: Any) -> tuple[Any, ...]:
    return tuple(
        contact(at - n, f"d{n}", engaged_at=Instant(at + DAY if n < engaged else 0), **changes) for n in range(count)
    )


def test_where_nothing_is_known_of_the_customer_the_compiled_score_is_returned_as_it_is() -> None:
    valued = Valued()
    _, variant = valued.pair("email")
    assert valued.of("email") is variant.scored
    assert variant.scored.total == 9.0


def test_a_variant_has_its_own_lift_and_cost() -> None:
    varied = action("offer", value=10.0, cost=1.0, variants=(Variant(channel="email", lift=0.5, cost=0.25),))
    scored = Valued(actions=(varied,)).of("email")
    assert scored.total == 4.75
    assert scored.scores == {"value": 10.0, "cost": 0.25, "lift": 0.5, "priority": 0.0, "total": 4.75}


def test_who_responds_on_a_channel_is_worth_more_there_and_who_does_not_less() -> None:
    keen, cold = Valued(contacts(10, engaged=5)).of("email"), Valued(contacts(10)).of("email")
    assert (keen.scores["affinity"], keen.total) == (2.0, 19.0)
    assert (cold.scores["affinity"], cold.total) == (LEAST_AFFINITY, 4.0)
    some = Valued(contacts(10, engaged=2)).of("email")
    assert some.scores.get("affinity", 1.0) == pytest.approx(1.0)


def test_few_contacts_say_little() -> None:
    once = Valued(contacts(1)).of("email").scores["affinity"]
    assert 0.8 < once < 1.0
    assert Valued(contacts(1, engaged=1)).of("email").scores["affinity"] <= MOST_AFFINITY


@pytest.mark.parametrize(
    "ledger",
    [
        contacts(10, at=NOW - DAY),
        contacts(10, channel="sms"),
        contacts(10, state="ghost"),
    ],
    ids=["too young to tell", "another channel", "never sent"],
)
def test_what_cannot_have_been_ignored_says_nothing(ledger: tuple[Any, ...]) -> None:
    valued = Valued(ledger)
    assert valued.of("email") is valued.pair("email")[1].scored


def test_silence_on_a_channel_that_hears_nothing_back_says_nothing() -> None:
    valued = Valued(contacts(10, channel="sms"))
    assert valued.of("sms") is valued.pair("sms")[1].scored


def test_the_channel_that_the_customer_prefers_is_worth_more_where_the_trait_is_declared() -> None:
    valued = Valued(prefers="sms", traits={"preferred_channel": TraitSpec(type="text")})
    static = valued.pair("sms")[1].scored
    assert valued.of("sms").scores == {**static.scores, "preference": PREFERRED, "total": 14.0}
    assert valued.of("email") is valued.pair("email")[1].scored
    undeclared = Valued(prefers="sms")
    assert undeclared.of("sms") is undeclared.pair("sms")[1].scored


def test_what_is_scarce_is_paid_for_at_its_price() -> None:
    priced = Shared(leases=(Lease("calls", NOW // DAY, 3.0, 2.5, NOW, 3.0),))
    scarce = {"calls": Capacity(limit=10, per="1d", channels=("call",))}
    valued = Valued(shared=priced, capacities=scarce)
    assert valued.of("call").total == 6.5
    assert valued.of("call").scores["price"] == 2.5
    assert valued.of("email") is valued.pair("email")[1].scored


def test_what_a_capacity_does_not_stop_does_not_pay_for_it() -> None:
    priced = Shared(leases=(Lease("calls", NOW // DAY, 3.0, 2.5, NOW, 3.0),))
    scarce = {"calls": Capacity(limit=10, per="1d", obeys=("service",))}
    valued = Valued(shared=priced, capacities=scarce)
    assert valued.of("call") is valued.pair("call")[1].scored


def test_what_obliges_or_interrupts_nobody_is_worth_the_same_to_everybody() -> None:
    receipt = action("receipt", "email", value=1.0, category="transactional")
    valued = Valued(contacts(10, engaged=9), actions=(OFFER, receipt))
    assert valued.of("email", "receipt") is valued.pair("email", "receipt")[1].scored
    assert valued.of("website") is valued.pair("website")[1].scored


def test_silence_is_worth_what_the_slot_is_likely_to_bring() -> None:
    silence = Valued(shared=Shared(outlook=OUTLOOK)).worth.silence("promo")
    assert 3.0 < silence.total <= 4.0
    assert silence == Scored("", "", 0.0, silence.total, {"opportunity_cost": silence.total})


@pytest.mark.parametrize("category", ["service", "mandatory", "transactional"])
def test_silence_is_worth_nothing_against_what_takes_no_slot(category: str) -> None:
    assert Valued(shared=Shared(outlook=OUTLOOK)).worth.silence(category) == Scored("", "", 0.0, 0.0)


def test_a_workspace_may_switch_it_off() -> None:
    rules = ContactRules(opportunity_cost=False)
    assert Valued(shared=Shared(outlook=OUTLOOK), contact_rules=rules).worth.silence("promo").total == 0.0


def test_without_caps_a_slot_costs_nothing() -> None:
    assert Valued(shared=Shared(outlook=OUTLOOK), contact_rules=ContactRules(caps=())).worth.silence("promo").total == 0


def test_where_nothing_has_a_value_no_slot_costs_anything_and_no_offer_is_counted() -> None:
    there = shop(actions=(action("offer", "email", priority=3),))
    assert compile_worth(there, compile_shared(there)).caps == ()
    assert [cap.limit for cap in compile_worth(shop(), compile_shared(shop())).caps] == [4, 1]


def test_a_context_weight_counts_where_its_condition_holds_also_in_a_placement() -> None:
    weights = (ContextWeight(when="tier", weight=3.0), ContextWeight(when="other", weight=0.5))
    there = shop(
        actions=(action("offer", "email", "website", value=10.0, cost=1.0, lever=2.0, context_weights=weights),)
    )
    conditions = {
        "actions.offer.context_weights.0.when": condition(lambda traits: traits["tier"] == "gold"),
        "actions.offer.context_weights.1.when": condition(lambda traits: traits["tier"] != "tin"),
    }
    offer = compile_actions(there, conditions)["offer"]

    def of(tier: str, channel: str) -> Scored:
        view = View(profile(traits={"tier": tier}), fact(), NOW, "UTC")
        worth = Worth(view, Contacts(), compile_worth(there, compile_shared(there)))
        return worth.of(offer, offer.variants[channel])

    for channel in ("email", "website"):
        gold = of("gold", channel)
        assert (gold.total, gold.scores["context_weight"], gold.scores["lever"]) == (29.0, 1.5, 2.0)
        assert of("tin", channel) is offer.variants[channel].scored


def test_what_a_target_lacks_is_subsidised_for_those_for_whom_it_is_meant() -> None:
    late = Instant(NOW // DAY * DAY + 23 * HOUR)
    there = shop(reach={"news": Reach(at_least=10, per="1d", actions=("offer",), channels=("email",), who="x")})
    plan = compile_shared(there, {"reach.news.who": condition(lambda traits: traits["tier"] == "gold")})
    actions = compile_actions(there, {})

    def of(tier: str, channel: str) -> Scored:
        view = View(profile(traits={"tier": tier}), fact(at=late), late, "UTC")
        return Worth(view, Contacts(), compile_worth(there, plan)).of(
            actions["offer"], actions["offer"].variants[channel]
        )

    gold = of("gold", "email")
    assert gold.scores["subsidy"] == 27.0
    assert gold.total == 36.0
    assert "subsidy" not in of("tin", "email").scores
    assert "subsidy" not in of("gold", "sms").scores


def test_of_a_floor_the_others_pay_for_those_for_whom_it_is_meant() -> None:
    there = shop(reach={"fair": Reach(share=0.25, per="1d", who="x")})
    plan = compile_shared(there, {"reach.fair.who": condition(lambda traits: traits["tier"] == "gold")})
    actions = compile_actions(there, {})
    shared = Shared(paces=(Pace("fair", NOW // DAY, 90.0, 100.0, 4.0, NOW),))

    def of(tier: str) -> float:
        view = View(profile(traits={"tier": tier}), fact(), NOW, "UTC", shared)
        worth = Worth(view, Contacts(), compile_worth(there, plan))
        return worth.of(actions["offer"], actions["offer"].variants["sms"]).scores["subsidy"]

    assert (of("gold"), of("tin")) == (3.0, -1.0)
