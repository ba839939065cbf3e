from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.arbitration.rules.capacity import check_capacity
from segue.core.arbitration.verdicts import Verdict
from segue.core.shared import compile_shared, fold, left, taken
from segue.model.catalogue import Capacity, Variant
from segue.model.decisions import Reason
from segue.model.shared import NOTHING_SHARED, Shared
from segue.model.time import DAY, HOUR, Instant
from tests.builders import NOW, action, plan, workspace

NOON = NOW // DAY * DAY + 12 * HOUR
CALLS = Capacity(limit=2, per="1h", channels=("call",))
SPEND = Capacity(limit=1.0, per="1d", counts="cost")
OFFER = action("offer", "email", "call", cost=0.3)


def judged(
    capacities: dict[str, Capacity], spent: int, channel: str = "call", now: int = NOON, **changes: Any
) -> Verdict | None:
    about = action("offer", "email", "call", **({"cost": 0.3} | changes))
    offer = plan(about)
    shared_plan = compile_shared(workspace(actions=(about,), capacities=capacities))
    shared: Shared = NOTHING_SHARED
    for _ in range(spent):
        shared = fold(shared, taken(shared_plan, offer, offer.variants[channel]), Instant(NOON), shared_plan)
    budgets = tuple(name for name, capacity in capacities.items() if capacity.counts == "cost")
    return check_capacity(offer, offer.variants[channel], shared, shared_plan, budgets, Instant(now))


@pytest.mark.parametrize(
    ("capacities", "spent", "expected"),
    [
        ({"calls": CALLS}, 1, None),
        ({"calls": CALLS}, 2, Verdict(Reason.CAPACITY, "calls", Instant(NOON + HOUR))),
        ({"spend": SPEND}, 2, None),
        ({"spend": SPEND}, 3, Verdict(Reason.BUDGET, "spend", Instant(NOON + 12 * HOUR))),
        ({"calls": CALLS, "spend": SPEND}, 3, Verdict(Reason.CAPACITY, "calls", Instant(NOON + 12 * HOUR))),
        ({"spend": SPEND, "calls": CALLS}, 3, Verdict(Reason.BUDGET, "spend", Instant(NOON + 12 * HOUR))),
        ({"calls": Capacity(limit=0, per="1h")}, 0, Verdict(Reason.CAPACITY, "calls", Instant(NOON + HOUR))),
    ],
)
def test_what_takes_more_than_is_left_waits_for_the_next_period(
    capacities: dict[str, Capacity], spent: int, expected: Verdict | None
) -> None:
    assert judged(capacities, spent) == expected


def test_a_channel_that_does_not_use_the_capacity_is_free_of_it() -> None:
    assert judged({"calls": CALLS}, 9, channel="email") is None


@pytest.mark.parametrize(("category", "is_stopped"), [("promo", True), ("service", True), ("mandatory", False)])
def test_a_category_that_does_not_obey_uses_it_up_and_goes_through(category: str, is_stopped: bool) -> None:
    assert (judged({"calls": CALLS}, 2, category=category) is not None) is is_stopped


def test_costs_that_add_up_to_the_budget_but_for_rounding_fit_in() -> None:
    assert judged({"spend": Capacity(limit=0.3, per="1d", counts="cost")}, 2, cost=0.1) is None
    assert judged({"spend": Capacity(limit=0.3, per="1d", counts="cost")}, 3, cost=0.1) is not None


@given(st.integers(1, 4), st.sampled_from(["1h", "7h", "1d"]), st.lists(st.integers(0, 5 * HOUR), max_size=15))
def test_no_period_holds_more_than_its_limit_and_the_next_has_room_exactly_when_it_begins(
    limit: int, per: str, waits: list[int]
) -> None:
    about = action("offer", "call")
    offer, capacities = plan(about), {"calls": Capacity(limit=limit, per=per)}
    shared_plan = compile_shared(workspace(actions=(about,), capacities=capacities))
    shared, now, made = NOTHING_SHARED, NOON, []

    def check(at: int) -> Verdict | None:
        return check_capacity(offer, offer.variants["call"], shared, shared_plan, (), Instant(at))

    for wait in waits:
        now += wait
        verdict = check(now)
        if verdict is None:
            shared = fold(shared, taken(shared_plan, offer, offer.variants["call"]), Instant(now), shared_plan)
            made.append(now // shared_plan.capacities["calls"].period)
            assert left(shared, shared_plan, "calls", Instant(now)) >= 0
        else:
            assert check(verdict.until) is None
            assert check(verdict.until - 1) is not None
    assert all(made.count(period) <= limit for period in made)


def test_audiences_and_placements_are_no_contacts_and_use_nothing() -> None:
    about = action("offer", "display", variants=(Variant(channel="display", audience="reorder"),))
    shared_plan = compile_shared(workspace(actions=(about,), capacities={"all": Capacity(limit=0, per="1h")}))
    offer = plan(about)
    assert check_capacity(offer, offer.variants["display"], NOTHING_SHARED, shared_plan, (), NOW) is None
