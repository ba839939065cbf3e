from typing import Any

import pytest

from segue.core.shared import SharedPlan
from segue.core.shared.aims import chances, promised, undone
from segue.core.shared.plan import compile_shared
from segue.core.view import View
from segue.model.catalogue import Capacity
from segue.model.reach import Reach
from segue.model.shared import Tally
from segue.model.time import DAY, Instant
from tests.builders import NOW, action, condition, fact, plan, profile, workspace

OFFER = action("offer", "email", "sms", "website", value=4.0, stock=9, stock_taken_by="contact")
REACH = {
    "news": Reach(at_least=5, per="1d", channels=("email",), who="x"),
    "fair": Reach(share=0.2, per="1d", who="x"),
    "other": Reach(at_least=5, per="1d", actions=("other",)),
}
IS_GOLD = condition(lambda traits: traits.get("tier") == "gold")


@pytest.fixture
def shared() -> SharedPlan:
    whole = workspace(actions=(OFFER,), reach=REACH, capacities={"mails": Capacity(limit=9, per="1d")})
    return compile_shared(whole, {"reach.news.who": IS_GOLD, "reach.fair.who": IS_GOLD})


def seen(tier: str, now: int = NOW) -> View:
    return View(profile(traits={"tier": tier}), fact(at=now), Instant(now), "UTC")


def told(tallies: tuple[Tally, ...]) -> list[Any]:
    return [(tally.kind, tally.name, tally.amount) for tally in tallies]


def test_a_contact_takes_and_reaches_all_that_it_counts_for(shared: SharedPlan) -> None:
    offer = plan(OFFER)
    gold = promised(shared, offer, offer.variants["email"], seen("gold"))
    assert told(gold) == [
        ("use", "mails", 1.0),
        ("stock", "offer", 1.0),
        ("reached", "news", 1.0),
        ("reached", "fair", 1.0),
    ]
    tin = promised(shared, offer, offer.variants["sms"], seen("tin"))
    assert told(tin) == [("use", "mails", 1.0), ("stock", "offer", 1.0), ("others", "fair", 1.0)]


def test_what_interrupts_nobody_takes_and_reaches_nothing(shared: SharedPlan) -> None:
    offer = plan(OFFER)
    assert promised(shared, offer, offer.variants["website"], seen("gold")) == ()


@pytest.mark.parametrize(
    ("days_later", "expected"),
    [
        (0, [("use", "mails", -1.0), ("stock", "offer", -1.0), ("reached", "news", -1.0), ("reached", "fair", -1.0)]),
        (1, [("stock", "offer", -1.0)]),
    ],
)
def test_what_is_not_carried_out_is_undone_as_far_as_its_period_goes_on(
    shared: SharedPlan, days_later: int, expected: list[Any]
) -> None:
    assert told(undone(shared, "offer", "email", NOW, seen("gold", NOW + days_later * DAY))) == expected


def test_a_decision_is_one_chance_for_each_target_that_it_could_have_served(shared: SharedPlan) -> None:
    eligible = [("offer", "email"), ("offer", "sms"), ("offer", "email")]
    assert told(chances(shared, eligible, seen("gold"))) == [("chance", "news", 1.0)]
    assert chances(shared, eligible, seen("tin")) == ()
    assert chances(shared, [("offer", "sms")], seen("gold")) == ()
