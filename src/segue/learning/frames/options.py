"""Options: what each decision of a frame chose from, as flat columns; a million decisions fit in memory so."""

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray


class Option(Struct, frozen=True, array_like=True):
    """A candidate that a decision could have chosen; silence has neither action nor channel.

    Attributes:
        scores: as logged, with what the policy of then believed.
        probability: with which that policy would choose it.
    """

    action: str
    channel: str
    scores: dict[str, float]
    probability: float


class Options(Sequence[tuple[Option, ...]]):
    """The options of n decisions, m in all, those of a decision next to each other; silence is the last of each.

    Args:
        start: shape (n + 1,): the options of decision i are ``start[i]`` to ``start[i + 1]``.
        action, channel: shape (m,), strings.
        probability: shape (m,).
        scores: by name, shape (m,), NaN where an option has no such score.
    """

    def __init__(
        self,
        start: NDArray[np.int64],
        action: NDArray[Any],
        channel: NDArray[Any],
        probability: NDArray[np.float64],
        scores: dict[str, NDArray[np.float64]],
    ) -> None:
        self.start = start
        self.action = action
        self.channel = channel
        self.probability = probability
        self.scores = scores

    def __len__(self) -> int:
        return len(self.start) - 1

    @overload
    def __getitem__(self, row: int) -> tuple[Option, ...]: ...

    @overload
    def __getitem__(self, row: slice) -> list[tuple[Option, ...]]: ...

    def __getitem__(self, row: int | slice) -> tuple[Option, ...] | list[tuple[Option, ...]]:
        if isinstance(row, slice):
            return [self[each] for each in range(*row.indices(len(self)))]
        if not -len(self) <= row < len(self):
            raise IndexError(row)
        row %= len(self)
        return tuple([self._option(place) for place in range(self.start[row], self.start[row + 1])])

    @property
    def row(self) -> NDArray[np.int64]:
        """Return the decision of each option, shape (m,)."""
        return np.repeat(np.arange(len(self)), np.diff(self.start))

    def score(self, name: str, missing: float = 0.0) -> NDArray[np.float64]:
        """Return a score of every option, shape (m,)."""
        if name not in self.scores:
            return np.full(len(self.action), missing)
        values = self.scores[name]
        return np.where(np.isnan(values), missing, values)

    def take(self, rows: NDArray[np.int64]) -> "Options":
        """Return the options of the decisions ``rows``, in that order."""
        counts = np.diff(self.start)[rows]
        start = np.concatenate([[0], np.cumsum(counts)])
        places = np.repeat(self.start[:-1][rows] - start[:-1], counts) + np.arange(start[-1])
        return Options(
            start,
            self.action[places],
            self.channel[places],
            self.probability[places],
            {name: values[places] for name, values in self.scores.items()},
        )

    def _option(self, place: int) -> Option:
        scores = {name: float(values[place]) for name, values in self.scores.items() if not np.isnan(values[place])}
        return Option(self.action[place], self.channel[place], scores, float(self.probability[place]))
