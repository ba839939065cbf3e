"""Run journeys: interrupts first, then the step each run waits at, then new entries.

The order matters: an exit is effective at once, wherever the customer waits, and the event that ends a run may open it
again in the same transition.
"""

from typing import Any

from msgspec import Struct

from segue.core.journeys.compiled import JourneyPlan, JourneyPlans, due_of
from segue.core.journeys.continuing import concerned, continue_run
from segue.core.journeys.entries import admit_child, is_due, open_pending, request
from segue.core.journeys.moves import CHILD, CHILD_ENDED, Question, Surroundings
from segue.core.journeys.work import MOVES_MAX, ChildOver, Fire, StartChild, Work
from segue.model.customers import Enrollments
from segue.model.decisions import Candidate, Reason
from segue.model.ids import RunId
from segue.model.runs import Ended, Moved
from segue.model.shared import Tally
from segue.model.time import NEVER, Instant
from segue.model.transitions import Blocked

FOLLOWING_MAX = 64
"""Entries and transitions that may follow from one another at one moment (sub-journeys, triggers that fire at an end, a
trait that a step sets); more would be journeys that open each other for ever."""


class Progress(Struct, frozen=True):
    """What the journeys stage did.

    Attributes:
        proposals: candidates for arbitration.
        blocked: entries that did not happen.
        moved: steps that runs came to and left, in order.
        traits: what was stated of the customer, null for what was taken away; it is to be told as an event.
        questions: choices that the policy has to make.
        tallies: entries into journeys with a rate.
        fired: (trigger, facts) of the triggers that fired because a run ended; rules may wait for them.
        withdrawn: (run, occurrence) of proposals that are wanted no more though their run goes on.
    """

    enrollments: Enrollments
    proposals: tuple[Candidate, ...] = ()
    ended: tuple[Ended, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    moved: tuple[Moved, ...] = ()
    traits: dict[str, Any] = {}
    questions: tuple[Question, ...] = ()
    tallies: tuple[Tally, ...] = ()
    fired: tuple[tuple[str, dict[str, Any]], ...] = ()
    withdrawn: tuple[tuple[RunId, int], ...] = ()


def run_journeys(
    enrollments: Enrollments,
    firings: tuple[tuple[str, dict[str, Any]], ...],
    around: Surroundings,
    plans: JourneyPlans,
) -> Progress:
    """Return where the customer is in every journey after this event.

    Args:
        firings: (trigger, facts) of every trigger that fired.
    """
    runs = concerned(enrollments.runs, around, plans) if enrollments.runs else []
    fired = [(trigger, facts) for trigger, facts in firings if trigger in plans.by_trigger]
    if not runs and not fired and not (enrollments.pending and _has_due_entry(enrollments, around, plans)):
        return Progress(enrollments)
    work = Work(enrollments, around, plans)
    for run in runs:
        if run.run_id in work.runs:
            continue_run(work, run)
    open_pending(work)
    for trigger, facts in fired:
        for plan in plans.by_trigger[trigger]:
            _request(work, plan, facts, is_too_much=around.following > FOLLOWING_MAX)
    _do_tasks(work)
    return _progress(work)


def next_due(enrollments: Enrollments, plans: JourneyPlans) -> Instant:
    """Return when the first run or entry wants to be woken; `NEVER` for none, and for all that a pause holds."""
    due, by_name = NEVER, plans.by_name
    for run in enrollments.runs:
        plan = by_name.get(run.journey)
        # Written out for the common case: this is asked of every run after every event.
        if plan is not None and plan.is_simple and run.version == plan.version and not run.paused_until:
            wake_at = run.wake_at
            if plan.expires_after < NEVER and run.entered_at + plan.expires_after < wake_at:
                wake_at = Instant(run.entered_at + plan.expires_after)
        else:
            wake_at = due_of(run, plans.definition(run))
        if wake_at < due:
            due = wake_at
    for waiting in enrollments.pending:
        plan = plans.by_name.get(waiting.journey)
        if plan is None or plan.status != "paused":
            due = min(due, waiting.due)
    return due


def _has_due_entry(enrollments: Enrollments, around: Surroundings, plans: JourneyPlans) -> bool:
    """Tell whether any entry that waits may get in now, or be dropped."""
    name, now = around.view.fact.name, around.view.now
    for waiting in enrollments.pending:
        plan = plans.by_name.get(waiting.journey)
        if plan is None or plan.status in ("draining", "stopped") or is_due(waiting, plan, now):
            return True
        if name in plan.listens or plan.is_restless:
            return True
    return False


def _do_tasks(work: Work) -> None:
    """Do what runs of this transition lead to, until nothing is left or it becomes too much."""
    entries = work.around.following
    while work.tasks:
        task = work.tasks.popleft()
        match task:
            case StartChild():
                entries += 1
                _start_child(work, task, is_too_much=entries > FOLLOWING_MAX)
            case ChildOver():
                _tell_parent(work, task)
            case Fire():
                work.fired.append((task.trigger, task.facts))
                for plan in work.plans.by_trigger.get(task.trigger, ()):
                    entries += 1
                    _request(work, plan, task.facts, is_too_much=entries > FOLLOWING_MAX)


def _request(work: Work, plan: JourneyPlan, facts: dict[str, Any], *, is_too_much: bool) -> None:
    if is_too_much:
        work.blocked.append(Blocked(plan.name, Reason.REENTRY_BLOCKED))
    else:
        request(work, plan, facts)


def _start_child(work: Work, task: StartChild, *, is_too_much: bool) -> None:
    parent = work.runs.get(task.parent)
    if parent is None:
        return
    plan = work.plans.by_name.get(task.journey)
    is_in = plan is not None and not is_too_much and admit_child(work, parent, plan, is_awaited=task.is_awaited)
    if not is_in or not task.is_awaited:
        work.tasks.append(ChildOver(task.parent, CHILD_ENDED))


def _tell_parent(work: Work, task: ChildOver) -> None:
    parent = work.runs.get(task.parent)
    if parent is not None:
        work.around.answers[task.parent, CHILD] = task.word
        continue_run(work, parent, has_heard=True)


def _progress(work: Work) -> Progress:
    return Progress(
        enrollments=work.enrollments(),
        proposals=tuple(work.proposals),
        ended=tuple(work.ended),
        blocked=tuple(work.blocked),
        moved=tuple(work.moved),
        traits=work.traits,
        questions=tuple(work.questions),
        tallies=tuple(work.tallies),
        fired=tuple(work.fired),
        withdrawn=tuple(work.withdrawn),
    )


__all__ = ["MOVES_MAX", "Progress", "next_due", "run_journeys"]
