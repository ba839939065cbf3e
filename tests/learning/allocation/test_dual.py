"""Prices: right on a sample, better on everybody, and a bound that is one."""

import numpy as np
import pytest

from segue.learning.allocation import allocate
from segue.learning.allocation.dual import SAMPLE, bounds, draw_sample, price
from segue.learning.allocation.kernels import kernel_of
from segue.learning.allocation.smooth import newton_step, soften
from tests.learning.allocation.instances import shop


def test_the_gradient_and_the_hessian_are_those_of_the_smoothed_dual() -> None:
    problem, prices, tiny = shop(300, dtype=np.float64), np.full(7, 0.2), 1e-5
    here = soften(problem, prices, 0.1)

    for index in range(7):
        ahead, behind = (soften(problem, prices + sign * tiny * np.eye(7)[index], 0.1) for sign in (1, -1))
        assert here.gradient[index] == pytest.approx((ahead.dual - behind.dual) / (2 * tiny), rel=1e-4, abs=1e-4)
        bent = (ahead.gradient - behind.gradient) / (2 * tiny)
        assert here.hessian[index] == pytest.approx(bent, rel=1e-3, abs=1e-2)


def test_a_price_that_pushes_against_its_bound_stays_there() -> None:
    step = newton_step(np.array([0.0, 1.0]), np.array([3.0, 4.0]), np.eye(2) * 2.0, np.zeros(2), np.full(2, 9.0))

    assert step.tolist() == pytest.approx([0.0, -1.0])


def test_no_allocation_at_all_is_worth_more_than_the_bound_at_any_prices() -> None:
    problem = shop(2_000, dtype=np.float64)
    value, kernel = allocate(problem, engine="numpy").value, kernel_of("numpy")
    for seed in range(20):
        prices = np.random.default_rng(seed).exponential(0.5, 7)
        best = kernel(problem, *problem.charges(prices), False)
        assert prices @ problem.limits + best.score.sum() >= value


def test_prices_of_everybody_bound_lower_than_those_of_the_sample() -> None:
    problem, kernel = shop(3 * SAMPLE), kernel_of("numpy")
    priced = price(problem, kernel)

    assert draw_sample(problem, 0).customers == SAMPLE
    assert priced.passes > 1
    assert np.abs(priced.prices * (problem.limits - priced.used)).sum() < 2e-3 * priced.bound
    assert (priced.prices >= bounds(problem)[0]).all()


def test_another_sample_leads_to_the_same_bound() -> None:
    problem, kernel = shop(2 * SAMPLE), kernel_of("numpy")

    once, again = (price(problem, kernel, seed=seed).bound for seed in (1, 2))

    assert once == pytest.approx(again, rel=2e-6)
