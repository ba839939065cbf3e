"""Send time: a proposal that asks for it waits for the hour in which the customer is usually there."""

from collections.abc import Callable

from segue.core.arbitration.verdicts import Verdict
from segue.core.receptive import best_moment, group_of
from segue.core.view import View
from segue.model.decisions import Candidate, Reason
from segue.model.time import Instant
from segue.model.workspace import Workspace

RECEPTIVE = "receptive"


def check_receptive(
    candidate: Candidate, view: View, workspace: Workspace, is_open: Callable[[Instant], bool]
) -> Verdict | None:
    """Refuse the present moment for the sake of a better one before the deadline.

    Args:
        is_open: tells whether the other rules would let the candidate pass at a moment.
    """
    if candidate.timing != RECEPTIVE:
        return None
    moment = best_moment(
        view.profile,
        view.shared,
        group_of(view.profile, workspace),
        view.now,
        candidate.deadline,
        view.zone,
        is_here=view.is_here,
        is_open=is_open,
    )
    return Verdict(Reason.RECEPTIVE_DEFERRED, view.zone, moment) if moment > view.now else None
