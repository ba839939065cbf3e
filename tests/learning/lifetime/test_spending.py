"""Gamma-Gamma: a simulated market whose truth is known."""

import numpy as np
import pytest

from segue.learning.lifetime.spending import Spending, fit_spending
from segue.model.errors import SegueError


def market(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frequencies, mean amounts, and the customers' true means, for p 6, q 4, v 15."""
    chance = np.random.default_rng(1)
    frequency = chance.integers(0, 6, count).astype(float)
    scale = chance.gamma(4.0, 1.0 / 15.0, count)
    worth = np.zeros(count)
    for place in np.flatnonzero(frequency):
        worth[place] = chance.gamma(6.0, 1.0 / scale[place], int(frequency[place])).mean()
    return frequency, worth, 6.0 / scale


def test_a_simulated_market_is_understood() -> None:
    frequency, worth, truth = market(8000)

    found = fit_spending(frequency, worth)

    assert [found.p, found.q, found.v] == pytest.approx([6.0, 4.0, 15.0], rel=0.15)
    assert found.mean == pytest.approx(30.0, rel=0.05)
    expected = found.expected(frequency, worth)
    known = frequency > 0
    assert np.mean((expected - truth)[known] ** 2) < 0.9 * np.mean((worth - truth)[known] ** 2)
    assert abs(found.correlation) < 0.05


def test_the_published_customer_is_drawn_to_the_mean() -> None:
    # Fader and Hardie's parameters of CDNOW: nobody known is worth 35.2, one with a repeat purchase of 22.35 is 24.7.
    published = Spending(6.249, 3.745, 15.448)

    assert published.mean == pytest.approx(35.2, abs=0.05)
    assert published.expected(np.array([0.0, 2.0]), np.array([0.0, 22.35])) == pytest.approx([35.17, 24.65], abs=0.05)


def test_amounts_in_another_currency_give_the_same_model() -> None:
    frequency, worth, _ = market(2000)

    euro, cent = fit_spending(frequency, worth), fit_spending(frequency, worth * 100.0)

    assert [cent.p, cent.q, cent.v] == pytest.approx([euro.p, euro.q, euro.v * 100.0], rel=1e-4)


def test_too_few_customers_are_refused() -> None:
    with pytest.raises(SegueError, match="Only 3 customers"):
        fit_spending(np.ones(3), np.ones(3))
