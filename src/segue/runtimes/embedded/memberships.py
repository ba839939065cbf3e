"""Memberships: what becomes of audience changes that a platform could not make.

A message that fails is tried again by the core, as a timer of its customer. A membership is a state that has to be
reached, and the core waits for nothing: so the change goes first in its lane until the platform has an answer, and the
breaker sees to it that one that is down is left in peace. Only the latest word about a customer in an audience counts.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from segue.model.commands import Command, SyncAudience
from segue.model.deliveries import DeliveryStatus, Outcome
from segue.runtimes.embedded.batch import Issued

OVERRULED = "overruled"


def sort_out(some: Sequence[Issued], outcomes: Sequence[Outcome]) -> tuple[list[tuple[Issued, Outcome]], list[Issued]]:
    """Return what has an outcome, with it, and the audience changes that have to be made once more, in order.

    A change that was not made, and that a later one of ``some`` overrules, is withdrawn.
    """
    last = {_audience_of(issued.command): issued.key for issued in some}
    told: list[tuple[Issued, Outcome]] = []
    again: list[Issued] = []
    for issued, outcome in zip(some, outcomes, strict=True):
        if not isinstance(issued.command, SyncAudience) or outcome.status is not DeliveryStatus.RETRYABLE:
            told.append((issued, outcome))
        elif last[_audience_of(issued.command)] == issued.key:
            again.append(issued)
        else:
            told.append((issued, replace(outcome, status=DeliveryStatus.WITHDRAWN, detail=OVERRULED)))
    return told, again


def _audience_of(command: Command) -> tuple[str, str]:
    return command.customer_id, getattr(command, "audience", "")
