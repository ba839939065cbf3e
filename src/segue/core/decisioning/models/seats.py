"""Where the blocks of arms stand among a model's: worked out once for the same arms, whatever was learnt meanwhile."""

from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segue.core.decisioning.models.shape import SHARED

REMEMBERED = 256


class Seats(NamedTuple):
    """Where the blocks of some arms stand among those of a model: the same for all its publications.

    Attributes:
        names: the blocks that the model knows, the shared one first; ``rows`` are theirs in the model.
        arms, columns, known: of each block of each arm, one after the other: which arm's, where among ``names`` (0 for
            one that the model does not know), and whether it is known.
        unknown: (place among those, arm, name) of what the model does not know.
    """

    names: tuple[str, ...]
    rows: NDArray[np.intp]
    arms: NDArray[np.intp]
    columns: NDArray[np.intp]
    known: NDArray[np.bool_]
    unknown: tuple[tuple[int, int, str], ...]


@lru_cache(maxsize=REMEMBERED)
def seated(arms: tuple[tuple[str, ...], ...], rows: tuple[str, ...]) -> Seats:
    """Return where blocks stand: ``arms`` are the names of each arm's, ``rows`` those of the model, in its order."""
    places = {name: row for row, name in enumerate(rows)}
    columns = {SHARED: 0}
    for name in chain.from_iterable(arms):
        if name in places:
            columns.setdefault(name, len(columns))
    named = [(index, name) for index, arm in enumerate(arms) for name in arm]
    return Seats(
        tuple(columns),
        np.array([places[name] for name in columns], dtype=np.intp),
        np.array([index for index, _ in named], dtype=np.intp),
        np.array([columns.get(name, 0) for _, name in named], dtype=np.intp),
        np.array([name in columns for _, name in named], dtype=np.bool_),
        tuple([(place, index, name) for place, (index, name) in enumerate(named) if name not in columns]),
    )
