from typing import Any

import pytest
from msgspec.structs import replace

from segue.core.facts import Fact
from segue.core.journeys.matching import Awaited
from segue.core.journeys.moves import Go, Stay
from segue.core.journeys.steps.wait_for import WaitForPlan, compile_wait_for
from segue.core.view import Condition
from segue.model.steps import EventMatch, WaitFor
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
        ("order", -HOUR, Go("thank", detail="order")),
        ("click", -HOUR, Go("following", detail="click")),
        ("view", -HOUR, None),
        ("", -1, None),
        ("", 0, Go("remind")),
        ("", HOUR, Go("remind")),
        ("view", 0, Go("remind")),
        # At the deadline itself an event still wins; it happened before the clock spoke.
        ("order", 0, Go("thank", detail="order")),
        ("click", HOUR, Go("following", detail="click")),
    ],
)
def test_the_first_event_wins_and_the_timeout_when_none_comes(name: str, late_by: int, expected: object) -> None:
    assert resumed(fact(name), late_by) == expected


@pytest.mark.parametrize(("first", "way"), [(ALWAYS, "thank"), (NEVER_TRUE, "late"), (UNKNOWN, "late")])
def test_of_several_ways_for_one_event_the_first_that_holds_is_taken(first: Condition, way: str) -> None:
    assert resumed(fact("order"), first=first) == Go(way, detail="order")


@pytest.mark.parametrize(("cart", "way"), [("c1", "thank"), ("c2", "late")])
def test_a_condition_compares_the_event_with_the_run_s_own_facts(cart: str, way: str) -> None:
    same_cart: Condition = lambda traits, features, event, run, now: event["cart"] == run["cart"]  # noqa: E731
    assert resumed(fact("order", cart=cart), first=same_cart, facts={"cart": "c1"}) == Go(way, detail="order")


# Collect

COLLECT = WaitFor(
    id="window",
    mode="collect",
    events=(EventMatch(event="order", next="thank"), EventMatch(event="click", next="nudge"), EventMatch(event="view")),
    within="2d",
    on_timeout="remind",
)


def collected(*names: str) -> object:
    plan = compile_wait_for(COLLECT, "following", {}, "k")
    waiting = run(wake_at=NOW + 2 * DAY)
    for hour, name in enumerate(names):
        move = plan.resume(waiting, around(view(seen=fact(name), now=NOW + hour * HOUR)))
        assert move is None or isinstance(move, Stay)
        if isinstance(move, Stay):
            waiting = replace(waiting, wake_at=move.wake_at, best=move.best)
    return plan.resume(waiting, around(view(now=NOW + 2 * DAY)))


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((), Go("remind")),
        (("other",), Go("remind")),
        (("click",), Go("nudge", detail="click")),
        (("view", "click"), Go("nudge", detail="click")),
        (("order", "click", "view"), Go("thank", detail="order")),
        (("view", "view"), Go("following", detail="view")),
    ],
)
def test_a_collection_lasts_to_its_end_and_the_one_listed_first_wins(names: tuple[str, ...], expected: object) -> None:
    assert collected(*names) == expected


def test_an_event_at_the_very_end_of_a_collection_still_counts() -> None:
    plan = compile_wait_for(COLLECT, "following", {}, "k")
    here = around(view(seen=fact("order"), now=NOW + 2 * DAY))
    assert plan.resume(run(wake_at=NOW + 2 * DAY, best=3), here) == Go("thank", detail="order")


# Standing still, and migration


def test_what_happens_while_the_run_stands_still_is_noted_and_decides_afterwards() -> None:
    waiting = race().hear(run(wake_at=NOW + DAY), around(view(seen=fact("click"))))
    assert waiting.best == 2
    assert race().hear(waiting, around(view(seen=fact("order")))) == waiting
    assert race().resume(waiting, around(view(now=NOW + HOUR))) == Go("following", detail="click")


def test_a_window_of_no_time_is_over_on_arrival() -> None:
    step = WaitFor(id="race", events=(EventMatch(event="order"),), within="0s", on_timeout="remind")
    assert compile_wait_for(step, "following", {}, "k").arrive(run(), around()) == Go("remind")


def test_a_migrated_run_keeps_the_time_it_waited_and_what_it_heard() -> None:
    waited = run(step_at=NOW - DAY, wake_at=NOW + 9 * DAY, best=2)
    assert race().rejoin(waited, around()) == replace(waited, wake_at=Instant(NOW + DAY))
    assert race().rejoin(replace(waited, best=7), around()).best == 0


def test_it_listens_to_the_events_it_waits_for() -> None:
    assert race().listens == ("order", "click", "order")
