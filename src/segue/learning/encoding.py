"""From the columns of a table to numbers for models, the same way for every table of the same kind."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from segue.learning.tables import Columns
from segue.model.errors import SegueError

Floats: TypeAlias = npt.NDArray[np.float64]

_MOST_LEVELS = 30
_LEAST_ROWS = 20
_MISSING = "(missing)"
_OTHER = "(other)"


class Encoding(Struct, frozen=True):
    """Which columns become which inputs.

    Attributes:
        numbers: columns of numbers and truths, taken as they are; missing stays missing (NaN).
        texts: by column its levels, one input each (0 or 1), named ``column=level``; rare ones share ``(other)``.
    """

    numbers: tuple[str, ...]
    texts: dict[str, tuple[str, ...]]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs, in their order."""
        levels = [f"{name}={level}" for name, known in self.texts.items() for level in known]
        return (*self.numbers, *levels)

    def encode(self, columns: Columns) -> Floats:
        """Return the inputs of each row of ``columns``: (n, len(inputs)).

        Raises:
            SegueError: a column is absent, or is no longer of numbers.
        """
        parts = [_number(name, _column(columns, name)) for name in self.numbers]
        for name, known in self.texts.items():
            texts = _texts(_column(columns, name))
            texts = np.where(np.isin(texts, known), texts, _OTHER)
            parts += [(texts == level).astype(np.float64) for level in known]
        return np.asarray(np.column_stack(parts), dtype=np.float64)


def make_encoding(columns: Columns, drop: Sequence[str] = ()) -> Encoding:
    """Return how to encode ``columns``, all but those in ``drop``.

    A text column has at most 30 levels of its own, each of at least 20 rows.

    Raises:
        SegueError: a column to drop does not exist, a column is of dates, or nothing is left.
    """
    if missing := [name for name in drop if name not in columns]:
        raise SegueError(f"There is no column {missing[0]!r}.", f"There are {', '.join(columns)}.")
    kept = {name: values for name, values in columns.items() if name not in drop}
    for name, values in kept.items():
        if values.dtype.kind in "mM":
            reason = f"The column {name!r} is a date, which means nothing to a model as it is."
            raise SegueError(reason, f"Leave it out (--drop {name}), or turn it into days since.")
    if not kept:
        raise SegueError("No column is left to learn from.", "Drop fewer columns.")
    texts = {name: _levels(name, values) for name, values in kept.items() if values.dtype.kind not in "biuf"}
    return Encoding(tuple(name for name in kept if name not in texts), texts)


def truths(columns: Columns, name: str, yes: str | None = None) -> Floats:
    """Return the column ``name`` as 0 and 1.

    Args:
        yes: the value that counts as 1; without, the column has to be of truths, of 0 and 1, or of yes and no.

    Raises:
        SegueError: the column is absent, has other values, or lacks some.
    """
    values = _column(columns, name)
    if yes is not None:
        found = _texts(values) == yes
        if not found.any():
            raise SegueError(f"{name!r} is nowhere {yes!r}.", f"It is {_some(values)}.")
        return np.asarray(found, dtype=np.float64)
    if values.dtype.kind in "biuf":
        numbers = values.astype(np.float64)
        if np.isin(numbers, (0.0, 1.0)).all():
            return np.asarray(numbers, dtype=np.float64)
    else:
        texts = np.char.lower(_texts(values))
        if np.isin(texts, ("yes", "no", "true", "false")).all():
            return np.isin(texts, ("yes", "true")).astype(np.float64)
    raise SegueError(f"{name!r} has to be 0 or 1, true or false, yes or no in every row; it is {_some(values)}.")


def numbers(columns: Columns, name: str) -> Floats:
    """Return the column ``name`` as numbers.

    Raises:
        SegueError: it is absent, or not of numbers.
    """
    return _number(name, _column(columns, name))


def described(estimator_inputs: Mapping[str, float], most: int = 8) -> list[str]:
    """Return what drives a model as texts, such as "age 31 %"."""
    return [f"{name} {share:.0%}" for name, share in list(estimator_inputs.items())[:most]]


def _levels(name: str, values: npt.NDArray[Any]) -> tuple[str, ...]:
    levels, counts = np.unique(_texts(values), return_counts=True)
    often = levels[np.argsort(-counts, kind="stable")][: (counts >= _LEAST_ROWS).sum()][:_MOST_LEVELS]
    if not len(often):
        reason = f"The column {name!r} has another text in nearly every row."
        raise SegueError(reason, f"Leave it out: --drop {name}.")
    others = (_OTHER,) if len(often) < len(levels) else ()
    return (*sorted(often.tolist()), *others)


def _texts(values: npt.NDArray[Any]) -> npt.NDArray[np.str_]:
    if values.dtype.kind in "biuf":
        return np.array([f"{value:g}" if values.dtype.kind == "f" else str(value) for value in values.tolist()])
    return np.array([_MISSING if value is None else str(value) for value in values.tolist()])


def _number(name: str, values: npt.NDArray[Any]) -> Floats:
    if values.dtype.kind not in "biuf":
        raise SegueError(f"The column {name!r} has to be of numbers; it is {_some(values)}.")
    return np.asarray(values, dtype=np.float64)


def _column(columns: Columns, name: str) -> npt.NDArray[Any]:
    if name not in columns:
        raise SegueError(f"There is no column {name!r}.", f"There are {', '.join(columns)}.")
    return columns[name]


def _some(values: npt.NDArray[Any]) -> str:
    shown = sorted(set(_texts(values[:1000]).tolist()))
    return ", ".join(map(repr, shown[:4])) + (" ..." if len(shown) > 4 else "")
