"""Our quantiles against scipy's, in the middle and far out."""

import math

import pytest
from scipy import stats

from segue.measurement.quantiles import (
    beta_cdf,
    beta_quantile,
    chi_square_cdf,
    chi_square_quantile,
    chi_square_tail,
    log_beta,
    normal_cdf,
    normal_quantile,
    normal_tail,
    student_cdf,
    student_quantile,
    student_tail,
)

PROBABILITIES = (1e-10, 1e-4, 0.005, 0.025, 0.2, 0.4999, 0.5, 0.6, 0.9, 0.975, 0.995, 0.9999)
FREEDOMS = (1, 1.5, 2, 3, 7.3, 29, 100, 1_000, 54_321)


def close(value: float) -> object:
    return pytest.approx(value, rel=1e-8, abs=1e-300)


@pytest.mark.parametrize("z", [-38.0, -8.0, -1.0, 0.0, 0.3, 1.96, 6.0, 30.0])
def test_normal_probabilities_keep_their_digits_in_the_tails(z: float) -> None:
    assert normal_tail(z) == close(stats.norm.sf(z))
    assert normal_cdf(z) == close(stats.norm.cdf(z))


@pytest.mark.parametrize("p", PROBABILITIES)
def test_normal_quantiles(p: float) -> None:
    assert normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("freedom", [*FREEDOMS, 1e6, 1e9])
def test_student_probabilities_and_quantiles(freedom: float) -> None:
    for t in (-40.0, -3.0, -0.01, 0.0, 0.5, 2.0, 5.0, 12.0):
        assert student_tail(t, freedom) == close(stats.t.sf(t, freedom))
        assert student_cdf(t, freedom) == close(stats.t.cdf(t, freedom))
    for p in PROBABILITIES:
        assert student_quantile(p, freedom) == pytest.approx(stats.t.ppf(p, freedom), rel=1e-8, abs=1e-9)


def test_student_with_endless_freedom_is_the_normal() -> None:
    assert student_quantile(0.9, math.inf) == normal_quantile(0.9)
    assert student_tail(1.5, math.inf) == normal_tail(1.5)


@pytest.mark.parametrize("freedom", FREEDOMS)
def test_chi_square_probabilities_and_quantiles(freedom: float) -> None:
    spread = math.sqrt(2.0 * freedom)
    for x in (0.01 * freedom, 0.5 * freedom, freedom, freedom + spread, freedom + 6 * spread):
        assert chi_square_tail(x, freedom) == close(stats.chi2.sf(x, freedom))
        assert chi_square_cdf(x, freedom) == close(stats.chi2.cdf(x, freedom))
    for p in PROBABILITIES:
        assert chi_square_quantile(p, freedom) == close(stats.chi2.ppf(p, freedom))
    assert (chi_square_tail(0.0, freedom), chi_square_cdf(-1.0, freedom)) == (1.0, 0.0)


@pytest.mark.parametrize(("a", "b"), [(0.5, 0.5), (1, 1), (3, 97), (101, 9_900), (400_000, 12), (5e5, 5e5)])
def test_beta_probabilities_and_quantiles(a: float, b: float) -> None:
    for p in (1e-6, 0.025, 0.5, 0.975):
        x = float(stats.beta.ppf(p, a, b))
        assert beta_quantile(p, a, b) == close(x)
        assert beta_cdf(x, a, b) == close(stats.beta.cdf(x, a, b))
    assert (beta_cdf(-0.1, a, b), beta_cdf(1.0, a, b)) == (0.0, 1.0)


def test_log_beta_of_large_parameters_loses_no_digits() -> None:
    exact = math.lgamma(0.5) - 0.5 * math.log(4e8) - math.log1p(-1 / (8 * 4e8))
    assert log_beta(4e8, 0.5) == pytest.approx(exact, rel=1e-13)
    assert log_beta(2, 3) == pytest.approx(math.log(1 / 12), rel=1e-13)


def test_a_quantile_of_no_probability_is_a_mistake() -> None:
    for p in (0.0, 1.0, -0.5, 2.0):
        with pytest.raises(AssertionError, match="between 0 and 1"):
            normal_quantile(p)
