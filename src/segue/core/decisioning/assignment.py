"""Standing groups: each customer is assigned once per epoch, by a draw over the earliest-seen identity."""

from msgspec.structs import replace

from segue.core.chance import draw
from segue.model.assignments import AGENT, HOLDOUT, Assignment
from segue.model.customers import Customer
from segue.model.ids import CustomerId
from segue.model.time import Instant
from segue.model.workspace import Workspace


def assign(customer: Customer, workspace: Workspace, now: Instant) -> Assignment:
    """Return the customer's assignment: the one it has in this epoch, else a new draw."""
    if customer.assignment is not None and customer.assignment.epoch == workspace.epoch:
        return customer.assignment
    unit = customer.assignment.unit if customer.assignment is not None else customer.customer_id
    return Assignment(_group(workspace, unit), workspace.epoch, unit, now)


def kept_by(group: str, unit: str, channel: str, source: str, workspace: Workspace) -> str | None:
    """Return the holdout that keeps what ``source`` proposes on ``channel`` from a customer, "" for that of everything.

    Args:
        group, unit: of the customer's assignment, which merges do not change.
        source: as `Candidate.source`.

    Returns:
        The first of them, None where nothing keeps it.
    """
    if group == HOLDOUT:
        return ""
    for name, holdout in workspace.holdouts.items():
        if holdout.leaves_out(channel, source) and _is_drawn(workspace, name, unit):
            return name
    return None


def is_kept(customer: Customer, channel: str, source: str, workspace: Workspace, now: Instant) -> bool:
    """Tell whether a holdout keeps what ``source`` proposed on ``channel`` from ``customer`` by now.

    A merge or a new epoch may have come between a decision and its hand-over.
    """
    assignment = assign(customer, workspace, now)
    return kept_by(assignment.group, assignment.unit, channel, source, workspace) is not None


def holdouts_of(customer_id: CustomerId, assignment: Assignment | None, workspace: Workspace) -> tuple[str, ...]:
    """Return the holdouts that a customer is in or will be drawn into; "" is that of everything."""
    known = Customer(customer_id, assignment=assignment)
    drawn = assign(known, workspace, Instant(0))
    everything = ("",) if drawn.group == HOLDOUT else ()
    return (*everything, *(name for name in workspace.holdouts if _is_drawn(workspace, name, drawn.unit)))


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


def _is_drawn(workspace: Workspace, holdout: str, unit: str) -> bool:
    return draw(workspace.seed, "holdout", holdout, workspace.epoch, unit) < workspace.holdouts[holdout].share


def _group(workspace: Workspace, unit: str) -> str:
    chance, threshold = draw(workspace.seed, "group", workspace.epoch, unit), 0.0
    for group, share in sorted(workspace.groups.items()):
        threshold += share
        if chance < threshold:
            return group
    return AGENT
