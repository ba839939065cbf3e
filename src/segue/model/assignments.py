"""Assignments: which standing group a customer belongs to, written once."""

from typing import Annotated

from msgspec import Meta, Struct

from segue.model.catalogue import Definition, Name
from segue.model.time import Instant

HOLDOUT = "holdout"
AGENT = "agent"
RANDOM = "random"
RULES = "rules"


class Holdout(Definition, frozen=True, kw_only=True):
    """Customers for whom one part of the orchestration is left out: what would have come by it is a ghost.

    Whoever is meant is drawn once per epoch, for each holdout anew, so holdouts of several channels cross.

    Attributes:
        share: of all customers.
        channels, journeys: what is left out: contacts on any of these channels, what any of these journeys proposes.
    """

    share: Annotated[float, Meta(gt=0, lt=1)]
    channels: tuple[Name, ...] = ()
    journeys: tuple[Name, ...] = ()

    def leaves_out(self, channel: str, source: str) -> bool:
        """Tell whether it is about what ``source`` (as `Candidate.source`) proposes on ``channel``."""
        return channel in self.channels or source.removeprefix("journey:") in self.journeys


class Assignment(Struct, frozen=True, array_like=True):
    """The standing group of a customer in one epoch: ``agent``, ``random``, ``rules`` or ``holdout``."""

    group: str
    epoch: str
    unit: str
    at: Instant
    is_mixed: bool = False
