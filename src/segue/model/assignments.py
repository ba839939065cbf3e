"""Assignments: which standing group a customer belongs to, written once."""

from msgspec import Struct

from segue.model.time import Instant

HOLDOUT = "holdout"
AGENT = "agent"
RANDOM = "random"
RULES = "rules"


class Assignment(Struct, frozen=True, array_like=True):
    """The standing group of a customer in one epoch: ``agent``, ``random``, ``rules`` or ``holdout``."""

    group: str
    epoch: str
    unit: str
    at: Instant
    is_mixed: bool = False
