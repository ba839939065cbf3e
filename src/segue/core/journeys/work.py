"""The stage's scratch pad for one transition: the runs, and everything that their moves lead to."""

from collections import deque
from typing import Any, TypeAlias, assert_never

from msgspec import Struct
from msgspec.structs import replace

from segue.core.journeys.compiled import JourneyPlan, JourneyPlans
from segue.core.journeys.interrupts import GOAL
from segue.core.journeys.moves import (
    CHILD,
    CHILD_CONVERTED,
    CHILD_ENDED,
    Ask,
    Descend,
    Finish,
    Go,
    Move,
    Offer,
    Question,
    Stay,
    Surroundings,
)
from segue.core.journeys.stages import enter_stage
from segue.model.customers import Enrollments
from segue.model.decisions import Candidate, Reason
from segue.model.ids import RunId
from segue.model.runs import Allotted, Ended, Entered, Moved, Pending, Run
from segue.model.shared import Tally
from segue.model.time import NEVER
from segue.model.transitions import Blocked

MOVES_MAX = 64
"""More steps than this of one run at one moment is a loop without a wait; the run ends with ``loop_bound``. Where a
proposal or a choice is answered at once, each round is a transition: all that led to this one count as steps."""


class StartChild(Struct, frozen=True):
    """A run waits at its step for another journey to be entered."""

    parent: RunId
    journey: str
    is_awaited: bool


class ChildOver(Struct, frozen=True):
    """The journey that a run waits for is over, or did not take the customer in."""

    parent: RunId
    word: str


class Fire(Struct, frozen=True):
    """A run ended, and a trigger waits for that."""

    trigger: str
    facts: dict[str, Any]


Task: TypeAlias = StartChild | ChildOver | Fire


class Work:
    """What one transition does to a customer's journeys; ``tasks`` is what it still has to do."""

    def __init__(self, before: Enrollments, around: Surroundings, plans: JourneyPlans) -> None:
        self.before = before
        self.plans = plans
        self.now = around.view.now
        self.runs: dict[RunId, Run] = {run.run_id: run for run in before.runs}
        self.entered: tuple[Entered, ...] = before.entered
        self.pending: list[Pending] = list(before.pending)
        self.splits: tuple[Allotted, ...] = before.splits
        arms = {allotted.experiment: allotted.arm for allotted in before.splits}
        self.around = replace(around, answers=dict(around.answers), splits=arms)
        self.proposals: list[Candidate] = []
        self.ended: list[Ended] = []
        self.blocked: list[Blocked] = []
        self.moved: list[Moved] = []
        self.questions: list[Question] = []
        self.tallies: list[Tally] = []
        self.fired: list[tuple[str, dict[str, Any]]] = []
        self.withdrawn: list[tuple[RunId, int]] = []
        self.traits: dict[str, Any] = {}
        self.tasks: deque[Task] = deque()
        self._moves: dict[RunId, int] = {}

    def enrollments(self) -> Enrollments:
        """Return the enrollments afterwards; the same object where nothing has changed."""
        after = Enrollments(tuple(self.runs.values()), self.entered, tuple(self.pending), self.splits)
        return self.before if after == self.before else after

    def begin(self, run: Run, plan: JourneyPlan) -> None:
        """Let ``run`` enter: it is at the first step of ``plan``."""
        run = enter_stage(run, plan, self.now)
        self.moved.append(Moved(run.run_id, run.journey, run.version, "", run.step, "entered", stage=run.stage))
        self.runs[run.run_id] = run
        self.follow(run, plan.steps[run.step].arrive(run, self.around), plan)

    def keep(self, run: Run) -> None:
        """Let ``run`` stay where it is."""
        self.runs[run.run_id] = run

    def leave(self, run: Run, step: str, plan: JourneyPlan, detail: str) -> None:
        """Take ``run`` out of the midst of its step, to ``step``; what it has proposed there is wanted no more."""
        self.withdraw(run)
        run = self.to_step(run, step, plan, "exited", detail)
        self.follow(run, plan.steps[step].arrive(run, self.around), plan)

    def withdraw(self, run: Run) -> None:
        """Take back what ``run`` has begun at its step: what it proposed, the journey it waits for."""
        self.withdrawn.append((run.run_id, run.visits))
        self._end_children(run, Reason.JOURNEY_STOPPED)
        self.tasks = deque(task for task in self.tasks if not _tells(task, run))

    def to_step(self, run: Run, step: str, plan: JourneyPlan, how: str, detail: str) -> Run:
        """Return ``run`` as it comes to ``step``."""
        come = replace(run, step=step, step_at=self.now, wake_at=NEVER, visits=run.visits + 1, best=0)
        come = enter_stage(come, plan, self.now)
        self.moved.append(
            Moved(run.run_id, run.journey, run.version, run.step, step, how, detail=detail, stage=come.stage)
        )
        return come

    def follow(self, run: Run, move: Move, plan: JourneyPlan) -> None:
        """Follow moves until the run stays or ends."""
        while self._may_move(run):
            match move:
                case Stay():
                    return self.keep(replace(run, wake_at=move.wake_at, best=move.best))
                case Offer():
                    self.proposals.extend(move.candidates)
                    return self.keep(replace(run, wake_at=NEVER, best=move.best))
                case Ask():
                    self.questions.append(move.question)
                    return self.keep(replace(run, wake_at=NEVER, best=0))
                case Descend():
                    self.around.answers.pop((run.run_id, CHILD), None)
                    self.tasks.append(StartChild(run.run_id, move.journey, move.is_awaited))
                    return self.keep(replace(run, wake_at=NEVER, best=0))
                case Finish():
                    return self.end(run, move.reason)
                case Go():
                    run = self._take_along(run, move)
                    if move.step is None:
                        return self.end(run, "done", how="passed")
                    run = self.to_step(run, move.step, plan, "passed", move.detail)
                    move = plan.steps[move.step].arrive(run, self.around)
                case _:
                    assert_never(move)
        return self.end(run, "loop_bound")

    def end(self, run: Run, reason: str, *, how: str = "exited") -> None:
        """End ``run``, and the journeys it waits for; tell the run that waits for it, and the triggers that do."""
        self.runs.pop(run.run_id, None)
        is_converted = run.is_converted or reason == GOAL
        self.moved.append(
            Moved(run.run_id, run.journey, run.version, run.step, "", how, detail=reason, stage=run.stage)
        )
        self.ended.append(Ended(run.run_id, run.journey, reason, is_converted))
        self._end_children(run, reason)
        if run.parent:
            self.tasks.append(ChildOver(run.parent, CHILD_CONVERTED if is_converted else CHILD_ENDED))
        outcome = "converted" if is_converted else "done" if reason == "done" else "interrupted"
        for wanted, trigger in self.plans.by_end.get(run.journey, ()):
            if wanted in ("any", outcome):
                self.tasks.append(Fire(trigger, run.facts))

    def _may_move(self, run: Run) -> bool:
        moves = self._moves.get(run.run_id, self.around.following)
        self._moves[run.run_id] = moves + 1
        return moves < MOVES_MAX

    def _take_along(self, run: Run, move: Go) -> Run:
        """Return ``run`` with what the way to its next step brings; note what it brings for the customer."""
        if move.is_converted:
            run = replace(run, is_converted=True)
        if move.is_loop:
            run = replace(run, loops={**run.loops, run.step: run.loops.get(run.step, 0) + 1})
        if move.is_withdrawn:
            self.withdrawn.append((run.run_id, run.visits))
        if move.allotted is not None:
            self._allot(*move.allotted)
        if move.traits:
            self.traits |= move.traits
            self.around = replace(self.around, view=self.around.view.knowing(move.traits))
        return run

    def _allot(self, experiment: str, arm: str) -> None:
        # An arm that is gone from the file stays on record: it is what the customer was given first.
        if experiment not in self.around.splits:
            self.splits = (*self.splits, Allotted(experiment, arm, self.now))
            self.around.splits[experiment] = arm

    def _end_children(self, parent: Run, reason: str) -> None:
        for child in tuple(self.runs.values()):
            if child.parent == parent.run_id:
                # The goal was the parent's; for the child it is an event that ends it.
                self.end(replace(child, parent=RunId("")), Reason.EXIT_EVENT if reason == GOAL else reason)


def _tells(task: Task, run: Run) -> bool:
    return isinstance(task, ChildOver) and task.parent == run.run_id
