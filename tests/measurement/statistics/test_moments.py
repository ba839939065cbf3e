"""Moments of parts are those of the whole, and a ratio is a mean of its linear parts."""

import numpy as np
import pytest

from segue.measurement.statistics.moments import mean_sample, merged, moments_of, moments_of_sums, ratio_sample


def drawn(count: int = 500, columns: int = 3, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).lognormal(1.0, 0.7, (count, columns))


def test_moments_of_shifted_sums_are_those_of_the_values() -> None:
    values = drawn() + 1e9
    away = values - values[0]

    found = moments_of_sums(len(values), values[0], away.sum(axis=0), away.T @ away, float((away[:, 0] ** 3).sum()))

    expected = moments_of(values)
    assert found.mean == pytest.approx(expected.mean, rel=1e-15)
    assert found.covariance == pytest.approx(expected.covariance, rel=1e-9)
    assert found.third == pytest.approx(expected.third, rel=1e-6)


def test_parts_merge_into_the_whole_in_any_order() -> None:
    values = drawn(1000)
    parts = [moments_of(part) for part in np.split(values, [100, 103, 640])]

    whole = moments_of(values)

    for some in (parts, parts[::-1], [merged(parts[:2]), merged(parts[2:])]):
        found = merged(some)
        assert found.count == 1000
        assert found.mean == pytest.approx(whole.mean, rel=1e-12)
        assert found.covariance == pytest.approx(whole.covariance, rel=1e-10)
        assert found.third == pytest.approx(whole.third, rel=1e-10)


def test_a_mean_keeps_its_covariates_beside_it() -> None:
    values = drawn()

    sample = mean_sample(moments_of(values))

    assert sample.mean == pytest.approx(values[:, 0].mean())
    assert sample.variance == pytest.approx(values[:, 0].var(ddof=1))
    assert sample.beside == pytest.approx(values[:, 1:].mean(axis=0))
    assert sample.shared[1] == pytest.approx(np.cov(values[:, 0], values[:, 2])[0, 1])


def test_a_ratio_has_the_variance_of_its_linear_part() -> None:
    values = drawn()
    over, under, beside = values.T
    ratio = over.mean() / under.mean()
    linear = (over - ratio * under) / under.mean()

    sample = ratio_sample(moments_of(values))

    assert sample.mean == pytest.approx(ratio)
    assert sample.variance == pytest.approx(linear.var(ddof=1))
    assert sample.shared[0] == pytest.approx(np.cov(linear, beside)[0, 1])


def test_the_delta_method_tells_how_ratios_scatter() -> None:
    rng = np.random.default_rng(4)
    under = rng.poisson(3.0, (4000, 200)) + 1.0
    over = under * rng.lognormal(1.0, 0.5, under.shape)
    ratios = over.mean(axis=1) / under.mean(axis=1)

    sample = ratio_sample(moments_of(np.column_stack([over[0], under[0]])))

    assert np.sqrt(sample.squared_error) == pytest.approx(ratios.std(), rel=0.25)


def test_a_mean_of_nothing_but_zeros_is_zero_whatever_was_taken_off() -> None:
    shift, count = np.array([0.1]), 37
    away = np.full(count, 0.0 - shift[0])
    found = moments_of_sums(count, shift, np.array([away.sum()]), np.array([[away @ away]]))

    assert shift[0] + away.sum() / count != 0.0, "rounding leaves something"
    assert found.mean[0] == 0.0
