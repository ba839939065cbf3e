"""Probabilities of draws: valid for whatever is believed, larger for the better, and exact."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.decisioning.draws import inverse_gap, ramped, reach, thompson

FINITE = st.floats(-1e6, 1e6, allow_nan=False)
VALUES = st.lists(FINITE | st.sampled_from([0.0, 1.0, 1e-300, 1e300, -1e300]), min_size=1, max_size=12)


def is_valid(probabilities: np.ndarray) -> bool:
    return bool((probabilities >= 0.0).all() and abs(probabilities.sum() - 1.0) < 1e-9)


@settings(deadline=None)
@given(VALUES, st.floats(0, 1e9), st.floats(1e-9, 1e9))
def test_inverse_gap_is_a_distribution_whatever_the_values(values: list[float], gamma: float, scale: float) -> None:
    probabilities = inverse_gap(values, gamma, scale)

    assert is_valid(probabilities)
    assert (probabilities > 0.0).all()


@settings(deadline=None)
@given(VALUES, st.floats(0, 1e6))
def test_inverse_gap_gives_the_better_arm_no_less(values: list[float], gamma: float) -> None:
    probabilities = inverse_gap(values, gamma)

    order = np.argsort(values, kind="stable")
    assert (np.diff(probabilities[order]) >= -1e-12).all() or len(set(values)) < len(values)
    assert probabilities[int(np.argmax(values))] >= probabilities.max() - 1e-12


def test_inverse_gap_is_the_published_formula() -> None:
    assert inverse_gap([1.0, 0.5, 0.0], gamma=10.0, scale=0.5) == pytest.approx(
        [1 - 1 / 13 - 1 / 23, 1 / (3 + 10 * 0.5 / 0.5), 1 / (3 + 10 / 0.5)]
    )
    assert inverse_gap([3.0, 1.0], gamma=0.0) == pytest.approx([0.5, 0.5])
    assert inverse_gap([7.0], gamma=5.0) == pytest.approx([1.0])


def test_inverse_gap_takes_a_scale_for_each_arm() -> None:
    assert inverse_gap([1.0, 0.0, 0.0], gamma=2.0, scale=[1.0, 1.0, 0.5]) == pytest.approx(
        [1 - 1 / 5 - 1 / 7, 1 / 5, 1 / 7]
    )


@settings(deadline=None)
@given(VALUES, st.floats(0, 1e9), st.floats(1e-9, 1e9))
def test_one_scale_is_that_scale_for_each_arm(values: list[float], gamma: float, scale: float) -> None:
    assert (inverse_gap(values, gamma, scale) == inverse_gap(values, gamma, [scale] * len(values))).all()


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(0, 100) | st.just(0.0)), min_size=1, max_size=8))
def test_thompson_is_a_distribution_whatever_the_beliefs(beliefs: list[tuple[float, float]]) -> None:
    assert is_valid(thompson([mean for mean, _ in beliefs], [variance for _, variance in beliefs]))


@settings(deadline=None)
@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(0.01, 4), st.floats(0.01, 4))
def test_thompson_of_two_is_the_closed_form(left: float, right: float, wide: float, narrow: float) -> None:
    from math import erf, sqrt

    expected = 0.5 * (1 + erf((left - right) / sqrt(wide + narrow) / sqrt(2)))

    assert thompson([left, right], [wide, narrow])[0] == pytest.approx(expected, abs=2e-6)


def test_thompson_agrees_with_a_million_draws() -> None:
    means, variances = np.array([0.1, 0.3, 0.0, 0.25, 0.0]), np.array([0.2, 0.001, 0.04, 1e-8, 0.0])
    draws = np.random.default_rng(3).normal(means, np.sqrt(variances), size=(1_000_000, 5))

    shares = np.bincount(draws.argmax(axis=1), minlength=5) / len(draws)

    assert thompson(means, variances) == pytest.approx(shares, abs=0.0025)


def test_thompson_knows_arms_without_variance_exactly() -> None:
    assert thompson([0.0, 1.0, 1.0], [0.0, 0.0, 0.0]).tolist() == [0.0, 1.0, 0.0]
    assert thompson([0.0, 0.0], [1.0, 0.0]) == pytest.approx([0.5, 0.5])
    assert thompson([-100.0, 0.0], [1.0, 0.0]) == pytest.approx([0.0, 1.0])


@st.composite
def drawn(draw: st.DrawFn) -> tuple[list[float], list[float]]:
    weights = draw(st.lists(st.floats(0, 1), min_size=1, max_size=8))
    total = sum(weights)
    shares = [w / total for w in weights] if total > 0 else [1 / len(weights)] * len(weights)
    return shares, draw(st.lists(st.floats(0, 1), min_size=len(weights), max_size=len(weights)))


@settings(deadline=None)
@given(drawn())
def test_ramped_stays_a_distribution_and_keeps_every_limit(case: tuple[list[float], list[float]]) -> None:
    probabilities, limits = case

    limited = ramped(probabilities, limits)

    assert is_valid(limited)
    assert (limited[:-1] <= np.array(limits)[:-1] + 1e-9).all()


def test_ramped_gives_the_excess_to_the_others_in_proportion() -> None:
    assert ramped([0.5, 0.3, 0.2], [0.02, 1.0, 1.0]) == pytest.approx([0.02, 0.588, 0.392])
    assert ramped([0.5, 0.3, 0.2], [0.02, 0.4, 0.0]) == pytest.approx([0.02, 0.4, 0.58])
    assert ramped([1.0, 0.0], [0.02, 0.0]) == pytest.approx([0.02, 0.98])
    assert ramped([0.2, 0.8], [1.0, 0.1]) == pytest.approx([0.2, 0.8])


def test_reach_grows_from_two_percent_to_all() -> None:
    assert reach([0.0, 250.0, 500.0, 1e9]) == pytest.approx([0.02, 0.02**0.5, 1.0, 1.0])
