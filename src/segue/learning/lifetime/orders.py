"""From orders to what purchase models see of a customer: repeat purchases, recency, age, and their mean worth."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from segue.model.errors import SegueError

Floats: TypeAlias = npt.NDArray[np.float64]

_DAY = np.timedelta64(1, "D")


class Purchases(Struct, frozen=True):
    """Customers' purchases, summed up; times in any one unit (weeks here).

    Attributes:
        customers: (n,) whose.
        frequency: (n,) repeat purchases: periods with an order, without the first.
        recency: (n,) from the first to the last purchase.
        age: (n,) from the first purchase to the end of the observation.
        worth: (n,) mean amount of a repeat purchase; 0 where there is none. None where amounts are not known.
    """

    customers: npt.NDArray[Any]
    frequency: Floats
    recency: Floats
    age: Floats
    worth: Floats | None = None


def sum_up(
    customers: npt.NDArray[Any],
    at: npt.NDArray[np.datetime64],
    amounts: Floats | None = None,
    *,
    until: np.datetime64 | None = None,
    days: int = 7,
) -> Purchases:
    """Return the purchases up to ``until`` (the last order, where None) of customers with an order by then.

    All orders of a customer on one day are one purchase. Times are in units of ``days``.

    Raises:
        SegueError: there is no order with a date by then.
    """
    day = at.astype("datetime64[D]")
    dated = ~np.isnat(day)
    end = until.astype("datetime64[D]") if until is not None else day[dated].max(initial=np.datetime64(0, "D"))
    known = dated & (day <= end)
    if not known.any():
        raise SegueError("There is no order with a date by then.", "Look at the column of dates, and at the end.")
    names, place = np.unique(customers[known], return_inverse=True)
    number = (day[known] - day[known].min()) // _DAY
    span = int(number.max()) + 1
    purchase, within = np.unique(place * span + number, return_inverse=True)
    owner, when = purchase // span, purchase % span
    first, last = np.full(len(names), span), np.full(len(names), -1)
    np.minimum.at(first, owner, when)
    np.maximum.at(last, owner, when)
    frequency = np.bincount(owner, minlength=len(names)).astype(np.float64) - 1.0
    final = int((end - day[known].min()) // _DAY)
    worth = None
    if amounts is not None:
        paid = np.bincount(within, amounts[known])
        repeat = when > first[owner]
        total = np.bincount(owner[repeat], paid[repeat], minlength=len(names))
        worth = np.divide(total, frequency, out=np.zeros(len(names)), where=frequency > 0)
    return Purchases(names, frequency, (last - first) / days, (final - first) / days, worth)
