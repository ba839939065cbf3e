"""Identifiers, the evidence that links them, and contact points."""

from typing import NamedTuple

from msgspec import Struct

from segue.model.ids import CustomerId, derive
from segue.model.time import Instant


class Identifier(NamedTuple):
    """A key that names a customer: ``kind`` such as ``user_id``, ``anonymous_id`` or ``email``, and its value."""

    kind: str
    value: str


class Link(Struct, frozen=True, array_like=True):
    """Evidence that two identifiers name one person, with the earliest time it was seen.

    Attributes:
        is_explicit: somebody said so (an alias call); otherwise the identifiers only came together.
    """

    first: Identifier
    second: Identifier
    at: Instant
    source: str = ""
    is_explicit: bool = False


class Resolution(Struct, frozen=True, array_like=True):
    """What resolving one event's identifiers decided.

    Attributes:
        customer_id: the customer the event belongs to.
        absorbed: customers that turned out to be the same one, to be merged into ``customer_id``.
    """

    customer_id: CustomerId
    absorbed: tuple[CustomerId, ...] = ()


AUDIENCE_IDENTIFIERS = ("email", "phone")
"""The traits by which an advertising platform can recognise a customer; the channel hashes them."""


def email_identifier(address: str) -> Identifier:
    """Return the identifier of an e-mail address: the address as it is compared, in small letters without blanks."""
    return Identifier("email", address.strip().casefold())


def contact_point_key(kind: str, address: str) -> str:
    """Return the key under which an address is counted and suppressed: a digest, so that no ledger holds the address.

    Two profiles with one address share the key; case and surrounding blanks do not matter.

    Args:
        kind: the trait that holds such an address (`ChannelSpec.contact_trait`): ``email``, ``phone``.
    """
    return derive("contact_point", kind, address.strip().casefold(), size=8)
