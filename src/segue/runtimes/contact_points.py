"""Contact points over customers: two profiles with one address share what may reach it.

Whoever was contacted stands in an index by contact point, in which the addresses of others are looked up.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from segue.model.customers import Contact
from segue.model.events import Event, Identified, Tracked
from segue.model.identities import AUDIENCE_IDENTIFIERS, contact_point_key
from segue.model.ids import CustomerId
from segue.model.workspace import Workspace

_key_of = lru_cache(maxsize=10_000)(contact_point_key)


class ContactPoints:
    """Who has contacts at which contact point; nearly always one customer, who is then kept without a tuple around."""

    def __init__(self) -> None:
        self._holders: dict[str, CustomerId | tuple[CustomerId, ...]] = {}

    def change(self, customer_id: CustomerId, before: Iterable[str], after: Iterable[str]) -> None:
        """Take note that the contacts of a customer lie at the points ``after``, no longer at those of ``before``."""
        old, new = dict.fromkeys(before), dict.fromkeys(after)
        for point in new:
            if point and point not in old:
                self._add(point, customer_id)
        for point in old:
            if point and point not in new:
                self._remove(point, customer_id)

    def others(self, customer_id: CustomerId, points: Iterable[str]) -> Iterator[tuple[CustomerId, str]]:
        """Yield every other customer with contacts at one of ``points``, with the point; ordered by point, then id."""
        for point in points:
            holders = self._holders.get(point)
            if holders is None or holders == customer_id:
                continue  # nearly always
            for holder in (holders,) if isinstance(holders, str) else holders:
                if holder != customer_id:
                    yield holder, point

    def _add(self, point: str, customer_id: CustomerId) -> None:
        known = self._holders.get(point)
        if known is None:
            self._holders[point] = customer_id
        elif isinstance(known, str):
            self._holders[point] = known if known == customer_id else tuple(sorted((known, customer_id)))
        elif customer_id not in known:
            self._holders[point] = tuple(sorted((*known, customer_id)))

    def _remove(self, point: str, customer_id: CustomerId) -> None:
        known = self._holders.get(point)
        if known == customer_id:
            del self._holders[point]
        elif isinstance(known, tuple):
            rest = tuple(holder for holder in known if holder != customer_id)
            self._holders[point] = rest if len(rest) > 1 else rest[0]


def contact_traits(workspace: Workspace) -> tuple[str, ...]:
    """Return the traits that hold addresses: of channels, and those by which a platform would know its audience."""
    kinds = [channel.contact_trait for channel in workspace.channels if channel.contact_trait]
    for_audiences = any(channel.family == "audience" for channel in workspace.channels)
    return tuple(dict.fromkeys((*kinds, *AUDIENCE_IDENTIFIERS) if for_audiences else kinds))


def points_of(contacts: Iterable[Contact]) -> Iterator[str]:
    """Yield where contacts went."""
    return (contact.contact_point for contact in contacts)


def addresses_of(traits: Mapping[str, Any], event: Event | None, kinds: tuple[str, ...]) -> Iterator[str]:
    """Yield the contact points of a customer: of their traits, and of those that ``event`` brings."""
    brought = event.traits if isinstance(event, (Identified, Tracked)) else {}
    for kind in kinds:
        address = traits.get(kind)
        if isinstance(address, str):
            yield _key_of(kind, address)
        new = brought.get(kind)
        if isinstance(new, str) and new != address:
            yield _key_of(kind, new)
