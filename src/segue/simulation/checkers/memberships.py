"""Audiences end as they should: of each customer in each audience the platform's last word is the log's last word."""

from collections.abc import Iterator

from segue.model.commands import SyncAudience
from segue.model.deliveries import DeliveryStatus
from segue.model.ids import CustomerId
from segue.simulation.checkers.evidence import Evidence

Place = tuple[CustomerId, str, str]


def check_memberships(evidence: Evidence) -> Iterator[str]:
    """Yield customers who are in an audience at the end and should not be, or the other way round.

    What the platform refused for good stays as it was; so does what a later word has overruled before it was made.
    """
    status = {owed.delivery_id: owed.status for owed in evidence.owed}
    changes = [c for entry in evidence.entries for c in entry.commands if isinstance(c, SyncAudience)]
    last = {_place(command): command.delivery_id for command in changes}
    wanted: dict[Place, bool] = {}
    for command in changes:
        ended, place = status.get(command.delivery_id), _place(command)
        is_overruled = ended is DeliveryStatus.WITHDRAWN and last[place] != command.delivery_id
        if ended is not DeliveryStatus.REJECTED and not is_overruled:
            wanted[place] = command.is_member
    found: dict[Place, bool] = {}
    for line in evidence.synced:
        if line.took:
            found[_place(line.command)] = line.command.is_member
    for place, is_member in wanted.items() if evidence.is_settled else ():
        if found.get(place, False) != is_member:
            customer_id, channel, audience = place
            should = "should be in it" if is_member else "should not be in it"
            yield f"{customer_id} {should}: audience {audience!r} of {channel}"


def _place(command: SyncAudience) -> Place:
    return command.customer_id, command.channel, command.audience
