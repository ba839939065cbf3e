"""Each call is preceded by what makes it safe: the command is durable, and so is the attempt. And none is forgotten:
what was decided ends; what the ledger says was accepted is with the provider, and what it says was not is not.
"""

from collections.abc import Iterator

from segue.model.deliveries import DeliveryStatus
from segue.simulation.checkers.evidence import Evidence, show

_ENDED = (
    *(DeliveryStatus.ACCEPTED, DeliveryStatus.REJECTED, DeliveryStatus.UNKNOWN, DeliveryStatus.WITHDRAWN),
    *(DeliveryStatus.DELIVERED, DeliveryStatus.BOUNCED, DeliveryStatus.COMPLAINED),
    *(DeliveryStatus.OPENED, DeliveryStatus.CLICKED, DeliveryStatus.UNSUBSCRIBED),
)
_NOT_TAKEN = (DeliveryStatus.REJECTED, DeliveryStatus.UNKNOWN, DeliveryStatus.WITHDRAWN)


_DENIED = (DeliveryStatus.REJECTED, DeliveryStatus.WITHDRAWN)


def check_attempts(evidence: Evidence) -> Iterator[str]:
    """Yield calls that nobody decided or announced, decided deliveries that never ended, and those that are lost."""
    for line in evidence.handed:
        seq, _ = evidence.issued.get(line.command.delivery_id, (2**62, None))
        if seq > line.since:
            yield f"handed over before it was durable that it should be: {show([line])}"
        if (line.command.delivery_id, line.command.attempt) not in evidence.marked:
            yield f"handed over without a durable attempt: {show([line])}"
    if not evidence.is_settled:
        return
    taken = {line.command.delivery_id for line in evidence.taken}
    messages = set(taken)
    taken |= {line.command.delivery_id for line in evidence.synced if line.took}
    status = {owed.delivery_id: owed.status for owed in evidence.owed}
    for delivery_id in evidence.issued:
        ended = status.get(delivery_id)
        if ended not in _ENDED:
            yield f"delivery {delivery_id} is still {ended} long after everything came to rest"
        elif ended not in _NOT_TAKEN and delivery_id not in taken:
            yield f"delivery {delivery_id} is lost: the ledger says {ended}, no provider has it"
        elif ended in _DENIED and delivery_id in messages:
            yield f"delivery {delivery_id} is denied: the ledger says {ended}, and a provider has it"
