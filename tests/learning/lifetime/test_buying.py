"""BG/NBD: published parameters, and a simulated market whose truth is known."""

from pathlib import Path

import numpy as np
import pytest

from segue.learning.lifetime.buying import Buying, fit_buying
from segue.learning.lifetime.orders import Purchases
from segue.learning.tables import read_table
from segue.model.errors import SegueError

SAMPLE = Path(__file__).parents[4] / "shared" / "data" / "cdnow_sample_summary.csv.gz"
PUBLISHED = Buying(0.2426, 4.4135, 0.7929, 2.4258)


def one(frequency: float, recency: float, age: float) -> Purchases:
    return Purchases(np.array(["c"]), np.array([frequency]), np.array([recency]), np.array([age]))


def market(count: int, truth: Buying, weeks: float, ahead: float) -> tuple[Purchases, np.ndarray, np.ndarray]:
    """Customers who buy and drop out by the model: what is seen, who is alive then, what they buy afterwards."""
    chance = np.random.default_rng(1)
    rows, alive_then, later = [], [], []
    for _ in range(count):
        rate, drop = chance.gamma(truth.r) / truth.alpha, chance.beta(truth.a, truth.b)
        now, seen, after, is_alive, alive_at_end = 0.0, [0.0], 0, True, True
        while is_alive and (now := now + chance.exponential(1.0 / max(rate, 1e-9))) < weeks + ahead:
            if now < weeks:
                seen.append(now)
            else:
                after += 1
            is_alive = chance.random() > drop
            if not is_alive and now < weeks:
                alive_at_end = False
        rows.append((len(seen) - 1.0, seen[-1], weeks))
        alive_then.append(float(alive_at_end))
        later.append(float(after))
    x, recency, age = np.array(rows).T
    return Purchases(np.arange(count), x, recency, age), np.array(alive_then), np.array(later)


@pytest.mark.skipif(not SAMPLE.is_file(), reason="the shared data are not on this machine")
def test_cdnow_has_the_published_parameters() -> None:
    table = read_table(SAMPLE)
    frequency, recency, age = (table[name].astype(float) for name in ("frequency", "recency", "T"))

    found = fit_buying(Purchases(table["ID"], frequency, recency, age))

    assert [round(value, 4) for value in (found.r, found.alpha, found.a, found.b)] == [0.2426, 4.4135, 0.7929, 2.4258]
    assert found.log_likelihood == pytest.approx(-9582.4, abs=0.1)


def test_an_expectation_of_the_paper_is_met() -> None:
    # Fader, Hardie and Lee work this customer out in their note on implementing BG/NBD: 1.226 purchases in 39 weeks.
    assert PUBLISHED.purchases_within(one(2.0, 30.43, 38.86), 39.0)[0] == pytest.approx(1.226, abs=5e-4)


def test_a_simulated_market_is_understood() -> None:
    truth = Buying(0.8, 6.0, 0.9, 3.0)
    purchases, alive, later = market(6000, truth, weeks=40.0, ahead=20.0)

    found = fit_buying(purchases)
    expected, believed = found.purchases_within(purchases, 20.0), found.still_alive(purchases)

    assert [found.r, found.alpha] == pytest.approx([truth.r, truth.alpha], rel=0.15)
    assert found.a / (found.a + found.b) == pytest.approx(0.9 / 3.9, rel=0.1)
    assert expected.mean() == pytest.approx(later.mean(), rel=0.06)
    assert believed[purchases.frequency > 0].mean() == pytest.approx(alive[purchases.frequency > 0].mean(), abs=0.03)
    often = purchases.frequency >= 5
    assert expected[often].mean() == pytest.approx(later[often].mean(), rel=0.1)


def test_the_unit_of_time_does_not_matter() -> None:
    purchases, _, _ = market(1500, Buying(0.8, 6.0, 0.9, 3.0), weeks=40.0, ahead=1.0)
    in_days = Purchases(purchases.customers, purchases.frequency, purchases.recency * 7.0, purchases.age * 7.0)

    weekly, daily = fit_buying(purchases), fit_buying(in_days)

    assert daily.alpha == pytest.approx(7.0 * weekly.alpha, rel=1e-3)
    assert daily.purchases_within(in_days, 70.0) == pytest.approx(weekly.purchases_within(purchases, 10.0), rel=1e-3)


def test_silence_after_many_purchases_means_that_a_customer_has_left() -> None:
    alive = [PUBLISHED.still_alive(one(x, recency, 38.0))[0] for x, recency in ((0, 0), (8, 37), (8, 20), (8, 5))]

    assert alive[0] == 1.0
    assert alive == sorted(alive, reverse=True)
    assert alive[3] < 0.01


def test_where_a_is_1_the_limit_is_taken() -> None:
    at, near = (Buying(0.5, 5.0, a, 2.0).purchases_within(one(2, 10, 20), 30)[0] for a in (1.0, 1.0001))

    assert at == pytest.approx(near, rel=1e-3)


def test_nobody_who_came_back_is_refused() -> None:
    with pytest.raises(SegueError, match="Nobody bought twice"):
        fit_buying(one(0, 0, 10))
