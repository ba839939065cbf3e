"""Compiled journeys: what the stage looks up while it runs them."""

from msgspec import Struct

from segue.core.journeys.matching import Awaited
from segue.core.journeys.moves import StepPlan
from segue.core.journeys.pacing import PacingPlan
from segue.core.view import Condition
from segue.model.runs import Run
from segue.model.time import NEVER, Instant

PARALLEL = -1
"""A re-entry rule that never blocks."""


class InterruptPlan(Struct, frozen=True):
    """A compiled interrupt."""

    event: str | None
    when: Condition | None


class HandlerPlan(Struct, frozen=True):
    """A compiled handler; ``pause`` in microseconds, 0 for none."""

    trigger: Awaited
    hurry: float | None = None
    pause: int = 0
    resume: bool = False
    set: tuple[tuple[str, Condition], ...] = ()


class StagePlan(Struct, frozen=True):
    """A compiled stage; ``within`` is `NEVER` where nobody departs from it."""

    expect: Awaited | None = None
    within: int = NEVER
    recover: str = ""


class JourneyPlan(Struct, frozen=True):
    """A compiled journey.

    Attributes:
        reentry: microseconds since the last entry after which one may enter again; `NEVER` for never, `PARALLEL`.
        expires_after: microseconds a run may last; `NEVER` for as long as it takes.
        debounce: microseconds of silence before an entry, 0 for none.
        rate_per: the period of the entry rate, 0 for none.
        stage_of: the stage of each step that has one.
        listens: every event that concerns a run, wherever it waits.
        is_restless: a run is concerned by every event, because of an exit that is a condition.
        restless: the steps at which it is.
        is_simple: a run goes on its way without handlers, stages or a pause.
        is_plain: nothing concerns a run but what it listens to and its own time.
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
    status: str = "live"
    in_flight: str = "finish"
    migration: dict[str, str] = {}
    debounce: int = 0
    rate_per: int = 0
    handlers: tuple[HandlerPlan, ...] = ()
    pacing: PacingPlan | None = None
    stages: dict[str, StagePlan] = {}
    stage_of: dict[str, str] = {}
    listens: frozenset[str] = frozenset()
    is_restless: bool = False
    restless: frozenset[str] = frozenset()
    is_simple: bool = False
    is_plain: bool = False


class JourneyPlans(Struct, frozen=True):
    """All journeys of a workspace.

    Attributes:
        by_name: the current versions; only they are entered.
        by_trigger: those that each trigger opens.
        retired: earlier versions that people are still in, by (name, version), with the status of the current one.
        by_end: (outcome, trigger) of the triggers that fire when a run of the journey ends.
    """

    workspace: str
    by_name: dict[str, JourneyPlan]
    by_trigger: dict[str, tuple[JourneyPlan, ...]]
    retired: dict[tuple[str, int], JourneyPlan] = {}
    by_end: dict[str, tuple[tuple[str, str], ...]] = {}

    def definition(self, run: Run) -> JourneyPlan | None:
        """Return the definition that ``run`` goes on under as it is; None where it has to be migrated or ended."""
        current = self.by_name.get(run.journey)
        if current is None or current.status == "stopped":
            return None
        if run.version == current.version:
            return current
        if current.status == "paused":
            # Nobody migrates while the journey stands still: the earlier definition has the word where it is known.
            return self.retired.get((run.journey, run.version), current)
        return self.retired.get((run.journey, run.version)) if current.in_flight == "finish" else None


def due_of(run: Run, plan: JourneyPlan | None) -> Instant:
    """Return when ``run`` wants to be woken under ``plan``; at its own time where it has no definition."""
    if plan is None:
        return run.wake_at
    if plan.status == "paused":
        return NEVER
    ends = Instant(run.entered_at + plan.expires_after)
    if run.paused_until:
        return min(run.paused_until, ends)
    due = min(run.wake_at, ends)
    if plan.stages and run.stage_at and (stage := plan.stages.get(run.stage)) is not None:
        due = min(due, Instant(run.stage_at + stage.within))
    return due
