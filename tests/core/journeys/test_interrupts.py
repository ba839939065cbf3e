import pytest

from segue.core.journeys.interrupts import interruption
from segue.model.journeys import ExitRule
from segue.model.steps import EventMatch
from segue.model.time import DAY
from tests.builders import ALWAYS, NEVER_TRUE, NOW, fact, run, view
from tests.core.journeys.running import compiled, journey

PLAN = compiled(
    journey(goal=EventMatch(event="order"), exits=(ExitRule(event="quit"), ExitRule(when="x")), expires_after="1d"),
    reorder__exits__1__when=NEVER_TRUE,
).by_name["reorder"]


@pytest.mark.parametrize(
    ("name", "age", "reason"),
    [
        ("order", 0, "goal"),
        ("quit", 0, "exit_event"),
        ("other", 0, ""),
        ("", DAY - 1, ""),
        ("", DAY, "expired"),
        ("order", DAY, "goal"),
    ],
)
def test_a_goal_comes_before_an_exit_and_an_exit_before_the_clock(name: str, age: int, reason: str) -> None:
    here = view(seen=fact(name), now=NOW + age)
    assert interruption(run(), PLAN, here) == reason


def test_while_the_journey_stands_still_exits_are_in_force_and_the_clock_is_not() -> None:
    plan = compiled(
        journey(status="paused", exits=(ExitRule(when="x"),), expires_after="1d"), reorder__exits__0__when=ALWAYS
    ).by_name["reorder"]
    assert interruption(run(), plan, view(now=NOW + 2 * DAY)) == "exit_predicate"
    plan = compiled(journey(status="paused", expires_after="1d")).by_name["reorder"]
    assert interruption(run(), plan, view(now=NOW + 2 * DAY)) == ""
