"""Interrupts: goals, exits and the end of a run's time. They are effective at once, wherever a run waits."""

from segue.core.journeys.compiled import JourneyPlan
from segue.core.journeys.matching import concerns
from segue.core.view import View
from segue.model.decisions import Reason
from segue.model.runs import Run

GOAL = "goal"


def interruption(run: Run, plan: JourneyPlan, view: View) -> str:
    """Return why the run ends at once, "" when it does not. A goal comes before exits, an exit before the clock."""
    goal, fact = plan.goal, view.fact
    if goal is not None and goal.matches(run, view):
        return GOAL
    for rule in plan.exits:
        if rule.event is None:
            if view.holds(rule.when, run.facts):
                return Reason.EXIT_PREDICATE
        elif rule.event == fact.name and concerns(run, view) and view.holds(rule.when, run.facts):
            return Reason.EXIT_EVENT
    # A paused journey holds all timers, this one too.
    if view.now - run.entered_at >= plan.expires_after and plan.status != "paused":
        return Reason.EXPIRED
    return ""
