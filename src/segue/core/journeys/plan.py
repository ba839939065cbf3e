"""Compile journeys: each step to its plan, each entry to the name of the trigger that opens it."""

from collections.abc import Mapping
from typing import assert_never

from msgspec import Struct

from segue.core.catalogue import ActionPlan
from segue.core.journeys.moves import StepPlan
from segue.core.journeys.steps.branch import compile_branch
from segue.core.journeys.steps.exit import compile_exit
from segue.core.journeys.steps.goal import compile_goal
from segue.core.journeys.steps.propose import compile_propose
from segue.core.journeys.steps.wait import compile_wait
from segue.core.journeys.steps.wait_for import Awaited, compile_wait_for
from segue.core.view import Condition
from segue.model.catalogue import Trigger
from segue.model.errors import SegueError
from segue.model.journeys import Branch, Exit, Goal, Journey, Propose, Step, Wait, WaitFor
from segue.model.time import NEVER, parse_duration
from segue.model.workspace import Workspace

PARALLEL = -1
"""A re-entry rule that never blocks."""


class InterruptPlan(Struct, frozen=True):
    """A compiled interrupt."""

    event: str | None
    when: Condition | None


class JourneyPlan(Struct, frozen=True):
    """A compiled journey.

    Attributes:
        reentry: microseconds since the last entry after which one may enter again; `NEVER` for never, `PARALLEL`.
        expires_after: microseconds a run may last; `NEVER` for as long as it takes.
    """

    name: str
    version: int
    entry_when: Condition | None
    instance_key: Condition | None
    reentry: int
    expires_after: int
    exits: tuple[InterruptPlan, ...]
    goal: Awaited | None
    first_step: str
    steps: dict[str, StepPlan]


class JourneyPlans(Struct, frozen=True):
    """All journeys of a workspace: by name, and by the trigger that opens them."""

    workspace: str
    by_name: dict[str, JourneyPlan]
    by_trigger: dict[str, tuple[JourneyPlan, ...]]


def inline_triggers(journeys: tuple[Journey, ...]) -> dict[str, Trigger]:
    """Return the triggers that journeys write themselves, by the name they are known by: ``journey:NAME``."""
    return {f"journey:{j.journey}": j.entry.on for j in journeys if j.entry.on is not None}


def compile_journeys(
    workspace: Workspace, actions: Mapping[str, ActionPlan], conditions: Mapping[str, Condition]
) -> JourneyPlans:
    """Return the plans of all journeys of ``workspace``; ``conditions`` by the keys of `core.expression_sites`.

    Raises:
        SegueError: a journey cannot be run: no steps, an unknown step or action, an entry with no or two triggers.
    """
    by_name: dict[str, JourneyPlan] = {}
    by_trigger: dict[str, tuple[JourneyPlan, ...]] = {}
    for journey in workspace.journeys:
        plan = _compile_journey(journey, actions, conditions)
        by_name[journey.journey] = plan
        opener = journey.entry.trigger or f"journey:{journey.journey}"
        by_trigger[opener] = (*by_trigger.get(opener, ()), plan)
    return JourneyPlans(workspace.name, by_name, by_trigger)


def parse_reentry(text: str) -> int:
    """Return "never", "parallel" or "after 30d" as `JourneyPlan.reentry` holds it.

    Raises:
        SegueError: the text is none of them.
    """
    match text.split(maxsplit=1):
        case ["never"]:
            return NEVER
        case ["parallel"]:
            return PARALLEL
        case ["after", duration]:
            return parse_duration(duration)
        case _:
            raise SegueError(f"{text!r} is no re-entry rule.", 'Write "never", "parallel" or "after 30d".')


def _compile_journey(
    journey: Journey, actions: Mapping[str, ActionPlan], conditions: Mapping[str, Condition]
) -> JourneyPlan:
    name, key = journey.journey, f"journeys.{journey.journey}"
    if not journey.steps:
        raise SegueError(f"Journey {name!r} has no steps.", "Give it at least one.")
    if (journey.entry.trigger is None) == (journey.entry.on is None):
        raise SegueError(f"Journey {name!r} needs one way in.", "Give its entry either `trigger` or `on`.")
    following: list[str | None] = [*(step.id for step in journey.steps[1:]), None]
    steps = {
        step.id: _compile_step(step, step.next or after, actions, conditions, f"{key}.steps.{step.id}")
        for step, after in zip(journey.steps, following, strict=True)
    }
    _check_steps(journey)
    goal = journey.goal
    return JourneyPlan(
        name=name,
        version=journey.version,
        entry_when=conditions.get(f"{key}.entry.when"),
        instance_key=conditions.get(f"{key}.instance_key"),
        reentry=parse_reentry(journey.reentry),
        expires_after=parse_duration(journey.expires_after) if journey.expires_after else NEVER,
        exits=tuple(
            InterruptPlan(rule.event, conditions.get(f"{key}.exits.{index}.when"))
            for index, rule in enumerate(journey.exits)
        ),
        goal=Awaited(goal.event, conditions.get(f"{key}.goal.when"), None) if goal else None,
        first_step=journey.steps[0].id,
        steps=steps,
    )


def step_targets(step: Step) -> tuple[str, ...]:
    """Return the steps that ``step`` names; the following one of the file only where it names it."""
    named: list[str | None] = [step.next]
    match step:
        case WaitFor():
            named += [step.on_timeout, *(awaited.next for awaited in step.events)]
        case Branch():
            named += [step.otherwise, *(case.next for case in step.cases)]
        case Propose():
            named.append(step.on_skip)
        case _:
            pass
    return tuple(target for target in named if target is not None)


def _check_steps(journey: Journey) -> None:
    known = [step.id for step in journey.steps]
    for index, step in enumerate(journey.steps):
        if step.id in known[:index]:
            reason = f"Journey {journey.journey!r} has two steps called {step.id!r}."
            raise SegueError(reason, "Give each step a name of its own.")
        for target in step_targets(step):
            if target not in known:
                reason = f"Step {step.id!r} of journey {journey.journey!r} leads to {target!r}, which is no step."
                raise SegueError(reason, f"The steps are {', '.join(known)}.")


def _compile_step(
    step: Step,
    following: str | None,
    actions: Mapping[str, ActionPlan],
    conditions: Mapping[str, Condition],
    key: str,
) -> StepPlan:
    match step:
        case Wait():
            return compile_wait(step, following, conditions, key)
        case WaitFor():
            return compile_wait_for(step, following, conditions, key)
        case Branch():
            return compile_branch(step, following, conditions, key)
        case Propose():
            return compile_propose(step, following, actions)
        case Goal():
            return compile_goal(step, following, conditions, key)
        case Exit():
            return compile_exit(step, following, conditions, key)
        case _:
            assert_never(step)
