"""Versions: a run of an earlier version finishes under it, migrates to the present one, or ends."""

from msgspec.structs import replace

from segue.core.journeys.compiled import JourneyPlan
from segue.core.journeys.stages import enter_stage
from segue.core.journeys.work import Work
from segue.model.decisions import Reason
from segue.model.runs import Moved, Run


def fate(run: Run, current: JourneyPlan | None) -> str:
    """Return why ``run``, which cannot go on as it is, ends; "" where it goes on under ``current``."""
    if current is None or current.status == "stopped":
        return Reason.JOURNEY_STOPPED
    if current.in_flight == "stop":
        return Reason.JOURNEY_STOPPED
    return "" if _target(run, current) in current.steps else Reason.MIGRATED_OUT


def migrate(work: Work, run: Run, current: JourneyPlan) -> tuple[Run, bool]:
    """Return ``run`` under ``current``, and whether it has to arrive at its step anew.

    A step of the same kind goes on waiting, and keeps the time it waited. The earlier definition may be gone: then the
    step is taken to have been of the kind that it is now.
    """
    earlier = work.plans.retired.get((run.journey, run.version))
    was = earlier.steps.get(run.step) if earlier is not None else None
    step = _target(run, current)
    plan = current.steps[step]
    moved = enter_stage(replace(run, version=current.version, step=step), current, work.now)
    left = Moved(run.run_id, run.journey, run.version, run.step, "", "migrated", str(current.version), run.stage)
    come = Moved(run.run_id, run.journey, current.version, "", step, "migrated", str(run.version), moved.stage)
    work.moved += [left, come]
    goes_on: Run | None = None
    if was is None or type(was) is type(plan):
        goes_on = plan.rejoin(moved if was is None else plan.adopt(moved, was), work.around)
    if goes_on is not None:
        return goes_on, False
    work.withdraw(run)
    return replace(moved, step_at=work.now, visits=run.visits + 1, best=0), True


def _target(run: Run, current: JourneyPlan) -> str:
    return current.migration.get(run.step, run.step)
