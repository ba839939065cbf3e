"""Merge enrollments: at most one run for each journey and key, unless the journey runs in parallel; the first stays."""

from segue.core.journeys.plan import PARALLEL, JourneyPlans
from segue.model.customers import Enrollments
from segue.model.journeys import Ended, Entered, Run


def merge_enrollments(
    ours: Enrollments, theirs: Enrollments, plans: JourneyPlans
) -> tuple[Enrollments, tuple[Ended, ...]]:
    """Return both customers' enrollments as one customer's, and the runs that one of the same journey replaced."""
    runs: dict[tuple[str, str, str], Run] = {}
    replaced: list[Ended] = []
    for run in sorted((*ours.runs, *theirs.runs), key=lambda run: (run.entered_at, run.run_id)):
        plan = plans.by_name.get(run.journey)
        own = run.run_id if plan is not None and plan.reentry == PARALLEL and not run.key else ""
        if runs.setdefault((run.journey, run.key, own), run) is not run:
            replaced.append(Ended(run.run_id, run.journey, "merged", run.is_converted))
    entered: dict[str, Entered] = {}
    for entry in (*ours.entered, *theirs.entered):
        known = entered.get(entry.journey)
        count = entry.count + (known.count if known else 0)
        entered[entry.journey] = Entered(entry.journey, max(entry.at, known.at if known else entry.at), count)
    return Enrollments(tuple(runs.values()), tuple(entered.values())), tuple(replaced)
