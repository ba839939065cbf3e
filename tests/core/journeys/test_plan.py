from typing import Any

import pytest

from segue.core.journeys.compiled import InterruptPlan
from segue.core.journeys.matching import Awaited
from segue.core.journeys.plan import (
    JourneyPlans,
    compile_journeys,
    inline_triggers,
    parse_reentry,
    step_targets,
)
from segue.core.journeys.steps.exit import ExitPlan
from segue.core.journeys.steps.goal import GoalPlan
from segue.core.journeys.steps.propose import ProposePlan
from segue.core.journeys.steps.wait import WaitPlan
from segue.core.journeys.steps.wait_for import WaitForPlan
from segue.core.view import Condition
from segue.model.errors import SegueError
from segue.model.journeys import Entry, ExitRule, Handler, Journey, Migration, Stage
from segue.model.steps import Branch, Case, EventMatch, Exit, Goal, Propose, Step, Wait, WaitFor
from segue.model.time import DAY, HOUR, NEVER
from segue.model.triggers import EventTrigger, JourneyTrigger
from tests.builders import ALWAYS, NEVER_TRUE, UNKNOWN, action, plans, workspace

OUT = Exit(id="out")


def journey(*steps: Step, **changes: Any) -> Journey:
    whole: dict[str, Any] = {"journey": "reorder", "entry": Entry(trigger="lapsed"), "steps": steps or (OUT,)}
    return Journey(**(whole | changes))


def compiled(*journeys: Journey, conditions: dict[str, Condition] | None = None) -> JourneyPlans:
    return compile_journeys(workspace(journeys=journeys), plans(action("offer")), conditions or {})


def test_a_journey_is_compiled_with_everything_that_runs_need() -> None:
    declared = journey(
        version=3,
        entry=Entry(trigger="lapsed", when="a"),
        reentry="after 30d",
        instance_key="event.cart",
        exits=(ExitRule(event="order"), ExitRule(when="b")),
        goal=EventMatch(event="order", when="c"),
        expires_after="90d",
    )
    conditions = {
        "journeys.reorder.entry.when": ALWAYS,
        "journeys.reorder.instance_key": UNKNOWN,
        "journeys.reorder.exits.1.when": NEVER_TRUE,
        "journeys.reorder.goal.when": ALWAYS,
    }
    plan = compiled(declared, conditions=conditions).by_name["reorder"]
    assert (plan.name, plan.version, plan.first_step) == ("reorder", 3, "out")
    assert (plan.entry_when, plan.instance_key) == (ALWAYS, UNKNOWN)
    assert (plan.reentry, plan.expires_after) == (30 * DAY, 90 * DAY)
    assert plan.exits == (InterruptPlan("order", None), InterruptPlan(None, NEVER_TRUE))
    assert plan.goal == Awaited("order", ALWAYS, None)


def test_a_journey_that_says_little_never_expires_and_is_entered_once() -> None:
    plan = compiled(journey()).by_name["reorder"]
    assert (plan.reentry, plan.expires_after, plan.exits, plan.goal) == (NEVER, NEVER, (), None)


def test_each_kind_of_step_gets_its_plan_and_leads_to_the_following_one_unless_it_says_otherwise() -> None:
    plan = compiled(
        journey(
            Wait(id="pause", after="1h"),
            WaitFor(id="race", events=(EventMatch(event="click"),), within="2h", next="won"),
            Propose(id="mail", action="offer"),
            Goal(id="won"),
            OUT,
        )
    ).by_name["reorder"]
    assert plan.first_step == "pause"
    assert list(plan.steps) == ["pause", "race", "mail", "won", "out"]
    assert plan.steps["pause"] == WaitPlan("race", duration=HOUR)
    assert plan.steps["race"] == WaitForPlan((Awaited("click", None, "won"),), 2 * HOUR, "won")
    assert isinstance(plan.steps["mail"], ProposePlan)
    assert plan.steps["mail"].following == "won"
    assert plan.steps["won"] == GoalPlan("out")
    assert plan.steps["out"] == ExitPlan()


def test_the_last_step_leads_out_of_the_journey() -> None:
    assert compiled(journey(Goal(id="won"))).by_name["reorder"].steps["won"] == GoalPlan(None)


def test_journeys_are_found_by_name_and_by_the_trigger_that_opens_them() -> None:
    inline = journey(journey="inline", entry=Entry(on=EventTrigger(event="order")))
    found = compiled(journey(), journey(journey="other"), inline)
    assert list(found.by_name) == ["reorder", "other", "inline"]
    assert {trigger: [plan.name for plan in opened] for trigger, opened in found.by_trigger.items()} == {
        "lapsed": ["reorder", "other"],
        "journey:inline": ["inline"],
    }
    assert inline_triggers((journey(), inline)) == {"journey:inline": EventTrigger(event="order")}


@pytest.mark.parametrize(
    ("text", "rule"),
    [("never", NEVER), ("parallel", -1), ("after 30d", 30 * DAY), ("after 1d 12h", 36 * HOUR), ("after 0d", 0)],
)
def test_a_re_entry_rule_is_never_parallel_or_a_duration(text: str, rule: int) -> None:
    assert parse_reentry(text) == rule


@pytest.mark.parametrize("text", ["", "always", "after", "after a while", "30d", "never ever", "parallel 3"])
def test_what_is_no_re_entry_rule_is_refused(text: str) -> None:
    with pytest.raises(SegueError):
        parse_reentry(text)


@pytest.mark.parametrize(
    ("step", "targets"),
    [
        (Wait(id="a", after="1h"), ()),
        (Wait(id="a", after="1h", next="b"), ("b",)),
        (
            WaitFor(
                id="a", events=(EventMatch(event="e", next="b"), EventMatch(event="f")), within="1h", on_timeout="c"
            ),
            ("c", "b"),
        ),
        (Branch(id="a", cases=(Case(when="x", next="b"),), otherwise="c"), ("c", "b")),
        (Propose(id="a", action="offer", on_skip="b", next="c"), ("c", "b")),
        (Goal(id="a", next="b"), ("b",)),
        (Exit(id="a"), ()),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, tuple) else "",
)
def test_a_step_names_the_steps_it_leads_to(step: Step, targets: tuple[str, ...]) -> None:
    assert step_targets(step) == targets


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"steps": ()}, "has no steps"),
        ({"entry": Entry()}, "needs one way in"),
        ({"entry": Entry(trigger="a", on=EventTrigger(event="order"))}, "needs one way in"),
        ({"steps": (Goal(id="a", next="nowhere"),)}, "leads to 'nowhere'"),
        ({"steps": (Goal(id="a"), Goal(id="a"))}, "two steps called 'a'"),
        ({"steps": (Propose(id="a", action="unheard_of"),)}, "which is no action"),
        ({"reentry": "sometimes"}, "no re-entry rule"),
    ],
)
def test_a_journey_that_cannot_be_run_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(SegueError, match=reason):
        compiled(journey(**changes))


# What a plan knows


def test_a_plan_knows_every_event_that_concerns_its_runs() -> None:
    plan = compiled(
        journey(
            WaitFor(id="race", events=(EventMatch(event="click"),), within="2h"),
            Wait(id="best", receptive="3d"),
            exits=(ExitRule(event="quit"),),
            goal=EventMatch(event="order"),
            on=(Handler(event="ticket", pause="1d"),),
            stages=(Stage(stage="awareness", expect=EventMatch(event="view"), within="1d", recover="race"),),
        )
    ).by_name["reorder"]
    assert plan.listens == {"click", "quit", "order", "ticket", "view"}
    assert (plan.is_restless, sorted(plan.restless), plan.is_plain) == (False, ["best"], False)
    assert compiled(journey()).by_name["reorder"].is_plain


def test_an_exit_that_is_a_condition_concerns_a_run_with_every_event() -> None:
    plan = compiled(journey(exits=(ExitRule(when="x"),)), conditions={"journeys.reorder.exits.0.when": ALWAYS})
    assert plan.by_name["reorder"].is_restless


def test_earlier_versions_are_compiled_with_the_status_of_the_present_one() -> None:
    now, before = journey(version=2, status="paused"), journey(Wait(id="rest", after="1h"))
    gone = journey(journey="gone")
    found = compile_journeys(workspace(journeys=(now,), retired=(before, gone)), plans(action("offer")), {})
    assert list(found.retired) == [("reorder", 1)]
    assert (found.retired["reorder", 1].first_step, found.retired["reorder", 1].status) == ("rest", "paused")


def test_triggers_that_wait_for_an_end_are_found_by_the_journey_that_ends() -> None:
    named = JourneyTrigger(journey="reorder", outcome="converted")
    inline = journey(journey="after", entry=Entry(on=JourneyTrigger(journey="reorder")))
    declared = workspace(journeys=(journey(), inline), triggers={"won": named})
    found = compile_journeys(declared, plans(action("offer")), {})
    assert found.by_end == {"reorder": (("converted", "won"), ("any", "journey:after"))}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"on": (Handler(event="x", goto="nowhere"),)}, "handler of 'x' .* leads to 'nowhere'"),
        ({"stages": (Stage(stage="awareness", within="1d", recover="nowhere"),)}, "Stage 'awareness' .* leads to"),
        ({"migration": Migration(steps={"old": "nowhere"})}, "The migration .* leads to 'nowhere'"),
        ({"stages": (Stage(stage="awareness", within="0s", recover="out"),)}, "is left at once"),
    ],
)
def test_whatever_leads_to_a_step_must_lead_to_one_that_is_there(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(SegueError, match=reason):
        compiled(journey(**changes))
