"""Adjusted p-values: by hand, and what they promise."""

import numpy as np
import pytest

from segue.measurement.statistics.multiple import benjamini_hochberg, holm

P = (0.01, 0.04, 0.03, 0.005)


def test_by_hand() -> None:
    assert holm(P) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert benjamini_hochberg(P) == pytest.approx((0.02, 0.04, 0.04, 0.02))
    assert holm(()) == benjamini_hochberg(()) == ()
    assert holm((0.6, 0.7)) == (1.0, 1.0)


def test_order_does_not_matter() -> None:
    for adjust in (holm, benjamini_hochberg):
        assert adjust(P[::-1]) == adjust(P)[::-1]


def test_holm_finds_something_in_nothing_one_time_in_twenty() -> None:
    draws = np.random.default_rng(1).random((4000, 6))

    assert np.mean([min(holm(list(row))) < 0.05 for row in draws]) == pytest.approx(0.05, abs=0.012)


def test_of_what_benjamini_hochberg_finds_one_in_twenty_is_nothing() -> None:
    rng = np.random.default_rng(2)
    shares = []
    for _ in range(1000):
        real = rng.random(10) * 1e-4
        found = np.array(benjamini_hochberg([*real, *rng.random(10)])) < 0.05
        shares.append(found[10:].sum() / max(found.sum(), 1))

    assert np.mean(shares) <= 0.05
