"""Intervals over markets hold what they say."""

import numpy as np
import pytest

from segue.simulation.figures import Estimate
from segue.simulation.fitted.pooling import pooled, predicted


def test_a_further_value_lies_within_as_often_as_said() -> None:
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(600):
        values = rng.normal(100.0, 8.0, 9)
        found = predicted(values[:8].tolist(), 0.9)
        inside += found.low <= values[8] <= found.high

    assert inside / 600 == pytest.approx(0.9, abs=0.035)


def test_small_counts_vary_as_rare_events_do_even_where_all_markets_agree() -> None:
    found = predicted([0.0] * 8, 0.9)

    assert found.low == 0.0
    assert 0.4 < found.high < 1.5


def test_an_interval_is_at_least_as_wide_as_chance() -> None:
    sure = pooled([Estimate(1.0, 0.0, 2.0, 0.5)] * 8)
    spread = pooled([Estimate(float(value), 0.0, 0.0, 0.1) for value in range(8)])

    assert sure.high - sure.low > 2 * 1.96 * 0.5
    assert spread.error == pytest.approx(np.sqrt(6.0 * 9 / 8))


def test_where_markets_differ_by_chance_alone_few_of_them_are_enough() -> None:
    alike = pooled([Estimate(0.9, 0.0, 0.0, 0.2), Estimate(1.1, 0.0, 0.0, 0.2)])
    apart = pooled([Estimate(0.0, 0.0, 0.0, 0.2), Estimate(2.0, 0.0, 0.0, 0.2)])

    assert alike.high - alike.value == pytest.approx(1.96 * 0.2 * np.sqrt(1.5), rel=0.01)
    assert apart.high - apart.value > 10.0
