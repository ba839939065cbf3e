"""One interface for every decision maker."""

from collections.abc import Sequence
from typing import Protocol

from segue.core.catalogue import Scored
from segue.core.decisioning.context import Context

NO_MODEL = "no_model"
"""Nothing was trained or learnt yet that knows any of the candidates."""
STALE_MODEL = "stale_model"
"""What was trained is older than ``learning.max_age``."""
CORRUPT_MODEL = "corrupt_model"
"""What was trained cannot be evaluated: it was cut short, or changed."""
MISSING_INPUT = "missing_input"
"""The model needs a value that the context does not have; its name follows a colon."""
NOT_FINITE = "not_finite"
"""A value of the context, or what the model makes of it, is no finite number."""
REASONS = (NO_MODEL, STALE_MODEL, CORRUPT_MODEL, MISSING_INPUT, NOT_FINITE)


class Unready(Exception):
    """A policy cannot decide here; the next one down the ladder does. ``reason`` is one of `REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Policy(Protocol):
    """Maps what is known and what is possible to action probabilities.

    Pure: the same arguments give the same answer. It uses nothing but its arguments and what it was compiled from, so
    that it can be asked about a logged decision as well as about a present one. The last candidate is silence, always.
    """

    @property
    def name(self) -> str:
        """The policy's name and version, as decisions record it."""
        ...

    def score(self, context: Context, candidates: Sequence[Scored]) -> Sequence[Scored]:
        """Return the candidates with what the policy believes of them, in the same order.

        A ``total`` is what carrying the candidate out brings more than doing nothing, less cost and prices, in the
        workspace's currency. Raises `Unready` where the policy cannot tell.
        """
        ...

    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        """Return one probability, 0 or more, for each of the candidates that `score` has returned; they sum to 1."""
        ...
