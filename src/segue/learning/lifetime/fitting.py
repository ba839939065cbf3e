"""Fitting lifetime value, and judging it: on purchases after a cut that the model has not seen."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from segue.learning.lifetime.buying import Buying, fit_buying
from segue.learning.lifetime.orders import Purchases, sum_up
from segue.learning.lifetime.spending import Spending, fit_spending

Floats: TypeAlias = npt.NDArray[np.float64]

WEEKS_PER_YEAR = 365.25 / 7
_HELD_BACK = 0.25


class LifetimeModel(Struct, frozen=True):
    """How customers buy, and what they spend; None where amounts are not known, and a purchase is worth 1."""

    buying: Buying
    spending: Spending | None = None

    def value(self, purchases: Purchases, *, horizon: float = WEEKS_PER_YEAR, discount: float = 0.1) -> Floats:
        """Return what each customer (n,) is worth in the ``horizon`` to come, today.

        Expected purchases of each of its units of time (weeks), discounted to today, times the worth of a purchase.

        Args:
            discount: by so much a year.
        """
        ends = np.append(np.arange(1.0, horizon), horizon)
        before, total = np.zeros(len(purchases.frequency)), np.zeros(len(purchases.frequency))
        for end in ends:
            by_then = self.buying.purchases_within(purchases, float(end))
            total += (by_then - before) / (1.0 + discount) ** (end / WEEKS_PER_YEAR)
            before = by_then
        return total * self.worth(purchases)

    def worth(self, purchases: Purchases) -> Floats:
        """Return what a purchase of each customer (n,) is worth."""
        if self.spending is None or purchases.worth is None:
            return np.ones(len(purchases.frequency))
        return self.spending.expected(purchases.frequency, purchases.worth)


class LifetimeReport(Struct, frozen=True, kw_only=True):
    """How well purchases after a cut were foretold; the model of the report was fitted to those before.

    Attributes:
        weeks: after the cut.
        predicted, observed: purchases in them, of all customers known at the cut.
        mae: mean absolute error for a customer.
        plain_mae: of going on at each customer's own rate so far.
        correlation: of predicted and observed purchases.
        by_frequency: (repeat purchases before, customers, mean predicted, mean observed); the last is "or more".
    """

    customers: int
    weeks: float
    predicted: float
    observed: float
    mae: float
    plain_mae: float
    correlation: float
    by_frequency: tuple[tuple[int, int, float, float], ...]


def fit_lifetime(purchases: Purchases) -> LifetimeModel:
    """Return the model of the greatest likelihood of ``purchases``.

    Raises:
        SegueError: there are too few repeat purchases; see `fit_buying` and `fit_spending`.
    """
    worth = purchases.worth
    return LifetimeModel(fit_buying(purchases), None if worth is None else fit_spending(purchases.frequency, worth))


def judge_lifetime(
    customers: npt.NDArray[Any], at: npt.NDArray[np.datetime64], *, cut: np.datetime64 | None = None
) -> LifetimeReport:
    """Fit to the orders before ``cut`` (where None, three quarters of the time) and judge by those after it."""
    dated = ~np.isnat(at)
    customers, at = np.unique(customers[dated], return_inverse=True)[1], at[dated]
    day = at.astype("datetime64[D]")
    first, last = day.min(), day.max()
    middle = first + ((last - first) * (1.0 - _HELD_BACK)).astype("timedelta64[D]") if cut is None else cut
    known = sum_up(customers, at, until=middle)
    weeks = float((last - middle.astype("datetime64[D]")) / np.timedelta64(1, "D")) / 7.0
    predicted = fit_buying(known).purchases_within(known, weeks)
    observed = _later(known, customers, day, middle)
    plain = known.frequency / np.maximum(known.age, 1.0) * weeks
    return LifetimeReport(
        customers=len(observed),
        weeks=weeks,
        predicted=float(predicted.sum()),
        observed=float(observed.sum()),
        mae=float(np.abs(predicted - observed).mean()),
        plain_mae=float(np.abs(plain - observed).mean()),
        correlation=float(np.corrcoef(predicted, observed)[0, 1]),
        by_frequency=_by_frequency(known.frequency, predicted, observed),
    )


def _later(
    known: Purchases, customers: npt.NDArray[Any], day: npt.NDArray[np.datetime64], cut: np.datetime64
) -> Floats:
    """Return how many days with an order each known customer had after the cut."""
    after = (day > cut) & np.isin(customers, known.customers)
    place = np.searchsorted(known.customers, customers[after])
    days = np.unique(np.column_stack((place, day[after].astype(np.int64))), axis=0)
    return np.bincount(days[:, 0], minlength=len(known.customers)).astype(np.float64)


def _by_frequency(frequency: Floats, predicted: Floats, observed: Floats) -> tuple[tuple[int, int, float, float], ...]:
    rows = []
    group = np.minimum(frequency, 7.0)
    for count in np.unique(group).tolist():
        mine = group == count
        rows.append((int(count), int(mine.sum()), float(predicted[mine].mean()), float(observed[mine].mean())))
    return tuple(rows)
