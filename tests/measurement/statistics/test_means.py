"""Means, beside what can be computed by hand and by simulation."""

from math import inf, sqrt

import numpy as np
import pytest

from segue.measurement.statistics.means import compare, normal_reach
from segue.measurement.statistics.moments import mean_sample, moments_of, plain_sample


def test_welch_by_hand() -> None:
    # Two samples of 4: means 3 and 5, variances 2 and 6. Error sqrt(2), freedom 4 / (0.25 / 3 + 2.25 / 3) = 4.8.
    effect = compare(plain_sample(4, 3.0, 2.0), plain_sample(4, 5.0, 6.0))

    assert effect.difference.value == 2.0
    assert effect.standard_error == pytest.approx(sqrt(2.0))
    assert effect.difference.high - 2.0 == pytest.approx(2.6025 * sqrt(2.0), rel=1e-3)
    assert effect.p == pytest.approx(0.2186, abs=2e-3)
    assert compare(plain_sample(4, 2.0, 2.0), plain_sample(4, 5.0, 6.0)).lift is None


def test_large_samples_reach_as_far_as_the_normal() -> None:
    effect = compare(plain_sample(100_000, 1.0, 4.0), plain_sample(100_000, 1.1, 4.0))

    reach = (effect.difference.high - effect.difference.value) / effect.standard_error
    assert reach == pytest.approx(normal_reach(0.95), rel=1e-4)
    assert effect.lift is not None
    assert effect.lift.value == pytest.approx(0.1)
    assert effect.lift.high - effect.lift.low == pytest.approx(
        2.0 * reach * sqrt(4.0 / 100_000 * (1.0 + 1.1**2)), rel=1e-9
    )


def test_without_spread_nothing_is_known() -> None:
    effect = compare(plain_sample(10, 1.0, 0.0), plain_sample(10, 2.0, 0.0))

    assert (effect.difference.low, effect.difference.high, effect.p) == (-inf, inf, 1.0)


def test_p_and_interval_agree() -> None:
    for planned in (0, 1000):
        for arm in np.linspace(0.9, 1.5, 60):
            effect = compare(plain_sample(300, 1.0, 2.0), plain_sample(500, float(arm), 2.0), planned=planned)
            assert (effect.p < 0.05) == effect.difference.is_clear


@pytest.mark.parametrize("control", [30, 300])
def test_intervals_hold_the_truth_95_times_in_100(control: int) -> None:
    rng = np.random.default_rng(control)
    differences, lifts = [], []
    for _ in range(2000):
        values = [rng.normal(5.0, 1.0, (control, 1)), rng.normal(5.5, 3.0, (4 * control, 1))]
        effect = compare(*(mean_sample(moments_of(each)) for each in values))
        differences.append(effect.difference.low <= 0.5 <= effect.difference.high)
        assert effect.lift is not None
        lifts.append(effect.lift.low <= 0.1 <= effect.lift.high)

    assert 0.94 <= np.mean(differences) <= 0.96
    assert 0.935 <= np.mean(lifts) <= 0.965


def test_amounts_in_uneven_arms_have_the_farther_ends() -> None:
    # Skewness of the difference -100 / 100^2 / 0.35^3 = -0.2332; with t = 1.98 the lower end moves by 0.344 errors.
    control, arm = plain_sample(100, 1.0, 9.0, 100.0), plain_sample(900, 1.5, 29.25)

    plain = compare(plain_sample(100, 1.0, 9.0), arm)
    found = compare(control, arm)
    mirrored = compare(plain_sample(100, -1.0, 9.0, -100.0), plain_sample(900, -1.5, 29.25))

    assert found.formula == "uneven-amounts"
    assert found.difference.high == plain.difference.high
    reach = (plain.difference.high - 0.5) / plain.standard_error
    skewness = -(100.0 / 100**2) / plain.standard_error**3
    moved = (plain.difference.low - found.difference.low) / plain.standard_error
    assert moved == pytest.approx(-skewness * (2 * reach**2 + 1) / 6)
    assert found.p > plain.p
    assert mirrored.difference.high == pytest.approx(-found.difference.low)
    assert mirrored.p == pytest.approx(found.p)


def test_intervals_of_a_small_holdout_s_revenue_hold_nearly_as_often_as_they_say() -> None:
    """10 % control with about 150 buyers, lognormal amounts; Welch's interval alone is too short on one side."""
    rng = np.random.default_rng(31)
    held: dict[str, list[bool]] = {"ours": [], "Welch": []}
    truth = 0.03 * 0.2 * np.exp(3.5)
    for _ in range(1500):
        samples = []
        for count, rate in ((5000, 0.03), (45_000, 0.036)):
            amounts = rng.lognormal(3.0, 1.0, rng.binomial(count, rate))
            mean = amounts.sum() / count
            variance = (np.square(amounts).sum() - count * mean**2) / (count - 1)
            third = (((amounts - mean) ** 3).sum() - (count - len(amounts)) * mean**3) / count
            samples.append(plain_sample(count, mean, variance, third))
        for name, pair in (("ours", samples), ("Welch", [plain_sample(s.count, s.mean, s.variance) for s in samples])):
            around = compare(*pair).difference
            held[name].append(around.low <= truth <= around.high)

    assert np.mean(held["Welch"]) < 0.94
    assert np.mean(held["ours"]) > np.mean(held["Welch"]) + 0.01
    assert 0.94 <= np.mean(held["ours"]) <= 0.97


def test_even_arms_keep_welch_s_interval() -> None:
    found = compare(plain_sample(100, 1.0, 9.0, 100.0), plain_sample(190, 1.5, 9.0, 500.0))

    assert found.formula == "difference-of-means"
    assert found.difference.high - 0.5 == pytest.approx(0.5 - found.difference.low)


def test_p_and_the_interval_agree_about_amounts_too() -> None:
    for third in (-900.0, -50.0, 50.0, 900.0):
        for mean in np.linspace(0.0, 2.5, 60):
            effect = compare(plain_sample(100, 1.0, 9.0, third), plain_sample(900, float(mean), 9.0))
            assert (effect.p < 0.05) == effect.difference.is_clear


def test_the_order_of_customers_does_not_matter() -> None:
    rng = np.random.default_rng(9)
    control, arm = rng.lognormal(size=(2, 500, 1))

    found = compare(mean_sample(moments_of(control)), mean_sample(moments_of(arm)))
    again = compare(mean_sample(moments_of(rng.permutation(control))), mean_sample(moments_of(rng.permutation(arm))))

    assert again.difference.low == pytest.approx(found.difference.low, rel=1e-10)
    assert again.p == pytest.approx(found.p, rel=1e-9)
