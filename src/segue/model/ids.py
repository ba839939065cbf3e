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

_SEPARATOR = "\x1f"


def derive(*parts: str | int, size: int = 12) -> str:
    """Return a hexadecimal digest of ``parts``: ``2 * size`` characters, the same in every process.

    >>> derive("workspace", "customer", 7)
    'ef2676f6f01a134437f43971'
    """
    return blake2b(_SEPARATOR.join(map(str, parts)).encode(), digest_size=size).hexdigest()
