"""Orders to purchases: by hand."""

import numpy as np
import pytest

from segue.learning.lifetime.orders import sum_up
from segue.model.errors import SegueError

CUSTOMERS = np.array(["a", "b", "a", "a", "b", "a"])
AT = np.array(
    ["2026-01-01T09:00", "2026-01-08", "2026-01-01T17:00", "2026-01-15", "2026-02-05", "NaT"], dtype="datetime64[m]"
)
AMOUNTS = np.array([10.0, 7.0, 20.0, 40.0, 9.0, 99.0])


def test_orders_of_one_day_are_one_purchase_and_the_first_is_no_repeat() -> None:
    purchases = sum_up(CUSTOMERS, AT, AMOUNTS)

    assert purchases.customers.tolist() == ["a", "b"]
    assert purchases.frequency.tolist() == [1.0, 1.0]
    assert purchases.recency.tolist() == [2.0, 4.0]
    assert purchases.age.tolist() == [5.0, 4.0]
    assert purchases.worth is not None
    assert purchases.worth.tolist() == [40.0, 9.0]


def test_what_comes_after_the_end_is_not_known() -> None:
    purchases = sum_up(CUSTOMERS, AT, AMOUNTS, until=np.datetime64("2026-01-14"))

    assert (purchases.frequency.tolist(), purchases.recency.tolist()) == ([0.0, 0.0], [0.0, 0.0])
    assert purchases.age.tolist() == pytest.approx([13 / 7, 6 / 7])
    assert purchases.worth is not None
    assert purchases.worth.tolist() == [0.0, 0.0]


def test_no_order_by_then_is_refused() -> None:
    with pytest.raises(SegueError, match="no order with a date"):
        sum_up(CUSTOMERS, AT, until=np.datetime64("2020-01-01"))
