"""One interface for every decision maker."""

from collections.abc import Sequence
from typing import Protocol

from segue.core.catalogue import Scored
from segue.core.view import View


class Policy(Protocol):
    """Maps what is known and what is possible to action probabilities.

    Pure: the same arguments give the same probabilities. They sum to 1; each is 0 or more; order as given. The last
    candidate is silence, always.
    """

    @property
    def name(self) -> str:
        """The policy's name and version, as decisions record it."""
        ...

    def probabilities(self, view: View, candidates: Sequence[Scored]) -> tuple[float, ...]:
        """Return one probability for each candidate."""
        ...
