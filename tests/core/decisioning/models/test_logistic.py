"""Moment matching along one direction, against brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.decisioning.models.logistic import chance, match


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
    found = match(mean, variance, happened)

    centre, spread = by_brute_force(mean, variance, happened)
    assert found.mean == pytest.approx(centre, abs=0.01 * variance**0.5)
    assert variance * (1 - found.share) == pytest.approx(spread, rel=0.03)


@settings(deadline=None)
@given(st.floats(-30, 30), st.floats(1e-6, 400), st.booleans())
def test_the_site_takes_the_belief_before_to_the_belief_after(mean: float, variance: float, happened: bool) -> None:
    found = match(mean, variance, happened)

    precision = 1 / variance + found.site.precision
    assert found.site.precision > 0.0
    assert 1 / precision == pytest.approx(variance * (1 - found.share), rel=1e-6)
    assert (mean / variance + found.site.pull) / precision == pytest.approx(found.mean, rel=1e-6, abs=1e-6)
    assert (found.mean >= mean) == happened or found.mean == pytest.approx(mean)


def test_chances_never_overflow() -> None:
    assert [chance(each) for each in (-1e9, 0.0, 1e9)] == pytest.approx([0.0, 0.5, 1.0])
    assert chance(1.3) + chance(-1.3) == pytest.approx(1.0)
