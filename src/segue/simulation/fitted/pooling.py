"""Pooling: one interval from several fitted markets, of what is not known and of what is left to chance."""

from collections.abc import Sequence
from math import inf, sqrt

import numpy as np

from segue.measurement.quantiles import student_quantile
from segue.simulation.figures import Estimate
from segue.simulation.fitted.history import Floats


def pooled(found: Sequence[Estimate], level: float = 0.95) -> Estimate:
    """Return the mean of one estimate from each market, with an interval for what would really be seen.

    Each market is another fit and draws its customers' chances anew, so their spread B holds both; it is taken for at
    least as wide as the chance W within one market. What B is above W is known from few markets: Student's distribution
    with (m - 1) (1 + W / (B - W))^2 degrees of freedom (Rubin 1987, section 3.3), for a further value beside the mean.
    """
    values = np.array([each.value for each in found])
    within = float(np.mean([each.error**2 for each in found]))
    between = float(values.var(ddof=1)) if len(values) > 1 else 0.0
    above = between - within
    freedom = max(len(values) - 1, 1) * (1.0 + within / above) ** 2 if above > 1e-3 * within else inf
    return _around(float(values.mean()), max(within, between), len(values), freedom, level)


def predicted(totals: Sequence[float], level: float = 0.9) -> Estimate:
    """Return the mean of one total from each market, with an interval for the true one.

    For a further value beside m others: Student's distribution with m - 1 degrees of freedom (Geisser 1993, 2.2).
    Counts vary at least as those of rare events do where they are small.
    """
    values: Floats = np.array(totals)
    mean = float(values.mean())
    least = max(mean, 1.0 / len(values)) if mean < 10.0 else 0.0
    between = float(values.var(ddof=1)) if len(values) > 1 else mean
    found = _around(mean, max(between, least), len(values), max(len(values) - 1.0, 1.0), level)
    return Estimate(found.value, max(found.low, 0.0), found.high, found.error)


def _around(value: float, variance: float, count: int, freedom: float, level: float) -> Estimate:
    error = sqrt(variance * (1.0 + 1.0 / count))
    reach = student_quantile(0.5 + level / 2.0, freedom) * error
    return Estimate(value, value - reach, value + reach, error)
