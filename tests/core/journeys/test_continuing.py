"""One event and one run: interrupts, handlers, the stage, the step, in this order."""

from collections import Counter
from typing import Any

import pytest

from segue.core.journeys.continuing import concerned
from segue.core.journeys.plan import JourneyPlans
from segue.core.journeys.run import MOVES_MAX, Progress
from segue.model.journeys import Entry, ExitRule, Handler, Journey, Stage
from segue.model.runs import Run
from segue.model.steps import EventMatch, Goal, MessageGroup, Propose, SubJourney, Wait, WaitFor
from segue.model.time import DAY, HOUR, NEVER
from segue.model.triggers import ApiTrigger
from tests.builders import ALWAYS, NEVER_TRUE, NOW, around, condition, fact, profile, run, view
from tests.core.journeys.running import EMPTY, MAIL, PAUSE, after, compiled, inside, journey, only

RUSH = journey(
    Wait(id="rest", after="10h"),
    WaitFor(id="race", events=(EventMatch(event="click", next="won"),), within="1d", on_timeout="late"),
    Wait(id="late", after="1h"),
    Goal(id="won"),
    Wait(id="more", after="2d"),
    exits=(ExitRule(event="quit"),),
    on=(
        Handler(event="quit", goto="more"),
        Handler(event="jump", goto="race"),
        Handler(event="rush", when="x", hurry=0.0),
        Handler(event="rush", hurry=0.5),
        Handler(event="mood", set={"mood": "y"}),
    ),
)
MOOD = condition(lambda event: event["mood"], on="event")
PLANS = compiled(RUSH, reorder__on__2__when=NEVER_TRUE, reorder__on__4__set__mood=MOOD)


def test_an_exit_wins_over_a_handler_of_the_same_event() -> None:
    progress = after(inside(PLANS), PLANS, seen=fact("quit"))
    assert [end.reason for end in progress.ended] == ["exit_event"]


def test_a_handler_takes_a_run_out_of_its_step_and_withdraws_what_it_proposed() -> None:
    plans = compiled(journey(MAIL, Wait(id="more", after="1h"), on=(Handler(event="jump", goto="more"),)))
    proposed = after(inside(plans), plans, seen=fact("jump"))
    assert (only(proposed).step, proposed.withdrawn) == ("more", ((only(proposed).run_id, 1),))
    assert [(m.step, m.to, m.how, m.detail) for m in proposed.moved] == [("mail", "more", "exited", "on:jump")]


def test_the_event_that_branched_does_not_also_count_for_the_step_it_led_to() -> None:
    plans = compiled(journey(PAUSE, *RUSH.steps[1:], on=(Handler(event="click", goto="race"),)))
    assert only(after(inside(plans), plans, seen=fact("click"))).step == "race"


def test_a_hurry_takes_its_share_of_what_is_left() -> None:
    hurried = after(inside(PLANS), PLANS, seen=fact("rush", NOW + 4 * HOUR), now=NOW + 4 * HOUR)
    assert (only(hurried).step, only(hurried).wake_at) == ("rest", NOW + 7 * HOUR)


def test_a_hurry_to_nothing_ends_the_wait_now() -> None:
    plans = compiled(RUSH, reorder__on__2__when=ALWAYS, reorder__on__4__set__mood=MOOD)
    assert only(after(inside(plans), plans, seen=fact("rush"))).step == "race"


def test_the_gap_of_a_message_group_does_not_hurry() -> None:
    group = Propose(id="series", action="offer", group=MessageGroup(order=("email", "email"), gap="1d"))
    plans = compiled(journey(group, on=(Handler(event="rush", hurry=0.0),)))
    proposed = inside(plans)
    key = (proposed.runs[0].run_id, 1)
    waiting = after(proposed, plans, answers={key: "carried_out"}).enrollments
    assert after(waiting, plans, seen=fact("rush"), now=NOW + HOUR) == Progress(waiting)


def test_facts_take_new_values_and_the_run_stays() -> None:
    progress = after(inside(PLANS, mood="calm", cart=1), PLANS, seen=fact("mood", mood="keen"))
    assert (only(progress).facts, only(progress).step, progress.moved) == ({"mood": "keen", "cart": 1}, "rest", ())


def test_progress_by_the_event_comes_before_the_departure_it_prevents() -> None:
    plans = compiled(
        journey(
            Wait(id="look", after="30d", stage="awareness"),
            Goal(id="back"),
            stages=(Stage(stage="awareness", expect=EventMatch(event="click"), within="3d", recover="back"),),
        )
    )
    begun, at = inside(plans), NOW + 3 * DAY
    assert only(after(begun, plans, seen=fact("click", at), now=at)).step == "look"
    assert [m.to for m in after(begun, plans, now=at).moved] == ["back", ""]


# Journeys in journeys


def parent(*, wait: bool = True, **child: Any) -> JourneyPlans:
    whole: dict[str, Any] = {
        "journey": "child",
        "entry": Entry(on=ApiTrigger()),
        "goal": EventMatch(event="solved"),
        "reentry": "after 0d",
        "steps": (Wait(id="calm", after="1d"),),
    }
    return compiled(
        journey(
            SubJourney(id="sub", journey="child", wait=wait, on_converted="glad"),
            Wait(id="sad", after="1h", next="out"),
            Wait(id="glad", after="2h"),
            Goal(id="out"),
            exits=(ExitRule(event="quit"),),
            on=(Handler(event="jump", goto="sad"),),
        ),
        Journey(**(whole | child)),
    )


def steps(progress: Progress) -> dict[str, str]:
    return {each.journey: each.step for each in progress.enrollments.runs}


def test_a_parent_waits_for_its_child_and_goes_on_in_the_same_transition() -> None:
    plans = parent()
    begun = inside(plans, cart="c1")
    assert {each.journey: each.facts for each in begun.runs} == {"reorder": {"cart": "c1"}, "child": {"cart": "c1"}}
    assert steps(after(begun, plans, now=NOW + DAY)) == {"reorder": "sad"}
    assert steps(after(begun, plans, seen=fact("solved"))) == {"reorder": "glad"}


@pytest.mark.parametrize(("name", "left"), [("quit", {}), ("jump", {"reorder": "sad"})])
def test_a_child_ends_when_its_parent_ends_or_does_not_wait_any_more(name: str, left: dict[str, str]) -> None:
    plans = parent()
    progress = after(inside(plans), plans, seen=fact(name))
    assert steps(progress) == left
    assert "child" in {end.journey for end in progress.ended}


def test_a_child_that_nobody_waits_for_goes_its_own_way() -> None:
    plans = parent(wait=False)
    begun = inside(plans)
    assert {each.journey: (each.step, each.parent) for each in begun.runs} == {
        "reorder": ("sad", ""),
        "child": ("calm", ""),
    }
    assert steps(after(begun, plans, seen=fact("quit"))) == {"child": "calm"}


def test_where_the_other_journey_takes_nobody_in_the_run_goes_on() -> None:
    begun = inside(parent(status="draining"))
    assert [(each.journey, each.step) for each in begun.runs] == [("reorder", "sad")]


def test_a_child_that_ends_at_once_lets_its_parent_go_on_at_once_and_no_loop_of_them_goes_on_for_ever() -> None:
    plans = compiled(
        journey(SubJourney(id="sub", journey="child", next="sub")),
        journey(Goal(id="won"), journey="child", entry=Entry(on=ApiTrigger()), reentry="after 0d"),
    )
    progress = after(EMPTY, plans, "lapsed")
    ends = Counter((end.journey, end.reason) for end in progress.ended)
    assert (progress.enrollments.runs, ends["reorder", "loop_bound"]) == ((), 1)
    assert 20 < ends["child", "done"] <= MOVES_MAX


def test_journeys_within_themselves_come_to_an_end() -> None:
    plans = compiled(journey(SubJourney(id="sub", journey="reorder"), Wait(id="end", after="1h"), reentry="parallel"))
    assert len(inside(plans).runs) < 100


# Who is concerned


@pytest.mark.parametrize(
    ("where", "name", "is_concerned"),
    [
        (run(step="rest", wake_at=NOW + 1), "other", False),
        (run(step="rest", wake_at=NOW + 1), "quit", True),
        (run(step="rest", wake_at=NOW), "other", True),
        (run(step="gone", wake_at=NOW + 1), "other", True),
        (run(step="rest", wake_at=NOW + 1, version=2), "other", True),
        (run(step="rest", wake_at=NEVER, paused_until=NOW), "other", True),
        (run(step="rest", wake_at=NOW - 1, paused_until=NOW + 1), "other", False),
        (run(step="rest", wake_at=NOW + 1, journey="gone"), "other", True),
    ],
)
def test_a_run_is_looked_at_only_when_something_can_have_happened_to_it(
    where: Run, name: str, is_concerned: bool
) -> None:
    here = around(view(profile(), fact(name)))
    assert concerned((where,), here, PLANS) == ([where] if is_concerned else [])
    assert concerned((where,), around(answers={("x", 1): "sent"}), PLANS) == [where]
