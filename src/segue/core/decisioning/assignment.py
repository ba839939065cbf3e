"""Standing groups: each customer is assigned once per epoch, by a draw over the earliest-seen identity."""

from msgspec.structs import replace

from segue.core.chance import draw
from segue.model.assignments import AGENT, Assignment
from segue.model.customers import Customer
from segue.model.time import Instant
from segue.model.workspace import Workspace


def assign(customer: Customer, workspace: Workspace, now: Instant) -> Assignment:
    """Return the customer's assignment: the one it has in this epoch, else a new draw."""
    if customer.assignment is not None and customer.assignment.epoch == workspace.epoch:
        return customer.assignment
    unit = customer.assignment.unit if customer.assignment is not None else customer.customer_id
    return Assignment(_group(workspace, unit), workspace.epoch, unit, now)


def left_out_by(workspace: Workspace, unit: str, channel: str, source: str) -> str:
    """Return the first holdout that keeps what ``source`` proposes on ``channel`` from customer ``unit``, "" for none.

    Args:
        unit: of the customer's assignment, which merges do not change.
        source: as `Candidate.source`.
    """
    for name, holdout in workspace.holdouts.items():
        is_meant = channel in holdout.channels or source.removeprefix("journey:") in holdout.journeys
        if is_meant and draw(workspace.seed, "holdout", name, workspace.epoch, unit) < holdout.share:
            return name
    return ""


def merge_assignments(ours: Assignment | None, theirs: Assignment | None) -> Assignment | None:
    """Return the earlier of two assignments; counted as mixed where the groups differ.

    Of two epochs the later one stands: the other customer was never assigned in it, so nothing is mixed.
    """
    if ours is None or theirs is None:
        return ours or theirs
    if ours.epoch != theirs.epoch:
        return max(ours, theirs, key=lambda assignment: (assignment.at, assignment.epoch))
    earlier = min(ours, theirs, key=lambda assignment: (assignment.at, assignment.unit))
    return replace(earlier, is_mixed=ours.is_mixed or theirs.is_mixed or ours.group != theirs.group)


def _group(workspace: Workspace, unit: str) -> str:
    chance, threshold = draw(workspace.seed, "group", workspace.epoch, unit), 0.0
    for group, share in sorted(workspace.groups.items()):
        threshold += share
        if chance < threshold:
            return group
    return AGENT
