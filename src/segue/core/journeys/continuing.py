"""Continuing: what one event does to one run, in order: its version, interrupts, handlers, its stage, its step."""

from msgspec.structs import replace

from segue.core.journeys.compiled import JourneyPlan, JourneyPlans, due_of
from segue.core.journeys.handlers import find_handler, hurry, modify, unpause
from segue.core.journeys.interrupts import interruption
from segue.core.journeys.moves import Surroundings
from segue.core.journeys.stages import note_progress, recovery
from segue.core.journeys.versions import fate, migrate
from segue.core.journeys.work import Work
from segue.model.decisions import Reason
from segue.model.runs import Run
from segue.model.time import NEVER, Instant


def concerned(runs: tuple[Run, ...], around: Surroundings, plans: JourneyPlans) -> list[Run]:
    """Return those of ``runs`` to which this event can do anything: mostly none, as a few look-ups say."""
    if around.answers:
        return list(runs)
    view = around.view
    name, now, by_name = view.fact.name, view.now, plans.by_name
    found = []
    for run in runs:
        plan = by_name.get(run.journey)
        # The common case first and without calls: this is asked of every run at every event.
        if (
            plan is not None
            and plan.is_simple
            and run.version == plan.version
            and run.wake_at > now
            and not run.paused_until
            and (step := plan.steps.get(run.step)) is not None
        ):
            is_deaf = name not in plan.listens
            if is_deaf and plan.is_plain:
                continue
            # Conditions have to be asked at every event, and mostly say no: then nothing has to be prepared for a yes.
            is_deaf = is_deaf and run.step not in plan.restless
            if not interruption(run, plan, view) and (is_deaf or step.resume(run, around) is None):
                continue
            found.append(run)
        elif _is_concerned(run, name, now, plans):
            found.append(run)
    return found


def _is_concerned(run: Run, name: str, now: Instant, plans: JourneyPlans) -> bool:
    plan = plans.definition(run)
    if plan is None or name in plan.listens or plan.is_restless or run.step in plan.restless:
        return True
    return run.step not in plan.steps or due_of(run, plan) <= now


def continue_run(work: Work, run: Run, *, has_heard: bool = False) -> None:
    """Do to ``run`` what this event does to it.

    Args:
        has_heard: its handlers have had their turn in this transition: it goes on because of its child's end.
    """
    plan, arrives = work.plans.definition(run), False
    if plan is None:
        current = work.plans.by_name.get(run.journey)
        if reason := fate(run, current):
            return work.end(run, reason)
        assert current is not None, "a run without a journey has been ended"
        plan = current
        run, arrives = migrate(work, run, plan)
    if reason := interruption(run, plan, work.around.view):
        return work.end(run, reason)
    if run.step not in plan.steps and plan.status != "paused":
        return work.end(run, Reason.MIGRATED_OUT)
    if arrives:
        return work.follow(run, plan.steps[run.step].arrive(run, work.around), plan)
    return _go_on(work, run, plan, has_heard=has_heard)


def _go_on(work: Work, run: Run, plan: JourneyPlan, *, has_heard: bool) -> None:
    view, now = work.around.view, work.now
    if 0 < run.paused_until <= now:
        run = unpause(run, now)
    handler = None if has_heard else find_handler(run, plan, view)
    if handler is not None:
        run = modify(run, handler, view)
    run = note_progress(run, plan, view)
    if plan.status == "paused" or run.paused_until:
        return work.keep(plan.steps[run.step].hear(run, work.around) if run.step in plan.steps else run)
    if handler is not None and handler.hurry is not None and plan.steps[run.step].is_wait:
        run = hurry(run, handler.hurry, now)
    if handler is not None and handler.trigger.next is not None:
        return work.leave(run, handler.trigger.next, plan, f"on:{handler.trigger.event}")
    if recover := recovery(run, plan, now):
        return work.leave(replace(run, stage_at=Instant(0)), recover, plan, "departed")
    move = plan.steps[run.step].resume(run, work.around)
    if move is not None:
        return work.follow(run, move, plan)
    # What is due has been asked; a step that has nothing to say to that is not asked for ever.
    return work.keep(run if run.wake_at > now else replace(run, wake_at=NEVER))
