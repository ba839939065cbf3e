"""Moments: what is kept of one arm's customers, and the sample of a metric that is read from them.

A metric is a mean (column 0 of the moments) or a ratio of two means (columns 0 and 1); the columns that follow are
covariates, known before the assignment. A ratio becomes a mean by the delta method: its linear part is a value of each
customer, so that all that holds for means holds for it (Deng, Knoblich, Lu, "Applying the Delta Method in Metric
Analytics", KDD 2018).
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from msgspec import Struct

Array: TypeAlias = np.ndarray[Any, Any]

ROUNDING = 1e-13
"""A mean that is so small beside what was taken off before summing is what rounding left of 0."""


class Moments(Struct, frozen=True, eq=False):
    """Of ``count`` units: the ``mean`` (k,) of k columns, and their ``covariance`` (k, k), with count - 1 below.

    ``third`` is the mean of the cubes of column 0 about its mean; 0 where it was not asked for.
    """

    count: int
    mean: Array
    covariance: Array
    third: float = 0.0


class Sample(Struct, frozen=True, eq=False):
    """A metric in one arm: its ``mean`` over ``count`` units, and the ``variance`` of one unit's value.

    Of c covariates: their means ``beside`` (c,), their covariances ``shared`` (c,) with the value and ``among`` (c, c)
    with each other. ``third`` is as in `Moments`.
    """

    count: int
    mean: float
    variance: float
    beside: Array
    shared: Array
    among: Array
    third: float = 0.0

    @property
    def squared_error(self) -> float:
        """Return the square of the mean's standard error."""
        return self.variance / self.count


NOTHING = np.zeros(0)


def plain_sample(count: int, mean: float, variance: float, third: float = 0.0) -> Sample:
    """Return a sample without covariates."""
    return Sample(count, mean, variance, NOTHING, NOTHING, np.zeros((0, 0)), third)


def moments_of(values: Array) -> Moments:
    """Return the moments of ``values`` (n, k), for n >= 2."""
    mean = values.mean(axis=0)
    third = float(((values[:, 0] - mean[0]) ** 3).mean())
    return Moments(len(values), mean, np.atleast_2d(np.cov(values, rowvar=False)), third)


def moments_of_sums(count: int, shift: Array, sums: Array, products: Array, cubes: float | None = None) -> Moments:
    """Return the moments of ``count`` units, from sums of deviations.

    Args:
        shift: (k,) what was taken off each column; any value near its mean keeps the digits.
        sums: (k,) of the deviations.
        products: (k, k) of the deviations with each other.
        cubes: of the deviations of column 0, None where nobody asks for them.
    """
    mean = sums / count
    covariance = (products - count * np.outer(mean, mean)) / max(count - 1, 1)
    np.fill_diagonal(covariance, np.maximum(np.diag(covariance), 0.0))
    whole = shift + mean
    whole[np.abs(whole) < ROUNDING * np.abs(shift)] = 0.0
    if cubes is None:
        return Moments(count, whole, covariance)
    third = cubes / count - 3.0 * mean[0] * products[0, 0] / count + 2.0 * mean[0] ** 3
    return Moments(count, whole, covariance, float(third))


def merged(parts: Sequence[Moments]) -> Moments:
    """Return the moments of all units of ``parts`` together (Chan, Golub, LeVeque 1979). Not of nothing."""
    if len(parts) == 1:
        return parts[0]
    counts = np.array([part.count for part in parts], dtype=np.float64)
    means = np.stack([part.mean for part in parts])
    mean = counts @ means / counts.sum()
    away = means - mean
    within = sum(((part.count - 1) * part.covariance for part in parts), np.zeros_like(parts[0].covariance))
    covariance = (within + away.T @ (counts[:, None] * away)) / max(counts.sum() - 1.0, 1.0)
    spreads = np.array([part.covariance[0, 0] * (part.count - 1) / part.count for part in parts])
    thirds = np.array([part.third for part in parts])
    third = counts @ (thirds + 3.0 * away[:, 0] * spreads + away[:, 0] ** 3) / counts.sum()
    return Moments(int(counts.sum()), mean, covariance, float(third) if thirds.any() else 0.0)


def mean_sample(moments: Moments) -> Sample:
    """Return the sample of a mean: column 0; the other columns are covariates."""
    return _sample(moments, float(moments.mean[0]), np.array([1.0]), moments.third)


def ratio_sample(moments: Moments) -> Sample:
    """Return the sample of column 0 over column 1, whose mean is not 0; the other columns are covariates."""
    over, under = float(moments.mean[0]), float(moments.mean[1])
    assert under != 0.0, "a ratio needs a denominator that is not 0 on average"
    return _sample(moments, over / under, np.array([1.0 / under, -over / under**2]))


def _sample(moments: Moments, mean: float, slope: Array, third: float = 0.0) -> Sample:
    width = len(slope)
    block = moments.covariance
    return Sample(
        count=moments.count,
        mean=mean,
        variance=max(float(slope @ block[:width, :width] @ slope), 0.0),
        beside=moments.mean[width:],
        shared=slope @ block[:width, width:],
        among=block[width:, width:],
        third=third,
    )
