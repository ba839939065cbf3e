"""Entries: who gets in, and when."""

from typing import Any

import pytest

from segue.core.journeys.entries import ENTERED_MAX
from segue.core.journeys.plan import JourneyPlans
from segue.core.journeys.run import Progress
from segue.model.customers import Enrollments
from segue.model.decisions import Reason
from segue.model.journeys import (
    Entered,
    Moved,
)
from segue.model.time import DAY, HOUR, NEVER, Instant
from segue.model.transitions import Blocked
from tests.builders import (
    NEVER_TRUE,
    NOW,
    condition,
    run,
)
from tests.core.journeys.running import EMPTY, after, compiled, journey, only

# Entry


def test_a_trigger_that_fires_opens_a_run_at_the_first_step() -> None:
    progress = after(EMPTY, compiled(journey(version=4)), "lapsed", facts={"cart": "c1"})
    opened = run(
        run_id=only(progress).run_id, version=4, step="pause", wake_at=NOW + 2 * DAY, facts={"cart": "c1"}, visits=1
    )
    entered = Moved(opened.run_id, "reorder", 4, "", "pause", "entered")
    assert progress == Progress(Enrollments((opened,), (Entered("reorder", NOW, 1),)), moved=(entered,))


def test_a_trigger_that_opens_nothing_changes_nothing() -> None:
    assert after(EMPTY, compiled(journey()), "bought") == Progress(EMPTY)


def test_one_trigger_opens_every_journey_that_waits_for_it() -> None:
    progress = after(EMPTY, compiled(journey(), journey(journey="other")), "lapsed")
    assert [each.journey for each in progress.enrollments.runs] == ["reorder", "other"]
    assert len({each.run_id for each in progress.enrollments.runs}) == 2


def test_the_entry_condition_must_hold() -> None:
    progress = after(EMPTY, compiled(journey(), reorder__entry__when=NEVER_TRUE), "lapsed")
    assert progress == Progress(EMPTY, blocked=(Blocked("reorder", Reason.TRIGGER_CONDITION_UNMET),))


DAYS_LATER = NOW + 10 * DAY


@pytest.mark.parametrize(
    ("reentry", "is_inside", "age", "may_enter"),
    [
        ("never", False, None, True),
        ("never", False, 10 * DAY, False),
        ("never", True, 10 * DAY, False),
        ("after 10d", False, None, True),
        ("after 10d", False, 10 * DAY, True),
        ("after 10d", False, 10 * DAY - 1, False),
        ("after 10d", True, 10 * DAY, False),
        ("after 0d", False, 0, True),
        ("after 0d", True, 0, False),
        ("parallel", False, 0, True),
        ("parallel", True, 0, True),
    ],
)
def test_the_re_entry_rule_says_who_may_come_again(
    reentry: str, is_inside: bool, age: int | None, may_enter: bool
) -> None:
    runs = (run(step="pause", wake_at=NEVER),) if is_inside else ()
    entered = () if age is None else (Entered("reorder", Instant(DAYS_LATER - age), 2),)
    progress = after(Enrollments(runs, entered), compiled(journey(reentry=reentry)), "lapsed", now=DAYS_LATER)
    assert len(progress.enrollments.runs) == is_inside + may_enter
    assert progress.blocked == (() if may_enter else (Blocked("reorder", Reason.REENTRY_BLOCKED),))
    if may_enter:
        count = 1 if age is None else 3
        assert progress.enrollments.entered == (Entered("reorder", Instant(DAYS_LATER), count),)
    else:
        assert progress.enrollments.entered == entered


def test_parallel_runs_of_one_moment_are_two_runs() -> None:
    progress = after(EMPTY, compiled(journey(reentry="parallel")), "lapsed", "lapsed")
    first, second = progress.enrollments.runs
    assert first.run_id != second.run_id
    assert progress.enrollments.entered == (Entered("reorder", NOW, 2),)


# Instance keys

CART = condition(lambda event: event.get("cart"), on="event")


def carts(rule: str = "after 0d") -> JourneyPlans:
    return compiled(journey(instance_key="event.cart", reentry=rule), reorder__instance_key=CART)


def entered_by_carts(rule: str, *values: Any) -> list[str]:
    enrollments = EMPTY
    for value in values:
        enrollments = after(enrollments, carts(rule), "lapsed", facts={"cart": value}).enrollments
    return [each.key for each in enrollments.runs]


@pytest.mark.parametrize("rule", ["never", "after 0d", "parallel"])
def test_there_is_one_run_for_each_value_of_the_instance_key(rule: str) -> None:
    assert entered_by_carts(rule, "c1", "c2", "c1", "c3", "c2") == ["c1", "c2", "c3"]


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("c1", "c1"),
        (7, "7"),
        (7.0, "7"),
        (7.5, "7.5"),
        (12_345_678.0, "12345678"),
        (0.1 + 0.2, "0.30000000000000004"),
        (True, "True"),
        (None, ""),
    ],
)
def test_a_key_is_the_value_s_text_and_numbers_keep_all_their_digits(value: Any, key: str) -> None:
    assert entered_by_carts("never", value) == [key]


def test_large_numbers_that_differ_are_different_keys() -> None:
    assert len(entered_by_carts("never", 12_345_678.0, 12_345_679.0)) == 2


def test_each_key_has_its_own_re_entry_rule() -> None:
    left = Enrollments((), (Entered("reorder/c1", NOW, 1),))
    again = after(left, carts("never"), "lapsed", facts={"cart": "c1"})
    other = after(left, carts("never"), "lapsed", facts={"cart": "c2"})
    assert (len(again.enrollments.runs), len(other.enrollments.runs)) == (0, 1)


def test_the_oldest_keys_are_forgotten_but_never_a_journey_that_is_entered_once() -> None:
    once = Entered("welcome", Instant(NOW - DAY), 1)
    keys = tuple(Entered(f"reorder/c{number}", Instant(NOW - HOUR), 1) for number in range(ENTERED_MAX))
    progress = after(Enrollments((), (once, *keys)), carts(), "lapsed", facts={"cart": "new"})
    assert progress.enrollments.entered == (once, *keys[1:], Entered("reorder/new", NOW, 1))
