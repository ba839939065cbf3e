"""Regressions against what is known in closed form."""

import numpy as np
import pytest

from segue.simulation.fitted.regression import Prior, customer_offsets, fit_regression, means_of, shrunk


def _prior(width: int, spread: float, *, grouped: bool = False) -> Prior:
    groups = np.zeros(width, dtype=np.int64) if grouped else np.full(width, -1)
    return Prior(np.zeros(width), np.full(width, spread), groups)


def test_with_wide_beliefs_a_mean_is_the_mean() -> None:
    y = np.array([0.0, 1.0, 2.0, 5.0])
    x, ones = np.ones((4, 1)), np.ones(4)

    counts = fit_regression("counts", x, y, _prior(1, 100.0), mass=ones, offset=np.log(np.full(4, 2.0)))
    chances = fit_regression("chances", x, (y > 0) * 1.0, _prior(1, 100.0), mass=ones, offset=np.zeros(4))

    assert means_of("counts", counts.weights)[0] == pytest.approx(1.0, abs=1e-3)
    assert means_of("chances", chances.weights)[0] == pytest.approx(0.75, abs=1e-3)


def test_what_was_never_seen_stays_as_it_was_believed() -> None:
    x = np.column_stack([np.ones(50), np.zeros(50)])
    prior = Prior(np.array([0.0, 0.7]), np.array([2.0, 1.0]), np.array([-1, -1]))

    found = fit_regression("chances", x, np.ones(50), prior, mass=np.ones(50), offset=np.zeros(50))

    assert found.weights[1] == pytest.approx(0.7)


def test_a_group_whose_members_are_alike_is_drawn_together() -> None:
    rng = np.random.default_rng(2)
    which = rng.integers(0, 8, 4000)
    x, ones = np.eye(8)[which], np.ones(4000)
    same = rng.poisson(0.3, 4000).astype(float)
    apart = rng.poisson(np.exp(rng.normal(size=8))[which] * 0.3).astype(float)

    offset = np.full(4000, np.log(0.3))
    alike = fit_regression("counts", x, same, _prior(8, 0.7, grouped=True), mass=ones, offset=offset, rounds=20)
    differ = fit_regression("counts", x, apart, _prior(8, 0.7, grouped=True), mass=ones, offset=offset, rounds=20)

    assert alike.spreads[0] < 0.5 < differ.spreads[0]


def test_counts_that_differ_by_chance_alone_are_shrunk_to_one_rate() -> None:
    rng = np.random.default_rng(3)
    expected, ones = np.full(500, 4.0), np.ones(500)

    _, alike = shrunk(rng.poisson(4.0, 500).astype(float), expected, ones)
    _, differ = shrunk(rng.poisson(4.0 * rng.gamma(1.0, 1.0, 500)).astype(float), expected, ones)

    assert alike.std() < 0.15
    assert differ.std() > 0.7


def test_customers_get_what_their_answers_show() -> None:
    rng = np.random.default_rng(4)
    whose = np.repeat(np.arange(200), 20)
    true = rng.normal(0.0, 1.0, 200)
    y = (rng.random(4000) < means_of("chances", true[whose])).astype(float)

    offsets, spread = customer_offsets(y, np.zeros(4000), whose, 200, np.ones(4000))

    assert spread == pytest.approx(1.0, abs=0.2)
    assert np.corrcoef(offsets, true)[0, 1] > 0.8
