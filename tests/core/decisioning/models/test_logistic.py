"""Moment matching along one direction, against brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.decisioning.models.logistic import added, chance, match


def by_brute_force(mean: float, variance: float, happened: bool) -> tuple[float, float]:
    at = np.linspace(mean - 12 * variance**0.5, mean + 12 * variance**0.5, 200_001)
    density = np.exp(-0.5 * (at - mean) ** 2 / variance) / (1 + np.exp(-at if happened else at))
    density /= density.sum()
    centre = float(density @ at)
    return centre, float(density @ (at - centre) ** 2)


@pytest.mark.parametrize("mean", [-6.0, -1.0, 0.0, 3.0])
@pytest.mark.parametrize("variance", [0.01, 1.0, 9.0])
@pytest.mark.parametrize("happened", [True, False])
def test_mean_and_variance_after_a_bit_are_exact(mean: float, variance: float, happened: bool) -> None:
    after, narrowing = added(mean, variance, match(mean, variance, happened), 1.0)

    centre, spread = by_brute_force(mean, variance, happened)
    assert after == pytest.approx(centre, abs=0.01 * variance**0.5)
    assert variance - narrowing * variance**2 == pytest.approx(spread, rel=0.03)


@settings(deadline=None)
@given(st.floats(-30, 30), st.floats(1e-6, 400), st.booleans())
def test_a_bit_moves_the_belief_its_way_and_narrows_it(mean: float, variance: float, happened: bool) -> None:
    site = match(mean, variance, happened)
    after, narrowing = added(mean, variance, site, 1.0)

    assert site.precision > 0.0
    assert 0.0 < narrowing * variance <= 1.0
    assert (after >= mean) == happened or after == pytest.approx(mean)


def test_chances_never_overflow() -> None:
    assert [chance(each) for each in (-1e9, 0.0, 1e9)] == pytest.approx([0.0, 0.5, 1.0])
    assert chance(1.3) + chance(-1.3) == pytest.approx(1.0)
