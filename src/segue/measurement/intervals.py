"""An estimate with its interval, as all rooms of measurement give it that have no closer word for it."""

import math

from msgspec import Struct

from segue.measurement.quantiles import student_quantile


class Interval(Struct, frozen=True, kw_only=True):
    """An estimate with the interval that covers the truth at ``level``."""

    estimate: float
    low: float
    high: float
    level: float

    def covers(self, truth: float) -> bool:
        """Return whether ``truth`` lies within the bounds."""
        return self.low <= truth <= self.high


def interval(estimate: float, error: float, *, level: float, freedom: float = math.inf) -> Interval:
    """Return the interval of an estimate with standard error ``error``, Student's or the normal's."""
    half = student_quantile(0.5 + level / 2.0, freedom) * error
    return Interval(estimate=estimate, low=estimate - half, high=estimate + half, level=level)
