"""Intervals for a mean of influence values, whose weights make it skewed and whose units depend within themselves.

`normal`: the estimate and 1.96 standard errors on both sides. Too short where few decisions carry the weight.

`cautious`, the default: each end is the farther one of two corrections for few uneven weights. One removes the skewness
of the studentised mean by a cubic transformation (P. Hall, "On the removal of skewness by transformation", JRSS B 54,
1992). The other takes Student's quantile, with as many degrees of freedom as the kurtosis leaves the standard error
(F. E. Satterthwaite, Biometrics Bulletin 2, 1946). Both are `normal` for many even weights. `bench/off_policy.py`
measures the coverage of either.

`always_valid`: holds at all sample sizes at once, so that one may look after every decision and stop (asymptotic
confidence sequences: I. Waudby-Smith et al., "Time-uniform central limit theory and asymptotic confidence sequences",
Annals of Statistics 52, 2024). Wider, and meant for values whose model saw only the past.
"""

from collections.abc import Callable
from math import inf, log, sqrt
from statistics import NormalDist
from typing import Any, TypeAlias

import numpy as np
from msgspec import Struct

Array: TypeAlias = np.ndarray[Any, Any]

CAUTIOUS, NORMAL, ALWAYS_VALID = "cautious", "normal", "always_valid"
LEVEL = 0.95
_Z = NormalDist().inv_cdf(0.5 + LEVEL / 2.0)
_FIRST_LOOK = 1000
"""The always valid interval is shortest, beside the normal one, at so many units."""


class Interval(Struct, frozen=True):
    """An estimate with its standard error and the ends of its 95 % interval."""

    value: float
    low: float
    high: float
    standard_error: float


def interval(value: float, influence: Array, unit: Array | None = None, kind: str = CAUTIOUS) -> Interval:
    """Return the 95 % interval of ``value``, which is a mean of values that deviate from it by ``influence``.

    Where all values are the same nothing tells how far the next one may lie, so the interval is infinite.

    Args:
        influence: (n,) deviations of the decisions' values from ``value``; their mean is 0 or nearly.
        unit: (n,) whose decision each is; decisions of one unit are counted together.
        kind: ``cautious``, ``normal`` or ``always_valid``.
    """
    deviations = _by_unit(influence, unit)
    count = len(deviations)
    spread = float(deviations.std(ddof=1)) if count > 1 else 0.0
    if not spread > 0.0:
        return Interval(value, -inf, inf, inf)
    error = spread / sqrt(count)
    below, above = _REACH[kind](deviations)
    return Interval(value, value - below * error, value + above * error, error)


def _by_unit(influence: Array, unit: Array | None) -> Array:
    """Return one value for each unit, such that their mean is the mean of ``influence``."""
    if unit is None:
        return influence
    _, places = np.unique(unit, return_inverse=True)
    sums = np.bincount(places, weights=influence)
    return np.asarray(sums * (len(sums) / len(influence)))


def _normal(deviations: Array) -> tuple[float, float]:
    return _Z, _Z


def _cautious(deviations: Array) -> tuple[float, float]:
    count = len(deviations)
    centred = deviations - deviations.mean()
    squares = float((centred**2).mean())
    skewness = float((centred**3).mean()) / squares**1.5
    kurtosis = float((centred**4).mean()) / squares**2
    student = _student(2.0 * count / max(kurtosis - 1.0, 1e-9))
    return max(_transformed(_Z, skewness, count), student), max(-_transformed(-_Z, skewness, count), student)


def _transformed(reach: float, skewness: float, count: int) -> float:
    """Return Hall's inverse transformation of the quantile ``reach``: standard errors below the estimate."""
    third = skewness / 3.0
    if abs(third) < 1e-9:
        return reach
    root = sqrt(count)
    inside = 1.0 + 3.0 * third * (reach / root - skewness / (6.0 * count))
    return float(root / third * (np.cbrt(inside) - 1.0))


def _student(free: float) -> float:
    """Return Student's quantile for ``free`` degrees of freedom, by Cornish-Fisher: within 1 % from 3 on, below 3 as
    for 3.
    """
    free = max(free, 3.0)
    first = (_Z**3 + _Z) / 4.0
    second = (5.0 * _Z**5 + 16.0 * _Z**3 + 3.0 * _Z) / 96.0
    third = (3.0 * _Z**7 + 19.0 * _Z**5 + 17.0 * _Z**3 - 15.0 * _Z) / 384.0
    return float(_Z + first / free + second / free**2 + third / free**3)


def _always_valid(deviations: Array) -> tuple[float, float]:
    count, alpha = len(deviations), 1.0 - LEVEL
    tightness = (-2.0 * log(alpha) + log(-2.0 * log(alpha)) + 1.0) / _FIRST_LOOK
    scale = count * tightness
    reach = sqrt(2.0 * (scale + 1.0) / scale * log(sqrt(scale + 1.0) / alpha))
    return reach, reach


_REACH: dict[str, Callable[[Array], tuple[float, float]]] = {
    NORMAL: _normal,
    CAUTIOUS: _cautious,
    ALWAYS_VALID: _always_valid,
}
