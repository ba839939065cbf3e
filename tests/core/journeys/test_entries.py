"""Entries: who gets in, and when."""

from collections import Counter
from typing import Any

import msgspec
import pytest

from segue.core.journeys.entries import ENTERED_MAX, PENDING_MAX
from segue.core.journeys.moves import Surroundings
from segue.core.journeys.plan import JourneyPlans
from segue.core.journeys.run import Progress, next_due, run_journeys
from segue.core.shared import SharedPlan, compile_shared, fold
from segue.model.customers import Enrollments
from segue.model.decisions import Reason
from segue.model.journeys import Entry, ExitRule, Journey, Rate
from segue.model.runs import Entered, Moved, Pending
from segue.model.shared import NOTHING_SHARED, Shared, Tally
from segue.model.steps import EventMatch, Exit
from segue.model.time import DAY, HOUR, MINUTE, NEVER, Instant
from segue.model.transitions import Blocked
from segue.model.triggers import JourneyTrigger
from tests.builders import (
    NEVER_TRUE,
    NOW,
    condition,
    fact,
    run,
    view,
    workspace,
)
from tests.core.journeys.running import EMPTY, after, compiled, inside, journey, only

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


# Debounce, pauses, rates

QUIET = journey(entry=Entry(trigger="lapsed", debounce="30min"), reentry="after 0d", exits=(ExitRule(event="order"),))


def waits(due: int = NEVER, why: str = "paused", **facts: Any) -> Enrollments:
    return Enrollments(pending=(Pending("reorder", "", Instant(due), why, facts),))


def test_a_debounced_entry_waits_until_the_trigger_has_been_silent_and_takes_the_latest_facts() -> None:
    plans = compiled(QUIET)
    first = after(EMPTY, plans, "lapsed", facts={"cart": "c1"})
    assert (first.enrollments, first.moved) == (waits(NOW + 30 * MINUTE, "debounce", cart="c1"), ())
    later = Instant(NOW + 20 * MINUTE)
    second = after(first.enrollments, plans, "lapsed", facts={"cart": "c2"}, now=later)
    assert next_due(second.enrollments, plans) == later + 30 * MINUTE
    assert after(second.enrollments, plans, now=NOW + 30 * MINUTE).enrollments == second.enrollments
    opened = after(second.enrollments, plans, now=later + 30 * MINUTE)
    assert (only(opened).facts, opened.enrollments.pending) == ({"cart": "c2"}, ())


def test_an_exit_takes_an_entry_back_that_still_waits() -> None:
    plans = compiled(QUIET)
    waiting = after(EMPTY, plans, "lapsed").enrollments
    progress = after(waiting, plans, seen=fact("order", NOW + 1), now=NOW + 1)
    assert progress.enrollments == EMPTY
    assert progress.blocked == (Blocked("reorder", Reason.EXIT_EVENT),)


def test_a_debounced_entry_asks_for_re_entry_when_it_is_due() -> None:
    once = msgspec.structs.replace(QUIET, reentry="never")
    waiting = after(inside(compiled(journey())), compiled(once), "lapsed").enrollments
    progress = after(waiting, compiled(once), now=NOW + 30 * MINUTE)
    assert [blocked.reason for blocked in progress.blocked] == [Reason.REENTRY_BLOCKED]


def test_a_paused_journey_keeps_who_wants_in_and_lets_them_in_when_it_goes_on() -> None:
    held = compiled(journey(status="paused"))
    waiting = after(EMPTY, held, "lapsed", facts={"cart": "c1"}).enrollments
    assert waiting == waits(cart="c1")
    assert next_due(waiting, held) == NEVER
    assert after(waiting, held, now=NOW + DAY).enrollments == waiting
    opened = after(waiting, compiled(journey()), now=NOW + DAY)
    assert (only(opened).facts, only(opened).entered_at) == ({"cart": "c1"}, NOW + DAY)


def test_an_entry_that_comes_due_during_a_pause_waits_for_its_end() -> None:
    waiting = after(EMPTY, compiled(QUIET), "lapsed").enrollments
    held = compiled(msgspec.structs.replace(QUIET, status="paused"))
    assert next_due(waiting, held) == NEVER
    assert after(waiting, held, now=NOW + DAY).enrollments == waiting
    assert only(after(waiting, compiled(QUIET), now=NOW + DAY)).step == "pause"


def test_what_runs_in_parallel_waits_in_parallel() -> None:
    held = compiled(journey(status="paused", reentry="parallel"))
    waiting = after(after(EMPTY, held, "lapsed").enrollments, held, "lapsed").enrollments
    opened = after(waiting, compiled(journey(reentry="parallel")), now=NOW + DAY)
    assert len(opened.enrollments.runs) == 2


def test_more_than_may_wait_is_refused_aloud() -> None:
    held = compiled(journey(status="paused", reentry="parallel"))
    full = Enrollments(pending=tuple(Pending("reorder", "", NEVER, "paused") for _ in range(PENDING_MAX)))
    assert after(full, held, "lapsed").blocked == (Blocked("reorder", Reason.PAUSED_DISCARDED),)


@pytest.mark.parametrize("status", ["draining", "stopped"])
def test_nobody_gets_into_a_journey_that_is_being_closed(status: str) -> None:
    closed = compiled(journey(status=status))
    assert after(EMPTY, closed, "lapsed").blocked == (Blocked("reorder", Reason.JOURNEY_STOPPED),)
    assert after(waits(), closed).enrollments == EMPTY
    assert after(waits(), compiled()).blocked == (Blocked("reorder", Reason.JOURNEY_STOPPED),)


RATED = journey(entry=Entry(trigger="lapsed", rate=Rate(limit=1, per="1d")), reentry="parallel")


def shared(*journeys: Journey) -> SharedPlan:
    return compile_shared(workspace(journeys=journeys))


def rated(
    enrollments: Enrollments, *fired: str, used: Shared = NOTHING_SHARED, now: int = NOW, who: str = "ada"
) -> Progress:
    here = Surroundings(view(now=now), "shop", who, {}, used, shared(RATED), "seed")
    return run_journeys(enrollments, tuple((trigger, {}) for trigger in fired), here, compiled(RATED))


def test_an_entry_within_the_rate_is_counted() -> None:
    assert rated(EMPTY, "lapsed").tallies == (Tally("entry", "reorder", 1.0),)


def test_an_entry_above_the_rate_comes_in_a_later_period_even_within_one_transition() -> None:
    progress = rated(EMPTY, "lapsed", "lapsed")
    assert (len(progress.enrollments.runs), len(progress.tallies)) == (1, 1)
    (waiting,) = progress.enrollments.pending
    tomorrow = NOW - NOW % DAY + DAY
    assert (waiting.why, tomorrow <= waiting.due < tomorrow + DAY) == ("rate", True)


def test_those_who_wait_for_the_rate_come_spread_out_and_always_at_the_same_moment() -> None:
    used = fold(Shared(), (Tally("entry", "reorder", 1.0),), NOW, shared(RATED))
    due = [rated(EMPTY, "lapsed", used=used, who=f"c{n}").enrollments.pending[0].due for n in range(400)]
    again = [rated(EMPTY, "lapsed", used=used, who=f"c{n}").enrollments.pending[0].due for n in range(400)]
    by_hour = Counter((at - min(due)) // HOUR for at in due)
    assert (due == again, len(by_hour) >= 23, max(by_hour.values()) < 40) == (True, True, True)


def test_who_waited_for_the_rate_gets_in_when_there_is_room_and_else_waits_on() -> None:
    full = fold(Shared(), (Tally("entry", "reorder", 1.0),), NOW, shared(RATED))
    waiting = rated(EMPTY, "lapsed", used=full).enrollments
    due = waiting.pending[0].due
    assert len(rated(waiting, used=full, now=due).enrollments.runs) == 1
    still_full = fold(full, (Tally("entry", "reorder", 1.0),), due, shared(RATED))
    assert rated(waiting, used=still_full, now=due).enrollments.pending[0].due > due


# Entries that follow from the end of a run

AFTER = journey(journey="after", entry=Entry(on=JourneyTrigger(journey="reorder", outcome="interrupted")))


def test_a_run_that_ends_opens_the_journey_that_waits_for_that_with_its_facts() -> None:
    plans = compiled(journey(exits=(ExitRule(event="order"),)), AFTER)
    progress = after(inside(plans, cart="c1"), plans, seen=fact("order"))
    assert (only(progress).journey, only(progress).facts) == ("after", {"cart": "c1"})
    assert progress.fired == (("journey:after", {"cart": "c1"}),)


@pytest.mark.parametrize(
    ("outcome", "ends", "opens"),
    [
        ("converted", "won", True),
        ("converted", "order", False),
        ("done", "pause", True),
        ("done", "order", False),
        ("interrupted", "won", False),
        ("interrupted", "order", True),
        ("interrupted", "pause", False),
        ("any", "won", True),
        ("any", "pause", True),
    ],
)
def test_a_trigger_waits_for_one_outcome_or_for_any(outcome: str, ends: str, opens: bool) -> None:
    follows = Entry(on=JourneyTrigger(journey="reorder", outcome=outcome))  # type: ignore[arg-type]
    plans = compiled(
        journey(goal=EventMatch(event="won"), exits=(ExitRule(event="order"),)), journey(journey="after", entry=follows)
    )
    later = NOW + 2 * DAY if ends == "pause" else NOW
    progress = after(inside(plans), plans, seen=fact(ends, later), now=later)
    assert [run.journey for run in progress.enrollments.runs] == (["after"] if opens else [])


def test_journeys_that_open_each_other_come_to_an_end() -> None:
    out = Exit(id="out")
    plans = compiled(
        journey(out, reentry="after 0d"),
        journey(out, journey="ping", entry=Entry(on=JourneyTrigger(journey="pong")), reentry="after 0d"),
        journey(out, journey="pong", entry=Entry(on=JourneyTrigger(journey="ping")), reentry="parallel"),
        journey(out, journey="start", entry=Entry(on=JourneyTrigger(journey="reorder")), reentry="after 0d"),
        journey(out, journey="ping2", entry=Entry(on=JourneyTrigger(journey="ping2")), reentry="after 0d"),
    )
    begun = after(EMPTY, plans, "lapsed", "journey:ping", "journey:ping2")
    assert (begun.enrollments.runs, len(begun.ended) < 200) == ((), True)
    assert {blocked.reason for blocked in begun.blocked} == {Reason.REENTRY_BLOCKED}
