"""Means: an arm beside the control, as a difference and as a relative lift, each with an interval.

Welch's interval for the difference, with variances of their own (B. L. Welch, Biometrika 34, 1947). The relative lift
by the delta method, which needs a control whose mean is far from 0.

Of amounts, with arms as uneven as a small holdout and everybody else, few large orders decide how the small arm's mean
and its spread err together. There each end is the farther one of Welch's and of the one without that skewness, by a
term of Edgeworth's expansion (N. J. Johnson, JASA 73, 1978; P. Hall, JRSS B 54, 1992).
"""

from math import inf, sqrt

from msgspec import Struct

from segue.measurement.quantiles import normal_quantile, student_quantile, student_tail
from segue.measurement.statistics.always_valid import always_valid_p, always_valid_reach
from segue.measurement.statistics.formulas import ALWAYS_VALID, DIFFERENCE, LIFT, UNEVEN_AMOUNTS
from segue.measurement.statistics.moments import Sample

LEVEL = 0.95
FAR_FROM_ZERO = 4.0
"""Standard errors that the control's mean is away from 0 where a relative lift is told."""


UNEVEN = 1 / 3
"""An arm with less than this share of both makes amounts lean."""


class Interval(Struct, frozen=True):
    """An estimate, the ends of its interval, and the formula that it was computed by."""

    value: float
    low: float
    high: float
    formula: str

    @property
    def is_clear(self) -> bool:
        """Return whether 0 lies outside."""
        return self.low > 0.0 or self.high < 0.0


class Effect(Struct, frozen=True):
    """An arm less the control: ``difference`` in the metric's own unit, ``lift`` as a share of the control's mean (None
    where that is too near 0), the difference's ``standard_error``, and ``p``, the two-sided probability of a difference
    at least as large by chance alone.

    ``formula`` is how the ends lie around the estimate: ``difference-of-means`` for one look at the end, with
    ``uneven-amounts`` for amounts in uneven arms, ``always-valid`` for any number of looks.
    """

    difference: Interval
    lift: Interval | None
    standard_error: float
    p: float
    formula: str


def compare(control: Sample, arm: Sample, *, level: float = LEVEL, planned: int = 0) -> Effect:
    """Return ``arm`` beside ``control``, with intervals that hold ``level`` of the time.

    Without any spread nothing is known, so the interval is infinite.

    Args:
        planned: how many units of both arms together are planned. Above 0 the interval holds at all looks at once;
            0 is for one look, at the end.
    """
    value = arm.mean - control.mean
    error = sqrt(control.squared_error + arm.squared_error)
    if not error > 0.0:
        unknown = Interval(value, -inf, inf, DIFFERENCE)
        return Effect(unknown, None, 0.0, 1.0, DIFFERENCE)
    lean = 0.0
    if planned:
        count = control.count + arm.count
        reach = always_valid_reach(count, planned, 1.0 - level)
        p = always_valid_p(value / error, count, planned, 1.0 - level)
        formula = ALWAYS_VALID
    else:
        freedom = _freedom(control, arm)
        reach = student_quantile(0.5 + level / 2.0, freedom)
        lean = _lean(control, arm, error) * (2.0 * reach**2 + 1.0) / 6.0
        p = min(1.0, 2.0 * student_tail(_nearest(value / error, lean), freedom))
        formula = UNEVEN_AMOUNTS if lean else DIFFERENCE
    around = _around(value, error, reach, lean, DIFFERENCE)
    return Effect(around, _lift(control, arm, reach, lean), error, p, formula)


def uneven(control: int, arm: int) -> bool:
    """Return whether one of two arms with so many units has less than a third of both."""
    return min(control, arm) < UNEVEN * (control + arm)


def normal_reach(level: float) -> float:
    """Return how many standard errors a normal interval reaches to either side."""
    return normal_quantile(0.5 + level / 2.0)


def _lean(control: Sample, arm: Sample, error: float) -> float:
    """Return the skewness of the difference of two means of amounts, 0 where the arms are even."""
    if not uneven(control.count, arm.count):
        return 0.0
    return (arm.third / arm.count**2 - control.third / control.count**2) / error**3


def _nearest(z: float, lean: float) -> float:
    """Return how far 0 is from the nearer one of ``z`` and of ``z`` without skewness; 0 where it lies between them."""
    return min(abs(z), abs(z + lean)) if z * (z + lean) > 0.0 else 0.0


def _around(value: float, error: float, reach: float, lean: float, formula: str) -> Interval:
    below, above = reach - min(lean, 0.0), reach + max(lean, 0.0)
    return Interval(value, value - below * error, value + above * error, formula)


def _lift(control: Sample, arm: Sample, reach: float, lean: float) -> Interval | None:
    base = control.mean
    if abs(base) <= FAR_FROM_ZERO * sqrt(control.squared_error):
        return None
    value = (arm.mean - base) / abs(base)
    squared = arm.squared_error / base**2 + arm.mean**2 * control.squared_error / base**4
    return _around(value, sqrt(squared), reach, lean, LIFT)


def _freedom(control: Sample, arm: Sample) -> float:
    """Return the degrees of freedom of Welch and Satterthwaite."""
    both = (control.squared_error + arm.squared_error) ** 2
    each = [sample.squared_error**2 / (sample.count - 1) for sample in (control, arm) if sample.count > 1]
    return max(both / sum(each), 1.0) if sum(each) > 0.0 else inf
