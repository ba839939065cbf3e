"""Compile journeys: each step to its plan, each entry to the name of the trigger that opens it, and who hears what."""

from collections.abc import Mapping

from msgspec.structs import replace

from segue.core.catalogue import ActionPlan
from segue.core.expression_sites import journey_key, retired_key
from segue.core.journeys.compiled import PARALLEL, HandlerPlan, InterruptPlan, JourneyPlan, JourneyPlans, StagePlan
from segue.core.journeys.matching import Awaited, compile_match
from segue.core.journeys.moves import StepPlan
from segue.core.journeys.pacing import compile_pacing
from segue.core.journeys.steps.compiling import Place, compile_step, step_targets
from segue.core.view import Condition
from segue.model.errors import SegueError
from segue.model.journeys import Journey
from segue.model.time import NEVER, parse_duration
from segue.model.triggers import JourneyTrigger, Trigger
from segue.model.workspace import Workspace


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
        plan = _compile_journey(journey, journey_key(journey), workspace, actions, conditions)
        by_name[journey.journey] = plan
        opener = journey.entry.trigger or f"journey:{journey.journey}"
        by_trigger[opener] = (*by_trigger.get(opener, ()), plan)
    retired = {
        (journey.journey, journey.version): replace(
            _compile_journey(journey, retired_key(journey), workspace, actions, conditions),
            status=by_name[journey.journey].status,
        )
        for journey in workspace.retired
        if journey.journey in by_name
    }
    return JourneyPlans(workspace.name, by_name, by_trigger, retired, _ends(workspace))


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


def _ends(workspace: Workspace) -> dict[str, tuple[tuple[str, str], ...]]:
    ends: dict[str, tuple[tuple[str, str], ...]] = {}
    for name, trigger in (workspace.triggers | inline_triggers(workspace.journeys)).items():
        if isinstance(trigger, JourneyTrigger):
            ends[trigger.journey] = (*ends.get(trigger.journey, ()), (trigger.outcome, name))
    return ends


def _compile_journey(
    journey: Journey,
    key: str,
    workspace: Workspace,
    actions: Mapping[str, ActionPlan],
    conditions: Mapping[str, Condition],
) -> JourneyPlan:
    _check(journey)
    pacing = compile_pacing(journey.pacing, conditions[f"{key}.pacing.by"]) if journey.pacing else None
    place = Place(journey.journey, key, pacing, actions, conditions, workspace)
    following = [*(step.id for step in journey.steps[1:]), None]
    steps = {
        step.id: compile_step(step, step.next or after, place)
        for step, after in zip(journey.steps, following, strict=True)
    }
    goal, entry = journey.goal, journey.entry
    plan = JourneyPlan(
        name=journey.journey,
        version=journey.version,
        entry_when=conditions.get(f"{key}.entry.when"),
        instance_key=conditions.get(f"{key}.instance_key"),
        reentry=parse_reentry(journey.reentry),
        expires_after=parse_duration(journey.expires_after) if journey.expires_after else NEVER,
        exits=tuple(
            InterruptPlan(rule.event, conditions.get(f"{key}.exits.{index}.when"))
            for index, rule in enumerate(journey.exits)
        ),
        goal=compile_match(goal, conditions, f"{key}.goal", None) if goal else None,
        first_step=journey.steps[0].id,
        steps=steps,
        status=journey.status,
        in_flight=journey.in_flight,
        migration=dict(journey.migration.steps),
        debounce=parse_duration(entry.debounce) if entry.debounce else 0,
        rate_per=parse_duration(entry.rate.per) if entry.rate else 0,
        handlers=_handlers(journey, conditions, key),
        pacing=pacing,
        stages=_stages(journey, conditions, key),
        stage_of=_stage_of(journey),
    )
    return _with_ears(plan)


def _handlers(journey: Journey, conditions: Mapping[str, Condition], key: str) -> tuple[HandlerPlan, ...]:
    return tuple(
        HandlerPlan(
            trigger=Awaited(handler.event, conditions.get(f"{key}.on.{index}.when"), handler.goto),
            hurry=handler.hurry,
            pause=parse_duration(handler.pause) if handler.pause else 0,
            resume=handler.resume,
            set=tuple((name, conditions[f"{key}.on.{index}.set.{name}"]) for name in handler.set),
        )
        for index, handler in enumerate(journey.on)
    )


def _stages(journey: Journey, conditions: Mapping[str, Condition], key: str) -> dict[str, StagePlan]:
    return {
        stage.stage: StagePlan(
            expect=compile_match(stage.expect, conditions, f"{key}.stages.{index}.expect", None)
            if stage.expect
            else None,
            # Without a way to recover there is nothing to be done about a departure, and nothing to wake up for.
            within=parse_duration(stage.within) if stage.within and stage.recover else NEVER,
            recover=stage.recover or "",
        )
        for index, stage in enumerate(journey.stages)
    }


def _stage_of(journey: Journey) -> dict[str, str]:
    """Return the stage of each step; a recovery sequence belongs to the stage that it recovers."""
    recovering = {stage.recover: stage.stage for stage in journey.stages if stage.recover}
    stages: dict[str, str] = {}
    present: str | None = None
    for step in journey.steps:
        present = step.stage or recovering.get(step.id) or present
        if present is not None:
            stages[step.id] = present
    return stages


def _with_ears(plan: JourneyPlan) -> JourneyPlan:
    """Return ``plan`` with what its runs listen to, gathered from everything in it."""
    steps: list[StepPlan] = list(plan.steps.values())
    heard: list[str | None] = [rule.event for rule in plan.exits]
    heard += [handler.trigger.event for handler in plan.handlers]
    heard += [stage.expect.event for stage in plan.stages.values() if stage.expect is not None]
    heard += [event for step in steps for event in step.listens]
    if plan.goal is not None:
        heard.append(plan.goal.event)
    restless = frozenset(name for name, step in plan.steps.items() if step.is_restless)
    is_restless = any(rule.event is None for rule in plan.exits)
    is_going = plan.status in ("live", "draining")
    is_timed = plan.expires_after < NEVER or any(stage.within < NEVER for stage in plan.stages.values())
    return replace(
        plan,
        listens=frozenset(event for event in heard if event),
        is_restless=is_restless,
        restless=restless,
        is_simple=is_going and not plan.handlers and not plan.stages,
        is_plain=is_going and not (is_restless or restless or is_timed),
    )


def _check(journey: Journey) -> None:
    name = journey.journey
    if not journey.steps:
        raise SegueError(f"Journey {name!r} has no steps.", "Give it at least one.")
    if (journey.entry.trigger is None) == (journey.entry.on is None):
        raise SegueError(f"Journey {name!r} needs one way in.", "Give its entry either `trigger` or `on`.")
    known = [step.id for step in journey.steps]
    for index, step in enumerate(journey.steps):
        if step.id in known[:index]:
            raise SegueError(f"Journey {name!r} has two steps called {step.id!r}.", "Give each step a name of its own.")
    for place, target in _targets(journey):
        if target not in known:
            reason = f"{place} of journey {name!r} leads to {target!r}, which is no step."
            raise SegueError(reason, f"The steps are {', '.join(known)}.")
    for stage in journey.stages:
        if stage.within and not parse_duration(stage.within):
            reason = f"Stage {stage.stage!r} of journey {name!r} is left at once."
            raise SegueError(reason, "Give `within` a duration above zero.")


def _targets(journey: Journey) -> list[tuple[str, str]]:
    """Return (place, step) of everything in ``journey`` that names one of its steps."""
    targets = [(f"Step {step.id!r}", target) for step in journey.steps for target in step_targets(step)]
    targets += [(f"The handler of {handler.event!r}", handler.goto) for handler in journey.on if handler.goto]
    targets += [(f"Stage {stage.stage!r}", stage.recover) for stage in journey.stages if stage.recover]
    return targets + [("The migration", target) for target in journey.migration.steps.values()]


__all__ = [
    "PARALLEL",
    "JourneyPlan",
    "JourneyPlans",
    "compile_journeys",
    "inline_triggers",
    "parse_reentry",
    "step_targets",
]
