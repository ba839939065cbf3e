"""Lifetime value: purchases that are yet to come are foretold, and money is discounted."""

from pathlib import Path

import numpy as np
import pytest

from segue.learning.lifetime.buying import Buying
from segue.learning.lifetime.fitting import LifetimeModel, fit_lifetime, judge_lifetime
from segue.learning.lifetime.orders import Purchases, sum_up
from segue.learning.lifetime.spending import Spending
from segue.learning.tables import read_table

ORDERS = Path(__file__).parents[4] / "shared" / "data" / "cdnow_master_to_19970930.parquet"
BUYING = Buying(0.2426, 4.4135, 0.7929, 2.4258)
TWO = Purchases(
    np.array(["a", "b"]),
    np.array([2.0, 0.0]),
    np.array([30.43, 0.0]),
    np.array([38.86, 38.86]),
    np.array([22.35, 0.0]),
)


def test_without_discount_value_is_purchases_times_worth() -> None:
    model = LifetimeModel(BUYING, Spending(6.249, 3.745, 15.448))

    expected = BUYING.purchases_within(TWO, 39.0) * model.worth(TWO)

    assert model.value(TWO, horizon=39.0, discount=0.0) == pytest.approx(expected)


def test_later_purchases_are_worth_less_today() -> None:
    model = LifetimeModel(BUYING)
    plain, less = (model.value(TWO, horizon=52.0, discount=rate) for rate in (0.0, 0.2))

    assert (less < plain).all()
    assert (less > plain / 1.2).all()


def test_a_horizon_may_end_within_a_week() -> None:
    model = LifetimeModel(BUYING)

    assert model.value(TWO, horizon=2.5, discount=0.0) == pytest.approx(BUYING.purchases_within(TWO, 2.5))
    assert model.value(TWO, horizon=0.5, discount=0.0) == pytest.approx(BUYING.purchases_within(TWO, 0.5))


@pytest.mark.skipif(not ORDERS.is_file(), reason="the shared data are not on this machine")
def test_purchases_of_weeks_not_seen_are_foretold() -> None:
    orders = read_table(ORDERS)

    report = judge_lifetime(orders["customer_id"], orders["date"])

    assert report.observed == 5481
    assert report.predicted == pytest.approx(report.observed, rel=0.06)
    assert report.mae < report.plain_mae
    assert all(said == pytest.approx(came, rel=0.25) for _, _, said, came in report.by_frequency)


@pytest.mark.skipif(not ORDERS.is_file(), reason="the shared data are not on this machine")
def test_spending_of_all_customers_is_near_that_published_of_a_sample() -> None:
    orders = read_table(ORDERS)

    model = fit_lifetime(sum_up(orders["customer_id"], orders["date"], orders["value"]))

    assert model.spending is not None
    assert [model.spending.p, model.spending.q, model.spending.v] == pytest.approx([6.249, 3.745, 15.448], rel=0.05)
