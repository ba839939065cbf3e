"""Intervals hold the truth as often as they say, also where few decisions carry the weight."""

import numpy as np
import pytest

from segue.learning.off_policy.intervals import ALWAYS_VALID, CAUTIOUS, NORMAL, interval


def coverage(kind: str, draws: int, seed: int = 3) -> float:
    """Return how often intervals hold the mean (1) of lognormal values, which are very skewed."""
    rng = np.random.default_rng(seed)
    samples = np.exp(1.5 * rng.normal(size=(400, draws)) - 1.5**2 / 2.0)
    held = 0
    for sample in samples:
        found = interval(sample.mean(), sample - sample.mean(), kind=kind)
        held += found.low <= 1.0 <= found.high
    return held / len(samples)


def test_the_normal_interval_is_1_96_standard_errors() -> None:
    values = np.random.default_rng(0).normal(5.0, 2.0, size=400)

    found = interval(values.mean(), values - values.mean(), kind=NORMAL)

    error = values.std(ddof=1) / 20.0
    assert found.standard_error == pytest.approx(error)
    assert (found.low, found.high) == pytest.approx(
        (values.mean() - 1.96 * error, values.mean() + 1.96 * error), rel=1e-4
    )


def test_the_cautious_interval_holds_skewed_means_that_the_normal_one_misses() -> None:
    assert coverage(NORMAL, 50) < 0.88
    assert coverage(CAUTIOUS, 50) > coverage(NORMAL, 50) + 0.05


def test_the_cautious_interval_is_the_normal_one_for_many_even_values() -> None:
    values = np.random.default_rng(0).normal(size=20_000)

    normal, cautious = (interval(0.0, values - values.mean(), kind=kind) for kind in (NORMAL, CAUTIOUS))

    assert cautious.high - cautious.low == pytest.approx(normal.high - normal.low, rel=0.005)


def test_the_tail_side_is_the_longer_one() -> None:
    values = np.random.default_rng(0).exponential(size=30) ** 2

    found = interval(values.mean(), values - values.mean())

    assert found.high - found.value > 1.2 * (found.value - found.low)


def test_decisions_of_one_unit_count_once() -> None:
    values = np.random.default_rng(0).normal(size=100)
    value = float(values.mean())

    once = interval(value, values - value)
    repeated = interval(value, np.repeat(values, 7) - value, unit=np.repeat(np.arange(100), 7))

    assert repeated.standard_error == pytest.approx(once.standard_error)
    assert (repeated.low, repeated.high) == pytest.approx((once.low, once.high))


def test_an_always_valid_interval_holds_at_every_look() -> None:
    rng = np.random.default_rng(1)
    missed = {NORMAL: 0, ALWAYS_VALID: 0}
    for _ in range(200):
        values = rng.exponential(size=4000) - 1.0
        looks = range(200, 4001, 200)
        for kind in missed:
            found = [interval(float(values[:n].mean()), values[:n] - values[:n].mean(), kind=kind) for n in looks]
            missed[kind] += any(not each.low <= 0.0 <= each.high for each in found)

    assert missed[NORMAL] / 200 > 0.12
    assert missed[ALWAYS_VALID] / 200 < 0.05


@pytest.mark.parametrize("influence", [np.zeros(1), np.zeros(50)])
def test_values_that_are_all_alike_tell_nothing_of_the_next(influence: np.ndarray) -> None:  # type: ignore[type-arg]
    found = interval(0.0, influence)

    assert (found.low, found.high) == (-np.inf, np.inf)
