"""Geo lift: by time-based regression, and by difference in differences of regions.

Time-based regression fits the treated regions' daily total on that of the control regions before the test, predicts it
in the test, and sums the differences; their variance is that of a sum of predictions (the line's own error does not
average out over days). Source: Kerman, Wang and Vaver 2017, Estimating ad effectiveness using geo experiments in a
time-based regression framework. Difference in differences compares each region's change of its daily mean; its variance
is between regions. Source: Bertrand, Duflo and Mullainathan 2004.
"""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from segue.measurement.geo.markets import Regions, days_of_test
from segue.measurement.geo.results import GeoFit, GeoLift
from segue.measurement.intervals import Interval, interval
from segue.measurement.quantiles import student_quantile
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEAST_DAYS = 14


def time_based_regression(
    regions: Regions, *, begin: date | None = None, end: date | None = None, level: float = 0.95
) -> GeoLift:
    """Return the lift of the treated regions over what the control ones predict; see `days_of_test` for the days."""
    days, treated = days_of_test(regions, begin, end), regions.is_treated
    _check_past(days)
    ours, theirs = regions.sales[treated].sum(axis=0), regions.sales[~treated].sum(axis=0)
    estimate, variance = _surplus(ours, theirs, days)
    freedom = days.start - 2
    incremental = interval(estimate, variance**0.5, level=level, freedom=freedom)
    cost, cost_variance = _extra_cost(regions, days)
    sales = float(ours[days].sum())
    return GeoLift(
        begin=regions.days[days.start],
        end=regions.days[days.stop - 1],
        treated=int(treated.sum()),
        control=int((~treated).sum()),
        sales=sales,
        expected=sales - estimate,
        incremental=incremental,
        lift=_lift(sales, incremental),
        cost=interval(cost, cost_variance**0.5, level=level, freedom=freedom),
        return_on_spend=_ratio(estimate, variance, cost, cost_variance, freedom, level),
        fit=_fit(ours, theirs, days, level),
        formula="time-based-regression",
    )


def difference_in_differences(
    regions: Regions, *, begin: date | None = None, end: date | None = None, level: float = 0.95
) -> GeoLift:
    """Return the lift as the treated regions' mean change of daily sales over that of the control regions."""
    days, treated = days_of_test(regions, begin, end), regions.is_treated
    _check_past(days)
    number, length = int(treated.sum()), days.stop - days.start
    if min(number, len(treated) - number) < 2:
        raise SegueError("There is one region on a side.", "Use time-based regression, or more regions.")
    difference, variance, freedom = _change(regions.sales, treated, days)
    scale = number * length
    incremental = interval(scale * difference, (scale**2 * variance) ** 0.5, level=level, freedom=freedom)
    cost, cost_variance, _ = _change(regions.cost, treated, days)
    is_exact = _is_exact(regions, days)
    spent = float(regions.cost[treated][:, days].sum()) if is_exact else scale * cost
    noise = 0.0 if is_exact else scale**2 * cost_variance
    sales = float(regions.sales[treated][:, days].sum())
    return GeoLift(
        begin=regions.days[days.start],
        end=regions.days[days.stop - 1],
        treated=number,
        control=len(treated) - number,
        sales=sales,
        expected=sales - incremental.estimate,
        incremental=incremental,
        lift=_lift(sales, incremental),
        cost=interval(spent, noise**0.5, level=level, freedom=freedom),
        return_on_spend=_ratio(incremental.estimate, scale**2 * variance, spent, noise, freedom, level),
        fit=None,
        formula="geo-difference-in-differences",
    )


def _surplus(ours: "Floats", theirs: "Floats", days: slice) -> tuple[float, float]:
    """Return the sum over ``days`` of ours beyond its prediction from theirs before them, and its variance."""
    past = slice(0, days.start)
    slope, middle, square, residuals = _line(ours[past], theirs[past])
    predicted = ours[past].mean() + slope * (theirs[days] - middle)
    number, length = days.start, days.stop - days.start
    noise = float((residuals**2).sum()) / (number - 2)
    lever = float((theirs[days] - middle).sum())
    variance = noise * (length + length**2 / number + (lever**2 / square if square else 0.0))
    return float((ours[days] - predicted).sum()), variance


def _line(ours: "Floats", theirs: "Floats") -> "tuple[float, float, float, Floats]":
    """Return the slope of ours on theirs, the mean and the square sum of theirs, and the residuals."""
    middle = float(theirs.mean())
    square = float(((theirs - middle) ** 2).sum())
    slope = float(((theirs - middle) * (ours - ours.mean())).sum()) / square if square else 0.0
    return slope, middle, square, ours - ours.mean() - slope * (theirs - middle)


def _fit(ours: "Floats", theirs: "Floats", days: slice, level: float) -> GeoFit:
    past = slice(0, days.start)
    *_, residuals = _line(ours[past], theirs[past])
    length = min(days.stop - days.start, days.start // 3)
    estimate, variance = _surplus(ours, theirs, slice(days.start - length, days.start))
    return GeoFit(
        days=days.start,
        correlation=float(np.corrcoef(ours[past], theirs[past])[0, 1]),
        durbin_watson=float((np.diff(residuals) ** 2).sum() / (residuals**2).sum()),
        placebo_days=length,
        placebo=interval(estimate, variance**0.5, level=level, freedom=days.start - length - 2),
    )


def _extra_cost(regions: Regions, days: slice) -> tuple[float, float]:
    """Return what was spent for the test, and its variance: 0 where nothing was spent otherwise."""
    ours = regions.cost[regions.is_treated].sum(axis=0)
    if _is_exact(regions, days):
        return float(ours[days].sum()), 0.0
    return _surplus(ours, regions.cost[~regions.is_treated].sum(axis=0), days)


def _is_exact(regions: Regions, days: slice) -> bool:
    """Return whether all money was spent in the treated regions in the test."""
    whole, used = regions.cost[:, : days.stop].sum(), regions.cost[regions.is_treated][:, days].sum()
    return bool(np.isclose(whole, used))


def _change(values: "Floats", treated: "NDArray[np.bool_]", days: slice) -> tuple[float, float, float]:
    """Return the difference of regions' changes of their daily means, its variance, and Welch's degrees of freedom."""
    changes = values[:, days].mean(axis=1) - values[:, : days.start].mean(axis=1)
    ours, theirs = changes[treated], changes[~treated]
    parts = ours.var(ddof=1) / len(ours), theirs.var(ddof=1) / len(theirs)
    weights = parts[0] ** 2 / (len(ours) - 1) + parts[1] ** 2 / (len(theirs) - 1)
    freedom = float(sum(parts) ** 2 / weights) if weights else float(len(changes) - 2)
    return float(ours.mean() - theirs.mean()), float(sum(parts)), freedom


def _ratio(
    estimate: float, variance: float, cost: float, cost_variance: float, freedom: float, level: float
) -> Interval | None:
    """Return sales per money by Fieller's theorem, without a covariance; None where no more was spent for sure."""
    t = student_quantile(0.5 + level / 2.0, freedom)
    doubt = t * t * cost_variance / (cost * cost) if cost else 1.0
    if cost <= 0.0 or doubt >= 1.0:
        return None
    ratio = estimate / cost
    half = t / cost * (variance * (1.0 - doubt) + ratio * ratio * cost_variance) ** 0.5 / (1.0 - doubt)
    middle = ratio / (1.0 - doubt)
    return Interval(estimate=ratio, low=middle - half, high=middle + half, level=level)


def _lift(sales: float, incremental: Interval) -> Interval:
    """Return the increment relative to the expected sales; both move together, so bounds map to bounds."""
    low, middle, high = (
        each / (sales - each) for each in (incremental.low, incremental.estimate, min(incremental.high, sales * 0.999))
    )
    return Interval(estimate=middle, low=low, high=high, level=incremental.level)


def _check_past(days: slice) -> None:
    if days.start < LEAST_DAYS:
        raise SegueError(
            f"There are {days.start} days before the test.", f"Give at least {LEAST_DAYS}, better four weeks."
        )
