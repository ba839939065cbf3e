"""Merge enrollments: at most one run for each journey and key, unless the journey runs in parallel; the first stays.

Journeys that a replaced run waited for go with it; a run whose own was replaced is woken, and goes on without.
"""

from collections.abc import Iterable, Mapping

from segue.core.journeys.plan import PARALLEL, JourneyPlans
from segue.core.journeys.steps.sub_journey import without_child
from segue.model.customers import Enrollments
from segue.model.ids import RunId
from segue.model.runs import Allotted, Ended, Entered, Moved, Pending, Run

MERGED = "merged"


def merge_enrollments(
    ours: Enrollments, theirs: Enrollments, plans: JourneyPlans
) -> tuple[Enrollments, tuple[Ended, ...]]:
    """Return both customers' enrollments as one customer's, and the runs that one of the same journey replaced."""
    both = {run.run_id: run for run in (*theirs.runs, *ours.runs)}
    runs: dict[tuple[str, str, str], Run] = {}
    replaced: dict[RunId, Run] = {}
    for run in sorted(both.values(), key=lambda run: (_depth(run, both), run.entered_at, run.run_id)):
        plan = plans.by_name.get(run.journey)
        own = run.run_id if plan is not None and plan.reentry == PARALLEL and not run.key else ""
        if run.parent in replaced or runs.setdefault((run.journey, run.key, own), run) is not run:
            replaced[run.run_id] = run
    merged = Enrollments(
        runs=_without_orphans(tuple(runs.values()), replaced),
        entered=_entered((*ours.entered, *theirs.entered)),
        pending=_pending((*ours.pending, *theirs.pending)),
        splits=_splits((*ours.splits, *theirs.splits)),
    )
    gone = [Ended(run.run_id, run.journey, MERGED, run.is_converted) for run in replaced.values()]
    return merged, tuple(gone)


def moves_of(replaced: tuple[Ended, ...], runs: Iterable[Run]) -> tuple[Moved, ...]:
    """Return how the runs that a merge ``replaced`` left their steps.

    Args:
        runs: those of both customers before the merge.
    """
    ended = {end.run_id: end for end in replaced}
    return tuple(
        Moved(run.run_id, run.journey, run.version, run.step, "", "exited", MERGED, run.stage)
        for run in {run.run_id: run for run in runs}.values()
        if run.run_id in ended
    )


def _depth(run: Run, runs: Mapping[RunId, Run]) -> int:
    """Return how many runs wait for ``run``, one for the other: parents are looked at before their children."""
    depth = 0
    while (parent := runs.get(run.parent)) is not None:
        run, depth = parent, depth + 1
    return depth


def _without_orphans(runs: tuple[Run, ...], replaced: Mapping[RunId, Run]) -> tuple[Run, ...]:
    waited_for = {run.parent for run in replaced.values()}
    return tuple(without_child(run) if run.run_id in waited_for else run for run in runs)


def _entered(entries: Iterable[Entered]) -> tuple[Entered, ...]:
    entered: dict[str, Entered] = {}
    for entry in entries:
        known = entered.get(entry.journey)
        count = entry.count + (known.count if known else 0)
        entered[entry.journey] = Entered(entry.journey, max(entry.at, known.at if known else entry.at), count)
    return tuple(entered.values())


def _pending(entries: Iterable[Pending]) -> tuple[Pending, ...]:
    """Return one entry for each journey and key: the later of two that wait for silence, the earlier of others."""
    pending: dict[tuple[str, str], Pending] = {}
    for entry in entries:
        known = pending.setdefault((entry.journey, entry.key), entry)
        if (entry.due > known.due) if entry.why == known.why == "debounce" else (entry.due < known.due):
            pending[entry.journey, entry.key] = entry
    return tuple(pending.values())


def _splits(allotted: Iterable[Allotted]) -> tuple[Allotted, ...]:
    """Return one arm for each experiment: the one that was given first."""
    splits: dict[str, Allotted] = {}
    for each in sorted(allotted, key=lambda each: (each.at, each.arm)):
        splits.setdefault(each.experiment, each)
    return tuple(splits.values())
