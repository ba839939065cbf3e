"""Typed identifiers, and the one way to derive an identifier from others.

Ids that Segue makes are digests of what they stand for, never random: the same history gives the same ids.
"""

from hashlib import blake2b
from typing import NewType

CustomerId = NewType("CustomerId", str)
EventId = NewType("EventId", str)
DecisionId = NewType("DecisionId", str)
DeliveryId = NewType("DeliveryId", str)
RunId = NewType("RunId", str)
Revision = NewType("Revision", str)

type_separator = "\x1f"


def derive(*parts: str | int, size: int = 12) -> str:
    """Return a hexadecimal digest of ``parts``: ``2 * size`` characters, the same in every process.

    >>> derive("workspace", "customer", 7)
    'f2ce8a1cad7f1cbab4c5b6f5'
    """
    return blake2b(type_separator.join(map(str, parts)).encode(), digest_size=size).hexdigest()
