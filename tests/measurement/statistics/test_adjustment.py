"""Adjustment takes noise away and moves nothing."""

import numpy as np
import pytest

from segue.measurement.statistics.adjustment import cuped, pooled_slope, post_stratify, usable_strata
from segue.measurement.statistics.means import compare
from segue.measurement.statistics.moments import Moments, Sample, mean_sample, merged, moments_of, ratio_sample

EFFECT = 0.3


def arms(seed: int, count: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Control and arm: outcome, and what was known before, with which the outcome goes."""
    rng = np.random.default_rng(seed)
    before = rng.normal(5.0, 2.0, 2 * count)
    outcome = before + rng.normal(0.0, 1.0, 2 * count)
    values = np.column_stack([outcome, before])
    values[count:, 0] += EFFECT
    return values[:count], values[count:]


def adjusted(values: tuple[np.ndarray, ...]) -> tuple[Sample, ...]:
    return cuped([mean_sample(moments_of(each)) for each in values])


def test_cuped_is_right_on_average_and_scatters_less() -> None:
    plain, found, held = [], [], []
    for seed in range(400):
        both = arms(seed)
        plain.append(both[1][:, 0].mean() - both[0][:, 0].mean())
        effect = compare(*adjusted(both)).difference
        found.append(effect.value)
        held.append(effect.low <= EFFECT <= effect.high)

    assert abs(np.mean(found) - EFFECT) < 3.0 * np.std(found) / np.sqrt(400)
    assert np.std(found) < 0.55 * np.std(plain)
    assert 0.92 <= np.mean(held) <= 0.98


def test_cuped_is_the_regression_on_the_covariate() -> None:
    control, arm = arms(7)
    within = [values - values.mean(axis=0) for values in (control, arm)]
    outcome, before = np.concatenate(within).T
    slope = (outcome @ before) / (before @ before)

    samples = [mean_sample(moments_of(each)) for each in (control, arm)]
    found = cuped(samples)

    assert pooled_slope(samples) == pytest.approx([slope])
    expected = raw_difference(control, arm) - slope * (arm[:, 1].mean() - control[:, 1].mean())
    assert found[1].mean - found[0].mean == pytest.approx(expected)
    corrected = control[:, 0] - slope * control[:, 1]
    assert found[0].variance == pytest.approx(corrected.var(ddof=1))


def raw_difference(control: np.ndarray, arm: np.ndarray) -> float:
    return float(arm[:, 0].mean() - control[:, 0].mean())


def test_a_covariate_that_says_nothing_changes_nearly_nothing() -> None:
    rng = np.random.default_rng(3)
    samples = [mean_sample(moments_of(rng.normal(size=(5000, 2)))) for _ in range(2)]

    for before, after in zip(samples, cuped(samples), strict=True):
        assert after.variance == pytest.approx(before.variance, rel=0.01)
        assert after.mean == pytest.approx(before.mean, abs=0.01)


def test_a_constant_and_a_doubled_covariate_do_no_harm() -> None:
    control, arm = arms(2)
    wide = [np.column_stack([each, each[:, 1], np.ones(len(each))]) for each in (control, arm)]

    found, expected = adjusted(tuple(wide)), adjusted((control, arm))

    assert found[1].mean - found[0].mean == pytest.approx(expected[1].mean - expected[0].mean)
    assert found[0].variance == pytest.approx(expected[0].variance)


def test_ratios_are_adjusted_too() -> None:
    rng = np.random.default_rng(5)
    samples = []
    for _ in range(2):
        habit = rng.lognormal(2.0, 0.5, 3000)
        orders = rng.poisson(3.0, 3000) + 1.0
        samples.append(ratio_sample(moments_of(np.column_stack([habit * orders, orders, habit]))))

    found = cuped(samples)

    assert found[0].variance < 0.3 * samples[0].variance


def test_strata_count_with_their_share_of_everybody() -> None:
    rng = np.random.default_rng(6)
    strata = [[mean_sample(moments_of(rng.normal(mean, 1.0, (count, 1)))) for count in (40, 160)] for mean in (0, 9)]

    control, arm = post_stratify(strata)

    assert control.mean == pytest.approx((strata[0][0].mean + strata[1][0].mean) / 2)
    assert control.squared_error == pytest.approx((strata[0][0].squared_error + strata[1][0].squared_error) / 4)
    assert (control.count, arm.count) == (80, 320)


def test_strata_that_lack_an_arm_go_together() -> None:
    rng = np.random.default_rng(8)

    def some(count: int) -> Moments | None:
        return moments_of(rng.normal(size=(count, 1))) if count else None

    kept = usable_strata([(some(10), some(10)), (some(3), None), (None, some(4))])
    one = usable_strata([(some(10), some(10)), (some(3), None)])

    assert [[each.count for each in stratum] for stratum in kept] == [[10, 10], [3, 4]]
    assert [[each.count for each in stratum] for stratum in one] == [[13, 10]]
    assert merged(one[0]).count == 23
