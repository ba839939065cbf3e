"""Evaluates trained estimators (`segue.model.snapshots`): one customer in microseconds, or a matrix of customers.

Both ways give the same numbers, so that what was decided for one customer can be evaluated off-policy for all.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import isnan, nan
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from segue.core.decisioning.models.masks import Masks, make_masks
from segue.model.snapshots import Calibration, Estimator, Linear, Trees

Floats: TypeAlias = npt.NDArray[np.float64]
Places: TypeAlias = npt.NDArray[np.intp]
Truths: TypeAlias = npt.NDArray[np.bool_]

_ROWS_AT_ONCE = 4096


def evaluate(estimator: Estimator, names: tuple[str, ...], values: Sequence[float] | Floats) -> float:
    """Return what ``estimator`` says of one customer.

    A missing value takes the branch of a tree that training chose for it, and in a linear estimator the mean.

    Args:
        names: of the values, the same tuple at each call. An input that is not among them counts as missing.
        values: as many; NaN where missing.

    >>> evaluate(Linear(("age",), 1.0, (2.0,), (40.0,), (10.0,)), ("age",), (50.0,))
    3.0
    """
    return compiled(estimator, names).one(np.asarray(values, dtype=np.float64))


def evaluate_many(estimator: Estimator, names: tuple[str, ...], matrix: Floats) -> Floats:
    """Return what ``estimator`` says of each row of ``matrix`` (n, len(names)): (n,); see `evaluate`."""
    return compiled(estimator, names).many(np.asarray(matrix, dtype=np.float64))


class CompiledLinear:
    """A `Linear`, unpacked for values in one order."""

    def __init__(self, estimator: Linear, names: tuple[str, ...]) -> None:
        self._finish = _Finish(estimator.link, estimator.calibration)
        self._columns = _Columns(estimator.inputs, names)
        self._weights = np.array(estimator.weights, dtype=np.float64) / np.array(estimator.scales, dtype=np.float64)
        self._means = np.array(estimator.means, dtype=np.float64)
        self._intercept = estimator.intercept

    def one(self, values: Floats) -> float:
        """Return the estimate for ``values`` (d,)."""
        return float(self.many(values.reshape(1, -1))[0])

    def many(self, matrix: Floats) -> Floats:
        """Return the estimates for the rows of ``matrix`` (n, d)."""
        centred = self._columns.padded(matrix).take(self._columns.places, axis=1) - self._means
        weighted = np.where(np.isnan(centred), 0.0, centred) * self._weights
        return self._finish(weighted.sum(axis=1) + self._intercept)


class CompiledTrees:
    """`Trees`, unpacked for values in one order: one customer goes by masks, many walk down level by level."""

    def __init__(self, estimator: Trees, names: tuple[str, ...]) -> None:
        self._finish = _Finish(estimator.link, estimator.calibration)
        self._base = estimator.base
        self._roots = _unpack(estimator.roots, "<i4").astype(np.intp)
        left = _unpack(estimator.left, "<i4").astype(np.intp)
        right = _unpack(estimator.right, "<i4").astype(np.intp)
        is_leaf, itself = left < 0, np.arange(len(left))
        self._left, self._right = np.where(is_leaf, itself, left), np.where(is_leaf, itself, right)
        self._is_leaf = is_leaf
        self._threshold = np.where(is_leaf, np.inf, _unpack(estimator.threshold, "<f8"))
        self._missing_right = ~is_leaf & (_unpack(estimator.missing_left, "u1") == 0)
        self._value = _unpack(estimator.value, "<f8").astype(np.float64)
        self._columns = _Columns(estimator.inputs, names)
        feature = np.where(is_leaf, 0, _unpack(estimator.feature, "<i4"))
        self._column = self._columns.places[feature] if len(self._columns.places) else feature
        masks = make_masks(self._roots, left, right)
        mine = (self._column, self._threshold, self._missing_right, self._value)
        self._asked = None if masks is None else _Asked(masks, *mine)

    def one(self, values: Floats) -> float:
        """Return the estimate for ``values`` (d,)."""
        asked = self._asked
        if asked is None:
            return float(self.many(values.reshape(1, -1))[0])
        if self._columns.has_absent:
            values = np.append(values, nan)
        seen = values.take(asked.column)
        goes_right = seen > asked.threshold
        if isnan(values.dot(values)):
            goes_right |= np.isnan(seen) & asked.missing_right
        reached = asked.leaf_value.take(asked.masks.leaves(goes_right))
        return float(self._finish(np.array([reached.sum() + self._base]))[0])

    def many(self, matrix: Floats) -> Floats:
        """Return the estimates for the rows of ``matrix`` (n, d)."""
        padded = self._columns.padded(matrix)
        parts = [self._walk(padded[start : start + _ROWS_AT_ONCE]) for start in range(0, len(padded), _ROWS_AT_ONCE)]
        return self._finish(np.concatenate(parts) if parts else np.empty(0))

    def _walk(self, matrix: Floats) -> Floats:
        rows = np.arange(len(matrix))[:, None]
        node = np.broadcast_to(self._roots, (len(matrix), len(self._roots)))
        while not self._is_leaf[node].all():
            seen = matrix[rows, self._column[node]]
            goes_right = (seen > self._threshold[node]) | (np.isnan(seen) & self._missing_right[node])
            node = np.where(goes_right, self._right[node], self._left[node])
        reached: Floats = np.ascontiguousarray(self._value[node])
        return np.asarray(reached.sum(axis=1) + self._base)


Compiled: TypeAlias = CompiledLinear | CompiledTrees


@lru_cache(maxsize=256)
def compiled(estimator: Estimator, names: tuple[str, ...]) -> Compiled:
    """Return ``estimator`` unpacked for values in the order of ``names``."""
    return CompiledLinear(estimator, names) if isinstance(estimator, Linear) else CompiledTrees(estimator, names)


class _Asked:
    """What the masks' nodes compare, and what their leaves hold, in the order of the masks."""

    def __init__(self, masks: Masks, column: Places, threshold: Floats, missing_right: Truths, value: Floats) -> None:
        self.masks = masks
        self.column = column[masks.nodes]
        self.threshold = threshold[masks.nodes]
        self.missing_right = missing_right[masks.nodes]
        self.leaf_value = value[masks.leaf_nodes]


class _Columns:
    """Where the inputs of an estimator stand among the values; those that are absent in a last column of NaN."""

    def __init__(self, inputs: tuple[str, ...], names: tuple[str, ...]) -> None:
        place = {name: index for index, name in enumerate(names)}
        self.places = np.array([place.get(name, len(names)) for name in inputs], dtype=np.intp)
        self.has_absent = len(names) in self.places

    def padded(self, matrix: Floats) -> Floats:
        return np.column_stack((matrix, np.full(len(matrix), nan))) if self.has_absent else matrix


class _Finish:
    """From the sum to the estimate: the link, then the calibration."""

    def __init__(self, link: str, calibration: Calibration) -> None:
        self._is_logit = link == "logit"
        self._raw, self._calibrated = np.array(calibration.raw), np.array(calibration.calibrated)

    def __call__(self, total: Floats) -> Floats:
        if self._is_logit:
            total = 0.5 + 0.5 * np.tanh(0.5 * total)  # the logistic function, without overflow
        if len(self._raw):
            total = np.interp(total, self._raw, self._calibrated)
        return total


def _unpack(packed: bytes, kind: str) -> npt.NDArray[Any]:
    return np.frombuffer(packed, dtype=kind)
