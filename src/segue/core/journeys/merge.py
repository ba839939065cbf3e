"""Merge enrollments: at most one run for each journey and key; the one that entered first stays."""

from segue.model.customers import Enrollments
from segue.model.journeys import Entered, Run


def merge_enrollments(ours: Enrollments, theirs: Enrollments) -> Enrollments:
    """Return both customers' enrollments as one customer's."""
    runs: dict[tuple[str, str], Run] = {}
    for run in sorted((*ours.runs, *theirs.runs), key=lambda run: (run.entered_at, run.run_id)):
        runs.setdefault((run.journey, run.key), run)
    entered: dict[str, Entered] = {}
    for entry in (*ours.entered, *theirs.entered):
        known = entered.get(entry.journey)
        count = entry.count + (known.count if known else 0)
        entered[entry.journey] = Entered(entry.journey, max(entry.at, known.at if known else entry.at), count)
    return Enrollments(tuple(runs.values()), tuple(entered.values()))
