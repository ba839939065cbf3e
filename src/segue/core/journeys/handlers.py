"""Handlers: what an event does to a run in flight. The first that matches, and all that it says."""

from msgspec.structs import replace

from segue.core.journeys.compiled import HandlerPlan, JourneyPlan
from segue.core.view import View
from segue.model.runs import Run
from segue.model.time import NEVER, Instant


def find_handler(run: Run, plan: JourneyPlan, view: View) -> HandlerPlan | None:
    """Return the first handler of ``plan`` that the present event matches for ``run``."""
    for handler in plan.handlers:
        if handler.trigger.matches(run, view):
            return handler
    return None


def modify(run: Run, handler: HandlerPlan, view: View) -> Run:
    """Return ``run`` with new facts, paused or resumed; what needs a run that goes on comes later."""
    if handler.set:
        fresh = {name: view.value(value, run.facts) for name, value in handler.set}
        run = replace(run, facts={**run.facts, **fresh})
    if handler.resume and run.paused_until:
        run = unpause(run, view.now)
    if handler.pause:
        run = replace(run, paused_until=Instant(view.now + handler.pause))
    return run


def unpause(run: Run, now: Instant) -> Run:
    """Return ``run`` as it goes on; the time it was made to stand still is not held against its progress."""
    return replace(run, paused_until=Instant(0), stage_at=now if run.stage_at else run.stage_at)


def hurry(run: Run, share: float, now: Instant) -> Run:
    """Return ``run`` with ``share`` of what is left of its wait.

    The beginning of the wait moves with its end: what is counted from it later (a pace, a migration) knows of the
    hurry.
    """
    if run.wake_at == NEVER or run.wake_at <= now:
        return run
    saved = round((run.wake_at - now) * (1.0 - share))
    return replace(run, wake_at=Instant(run.wake_at - saved), step_at=Instant(run.step_at - saved))
