"""Pooling: one interval from several fitted markets, of what is not known and of what is left to chance."""

from collections.abc import Sequence
from math import sqrt

import numpy as np

from segue.measurement.quantiles import student_quantile
from segue.simulation.figures import Estimate
from segue.simulation.fitted.history import Floats


def pooled(found: Sequence[Estimate], level: float = 0.95) -> Estimate:
    """Return the mean of one estimate from each market, with an interval for what would really be seen.

    Each market is another fit and draws its customers' chances anew, so their spread holds both; it is taken for at
    least as wide as the chance within one market. Student's distribution, with as many degrees of freedom as markets
    less one, for a further value beside their mean (Geisser 1993, section 2.2).
    """
    values = np.array([each.value for each in found])
    within = float(np.mean([each.error**2 for each in found]))
    between = float(values.var(ddof=1)) if len(values) > 1 else 0.0
    return _around(float(values.mean()), max(within, between), len(values), level)


def predicted(totals: Sequence[float], level: float = 0.9) -> Estimate:
    """Return the mean of one total from each market, with an interval for the true one.

    Counts vary at least as those of rare events do where they are small.
    """
    values: Floats = np.array(totals)
    mean = float(values.mean())
    least = max(mean, 1.0 / len(values)) if mean < 10.0 else 0.0
    between = float(values.var(ddof=1)) if len(values) > 1 else mean
    found = _around(mean, max(between, least), len(values), level)
    return Estimate(found.value, max(found.low, 0.0), found.high, found.error)


def _around(value: float, variance: float, count: int, level: float) -> Estimate:
    error = sqrt(variance * (1.0 + 1.0 / count))
    reach = student_quantile(0.5 + level / 2.0, max(count - 1, 1)) * error
    return Estimate(value, value - reach, value + reach, error)
