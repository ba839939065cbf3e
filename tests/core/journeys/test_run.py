"""Runs through journeys: interrupts first, then the steps, then new entries."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.journeys.plan import JourneyPlans
from segue.core.journeys.run import MOVES_MAX, Progress, next_due
from segue.core.view import Condition
from segue.model.customers import Enrollments
from segue.model.journeys import ExitRule
from segue.model.runs import Ended
from segue.model.steps import Branch, Case, EventMatch, Exit, Goal, Propose, Wait, WaitFor
from segue.model.time import DAY, HOUR, NEVER, Instant
from tests.builders import (
    ALWAYS,
    NEVER_TRUE,
    NOW,
    condition,
    fact,
    profile,
    run,
)
from tests.core.journeys.running import EMPTY, MAIL, PAUSE, after, compiled, inside, journey, only

# Steps


def test_a_run_waits_at_a_step_until_it_is_over_and_goes_to_the_next() -> None:
    plans = compiled(journey(PAUSE, Wait(id="again", after="1h")))
    waiting = inside(plans)
    assert after(waiting, plans, now=NOW + 2 * DAY - 1) == Progress(waiting)
    moved = only(after(waiting, plans, now=NOW + 2 * DAY))
    assert (moved.step, moved.step_at, moved.wake_at, moved.visits) == (
        "again",
        NOW + 2 * DAY,
        NOW + 2 * DAY + HOUR,
        2,
    )


def test_a_run_passes_through_steps_that_do_not_wait_in_one_transition() -> None:
    fork = Branch(id="fork", cases=(Case(when="x", next="won"),), otherwise="pause")
    plans = compiled(journey(fork, PAUSE, Goal(id="won"), Exit(id="out")), reorder__steps__fork__cases__0__when=ALWAYS)
    progress = after(EMPTY, plans, "lapsed")
    assert progress.enrollments.runs == ()
    assert [(end.reason, end.is_converted) for end in progress.ended] == [("done", True)]


def test_a_run_that_proposes_waits_for_arbitration_and_then_goes_on() -> None:
    plans = compiled(journey(MAIL, PAUSE))
    proposed = after(EMPTY, plans, "lapsed", facts={"cart": "c1"})
    (offered,) = proposed.proposals
    assert (offered.run_id, offered.occurrence, offered.facts) == (only(proposed).run_id, 1, {"cart": "c1"})
    assert only(proposed).wake_at == NEVER
    assert after(proposed.enrollments, plans, now=NOW + DAY) == Progress(proposed.enrollments)
    told = after(proposed.enrollments, plans, answers={(only(proposed).run_id, 1): "sent"})
    assert (only(told).step, told.proposals) == ("pause", ())


def test_a_second_visit_proposes_under_another_send_key() -> None:
    plans = compiled(journey(MAIL, Wait(id="pause", after="1d", next="mail")))
    enrollments, keys = EMPTY, []
    for day in range(3):
        progress = after(enrollments, plans, *(["lapsed"] if day == 0 else []), now=NOW + day * DAY)
        keys.append(progress.proposals[0].delivery_id)
        here = only(progress)
        enrollments = after(
            progress.enrollments, plans, now=NOW + day * DAY, answers={(here.run_id, here.visits): "sent"}
        ).enrollments
    assert len(set(keys)) == 3


def test_a_cap_may_end_the_run_where_the_step_says_so() -> None:
    plans = compiled(journey(Propose(id="mail", action="offer", on_cap="exit"), PAUSE))
    proposed = after(EMPTY, plans, "lapsed")
    told = after(proposed.enrollments, plans, answers={(only(proposed).run_id, 1): "capped"})
    assert [end.reason for end in told.ended] == ["capped"]


@pytest.mark.parametrize(
    ("late_by", "name", "step"), [(-1, "click", "clicked"), (0, "click", "clicked"), (0, "", "silent")]
)
def test_in_a_race_the_event_wins_even_at_the_deadline(late_by: int, name: str, step: str) -> None:
    race = WaitFor(id="race", events=(EventMatch(event="click", next="clicked"),), within="1d", on_timeout="silent")
    plans = compiled(journey(race, Wait(id="clicked", after="1h"), Wait(id="silent", after="1h")))
    now = NOW + DAY + late_by
    assert only(after(inside(plans), plans, seen=fact(name, now), now=now)).step == step


def test_a_loop_without_a_wait_ends_at_the_bound() -> None:
    plans = compiled(journey(Goal(id="a", next="b"), Goal(id="b", next="a")))
    progress = after(EMPTY, plans, "lapsed")
    assert progress.enrollments.runs == ()
    assert [(end.reason, end.is_converted) for end in progress.ended] == [("loop_bound", True)]


def test_as_many_steps_as_the_bound_allows_are_no_loop() -> None:
    goals = [Goal(id=f"g{number}") for number in range(MOVES_MAX - 2)]
    assert only(after(EMPTY, compiled(journey(*goals, PAUSE)), "lapsed")).step == "pause"


def test_a_wait_for_the_past_in_a_loop_ends_at_the_bound_too() -> None:
    plans = compiled(
        journey(Wait(id="due", until="x", next="due")),
        reorder__steps__due__until=condition(lambda now: now - 1, on="now"),
    )
    assert [end.reason for end in after(EMPTY, plans, "lapsed").ended] == ["loop_bound"]


def test_conditions_of_steps_read_the_facts_that_the_run_began_with() -> None:
    fork = Branch(id="fork", cases=(Case(when="run.total > 5", next="big"),), otherwise="small")
    plans = compiled(
        journey(PAUSE, fork, Wait(id="big", after="1h"), Wait(id="small", after="1h")),
        reorder__steps__fork__cases__0__when=condition(lambda facts: facts["total"] > 5, on="run"),
    )
    steps = [only(after(inside(plans, total=total), plans, now=NOW + 2 * DAY)).step for total in (9, 1)]
    assert steps == ["big", "small"]


# Interrupts

LEAVE = journey(PAUSE, MAIL, exits=(ExitRule(event="order"),))


def test_an_exit_ends_the_run_at_once_wherever_it_waits() -> None:
    plans = compiled(LEAVE)
    progress = after(inside(plans), plans, seen=fact("order"))
    assert progress.enrollments.runs == ()
    assert progress.ended == (Ended(only(after(EMPTY, plans, "lapsed")).run_id, "reorder", "exit_event", False),)


def test_an_exit_beats_a_step_that_would_go_on_at_the_same_moment() -> None:
    plans = compiled(LEAVE)
    progress = after(inside(plans), plans, seen=fact("order", NOW + 2 * DAY), now=NOW + 2 * DAY)
    assert ([end.reason for end in progress.ended], progress.proposals) == (["exit_event"], ())


def test_an_exit_beats_the_answer_that_would_go_on() -> None:
    plans = compiled(journey(MAIL, Goal(id="won"), exits=(ExitRule(event="order"),)))
    proposed = after(EMPTY, plans, "lapsed")
    told = after(proposed.enrollments, plans, seen=fact("order"), answers={(only(proposed).run_id, 1): "sent"})
    assert [(end.reason, end.is_converted) for end in told.ended] == [("exit_event", False)]


def test_the_event_that_ends_a_run_may_open_it_again_in_the_same_transition() -> None:
    plans = compiled(journey(PAUSE, reentry="after 0d", exits=(ExitRule(event="order"),)))
    before = inside(plans)
    progress = after(before, plans, "lapsed", seen=fact("order", NOW + HOUR), now=NOW + HOUR)
    assert [end.run_id for end in progress.ended] == [before.runs[0].run_id]
    assert (only(progress).run_id != before.runs[0].run_id, only(progress).entered_at) == (True, NOW + HOUR)
    assert progress.blocked == ()


def test_the_event_that_opens_a_run_does_not_end_it_in_the_same_transition() -> None:
    plans = compiled(journey(PAUSE, exits=(ExitRule(event="order"),)))
    assert only(after(EMPTY, plans, "lapsed", seen=fact("order"))).step == "pause"


@pytest.mark.parametrize(
    ("traits", "reasons"), [({"tier": "gold"}, ["exit_predicate"]), ({"tier": "tin"}, []), ({}, [])]
)
def test_an_exit_condition_is_asked_at_every_event_and_tick(traits: dict[str, Any], reasons: list[str]) -> None:
    is_gold = condition(lambda known: known.get("tier") == "gold")
    plans = compiled(journey(PAUSE, exits=(ExitRule(when="tier"),)), reorder__exits__0__when=is_gold)
    progress = after(inside(plans), plans, about=profile(traits=traits), now=NOW + HOUR)
    assert [end.reason for end in progress.ended] == reasons


@pytest.mark.parametrize(("cart", "reasons"), [("c1", ["exit_event"]), ("c2", [])])
def test_an_exit_may_compare_the_event_with_the_run_s_facts(cart: str, reasons: list[str]) -> None:
    same: Condition = lambda traits, features, event, run, now: event["cart"] == run["cart"]  # noqa: E731
    plans = compiled(journey(PAUSE, exits=(ExitRule(event="order", when="same"),)), reorder__exits__0__when=same)
    progress = after(inside(plans, cart="c1"), plans, seen=fact("order", cart=cart))
    assert [end.reason for end in progress.ended] == reasons


def test_the_goal_converts_and_ends_and_beats_an_exit_by_the_same_event() -> None:
    plans = compiled(journey(PAUSE, goal=EventMatch(event="order"), exits=(ExitRule(event="order"),)))
    progress = after(inside(plans), plans, seen=fact("order"))
    assert [(end.reason, end.is_converted) for end in progress.ended] == [("goal", True)]


@pytest.mark.parametrize(("holds", "reason"), [(ALWAYS, "goal"), (NEVER_TRUE, "exit_event")])
def test_the_goal_s_condition_decides_whether_it_is_reached(holds: Condition, reason: str) -> None:
    plans = compiled(
        journey(PAUSE, goal=EventMatch(event="order", when="x"), exits=(ExitRule(event="order"),)),
        reorder__goal__when=holds,
    )
    assert [end.reason for end in after(inside(plans), plans, seen=fact("order")).ended] == [reason]


def test_a_message_s_report_interrupts_only_the_run_that_sent_it() -> None:
    plans = compiled(journey(PAUSE, reentry="parallel", exits=(ExitRule(event="message_bounced"),)))
    both = after(EMPTY, plans, "lapsed", "lapsed").enrollments
    progress = after(both, plans, seen=fact("message_bounced", run_id=both.runs[1].run_id))
    assert (progress.enrollments.runs, [end.run_id for end in progress.ended]) == (both.runs[:1], [both.runs[1].run_id])


def test_a_converted_run_that_is_interrupted_stays_converted() -> None:
    plans = compiled(journey(Goal(id="won"), PAUSE, exits=(ExitRule(event="refund"),)))
    progress = after(inside(plans), plans, seen=fact("refund"))
    assert [(end.reason, end.is_converted) for end in progress.ended] == [("exit_event", True)]


@pytest.mark.parametrize(("age", "reasons"), [(DAY - 1, []), (DAY, ["expired"]), (2 * DAY, ["expired"])])
def test_a_run_expires_before_the_step_it_waits_at_speaks(age: int, reasons: list[str]) -> None:
    plans = compiled(journey(PAUSE, MAIL, expires_after="1d"))
    waiting = inside(plans)
    assert next_due(waiting, plans) == NOW + DAY
    progress = after(waiting, plans, now=NOW + age)
    assert ([end.reason for end in progress.ended], progress.proposals) == (reasons, ())


def test_a_run_that_waits_for_arbitration_expires_too() -> None:
    plans = compiled(journey(MAIL, expires_after="1d"))
    assert next_due(inside(plans), plans) == NOW + DAY


@pytest.mark.parametrize(
    ("plans", "reason"),
    [(compiled(journey(journey="other")), "journey_stopped"), (compiled(journey(MAIL)), "migrated_out")],
    ids=["journey", "step"],
)
def test_a_run_whose_journey_or_step_is_gone_ends(plans: JourneyPlans, reason: str) -> None:
    progress = after(inside(compiled(journey(PAUSE))), plans)
    assert (progress.enrollments.runs, [end.reason for end in progress.ended]) == ((), [reason])


# Time


def test_the_first_run_to_wake_wakes_the_customer() -> None:
    runs = (run(wake_at=NOW + 5), run(wake_at=NOW + 3), run(wake_at=NEVER))
    assert next_due(Enrollments(runs), compiled(journey())) == NOW + 3
    assert next_due(EMPTY, compiled()) == NEVER


EVENTS = ["order", "click", "refund", ""]


@given(st.lists(st.tuples(st.integers(0, 30), st.sampled_from(EVENTS), st.booleans()), max_size=20))
def test_whatever_happens_every_run_is_inside_or_ended_once_and_nothing_is_proposed_for_an_ended_one(
    story: list[tuple[int, str, bool]],
) -> None:
    race = WaitFor(id="race", events=(EventMatch(event="click", next="mail"),), within="12h", on_timeout="pause")
    plans = compiled(
        journey(race, MAIL, Wait(id="pause", after="1d", next="race"), reentry="after 6h", expires_after="5d"),
        journey(journey="other", exits=(ExitRule(event="order"),), goal=EventMatch(event="refund"), reentry="parallel"),
    )
    enrollments, now, ended, proposed = EMPTY, NOW, [], []
    opened: dict[str, None] = {}
    for hours, name, fires in story:
        now = Instant(now + hours * HOUR)
        answers: dict[tuple[str, int], str] = {
            (each.run_id, each.visits): "sent" for each in enrollments.runs if each.step == "mail"
        }
        progress = after(
            enrollments, plans, *(["lapsed"] if fires else []), seen=fact(name, now), now=now, answers=answers
        )
        assert {each.run_id for each in progress.proposals} <= {each.run_id for each in progress.enrollments.runs}
        assert all(each.wake_at > now for each in progress.enrollments.runs)
        enrollments = progress.enrollments
        ended += [end.run_id for end in progress.ended]
        proposed += [each.delivery_id for each in progress.proposals]
        opened |= dict.fromkeys(each.run_id for each in enrollments.runs)
    assert len(proposed) == len(set(proposed))
    assert len(ended) == len(set(ended))
    assert set(opened) == {each.run_id for each in enrollments.runs} | set(ended)
