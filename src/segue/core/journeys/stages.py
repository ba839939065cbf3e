"""Stages: progress that is expected, and a departure when it does not come. Each visit has one recovery."""

from msgspec.structs import replace

from segue.core.journeys.compiled import JourneyPlan
from segue.core.view import View
from segue.model.runs import Run
from segue.model.time import Instant


def enter_stage(run: Run, plan: JourneyPlan, now: Instant) -> Run:
    """Return ``run`` in the stage of its step; coming to another stage is progress, also when it is an earlier one."""
    stage = plan.stage_of.get(run.step, run.stage)
    return run if stage == run.stage else replace(run, stage=stage, stage_at=now)


def note_progress(run: Run, plan: JourneyPlan, view: View) -> Run:
    """Return ``run`` with its stage begun anew where the event is the progress expected, unless it has departed."""
    stage = plan.stages.get(run.stage)
    if stage is None or stage.expect is None or not run.stage_at or not stage.expect.matches(run, view):
        return run
    return replace(run, stage_at=view.now)


def recovery(run: Run, plan: JourneyPlan, now: Instant) -> str:
    """Return the step that tries to win ``run`` back, "" while it has not departed or that was tried already."""
    stage = plan.stages.get(run.stage)
    if stage is None or not run.stage_at or now < run.stage_at + stage.within:
        return ""
    return stage.recover
