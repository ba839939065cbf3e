from typing import Any

import pytest

from segue.core.facts import Fact
from segue.core.journeys.moves import Go, Stay
from segue.core.journeys.steps.wait_for import Awaited, WaitForPlan, compile_wait_for, concerns
from segue.core.view import Condition
from segue.model.journeys import EventMatch, WaitFor
from segue.model.time import DAY, HOUR, Instant
from tests.builders import ALWAYS, NEVER_TRUE, NOW, UNKNOWN, around, fact, run, view

RACE = WaitFor(
    id="race",
    events=(EventMatch(event="order", next="thank"), EventMatch(event="click"), EventMatch(event="order", next="late")),
    within="2d",
    on_timeout="remind",
)


def race(first: Condition | None = None) -> WaitForPlan:
    return compile_wait_for(RACE, "following", {"k.events.0.when": first} if first else {}, "k")


def test_a_race_is_compiled_with_where_each_event_leads() -> None:
    assert race(ALWAYS) == WaitForPlan(
        awaited=(
            Awaited("order", ALWAYS, "thank"),
            Awaited("click", None, "following"),
            Awaited("order", None, "late"),
        ),
        within=2 * DAY,
        on_timeout="remind",
    )


def test_without_a_way_for_the_timeout_the_run_goes_on() -> None:
    step = WaitFor(id="race", events=(EventMatch(event="order"),), within="1h")
    assert compile_wait_for(step, "following", {}, "k").on_timeout == "following"


def test_on_arrival_the_run_waits_as_long_as_it_may() -> None:
    assert race().arrive(run(), around()) == Stay(Instant(NOW + 2 * DAY))


def test_the_event_that_brought_the_run_here_does_not_win_the_race() -> None:
    assert race().arrive(run(), around(view(seen=fact("order")))) == Stay(Instant(NOW + 2 * DAY))


def resumed(seen: Fact, late_by: int = -HOUR, first: Condition | None = None, **changes: Any) -> object:
    return race(first).resume(run(wake_at=NOW, **changes), around(view(seen=seen, now=NOW + late_by)))


@pytest.mark.parametrize(
    ("name", "late_by", "expected"),
    [
        ("order", -HOUR, Go("thank")),
        ("click", -HOUR, Go("following")),
        ("view", -HOUR, None),
        ("", -1, None),
        ("", 0, Go("remind")),
        ("", HOUR, Go("remind")),
        ("view", 0, Go("remind")),
        # At the deadline itself an event still wins; it happened before the clock spoke.
        ("order", 0, Go("thank")),
        ("click", HOUR, Go("following")),
    ],
)
def test_the_first_event_wins_and_the_timeout_when_none_comes(name: str, late_by: int, expected: object) -> None:
    assert resumed(fact(name), late_by) == expected


@pytest.mark.parametrize(("first", "way"), [(ALWAYS, "thank"), (NEVER_TRUE, "late"), (UNKNOWN, "late")])
def test_of_several_ways_for_one_event_the_first_that_holds_is_taken(first: Condition, way: str) -> None:
    assert resumed(fact("order"), first=first) == Go(way)


@pytest.mark.parametrize(("cart", "way"), [("c1", "thank"), ("c2", "late")])
def test_a_condition_compares_the_event_with_the_run_s_own_facts(cart: str, way: str) -> None:
    same_cart: Condition = lambda traits, features, event, run, now: event["cart"] == run["cart"]  # noqa: E731
    assert resumed(fact("order", cart=cart), first=same_cart, facts={"cart": "c1"}) == Go(way)


@pytest.mark.parametrize(
    ("seen", "is_concerned"),
    [
        (fact("order"), True),
        (fact("message_opened", run_id="run-1"), True),
        (fact("message_opened", run_id="run-2"), False),
        (fact("message_opened", run_id=""), False),
        (fact("message_opened"), False),
        (fact("delivery_opened"), True),
    ],
)
def test_what_is_told_of_a_message_concerns_only_the_run_that_sent_it(seen: Fact, is_concerned: bool) -> None:
    assert concerns(run(), seen) is is_concerned
