"""Calibration: isotonic regression as scikit-learn's, honest across folds, and following a world that drifts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from segue.learning.calibration import calibrated, calibrated_across, follow, isotonic
from segue.learning.folds import spread
from segue.learning.scoring import calibration_error, calibration_noise


@given(st.integers(0, 1000), st.integers(2, 120), st.integers(1, 6), st.booleans())
def test_isotonic_regression_is_that_of_scikit_learn(seed: int, rows: int, digits: int, weighted: bool) -> None:
    chance = np.random.default_rng(seed)
    raw = chance.random(rows).round(digits)
    outcomes = (chance.random(rows) < raw).astype(float)
    weights = chance.uniform(0.5, 3.0, rows) if weighted else None
    anywhere = np.linspace(-0.1, 1.1, 50)
    expected = IsotonicRegression(out_of_bounds="clip").fit(raw, outcomes, sample_weight=weights).predict(anywhere)

    assert calibrated(anywhere, isotonic(raw, outcomes, weights)) == pytest.approx(expected, abs=1e-9)


def test_no_calibration_changes_nothing() -> None:
    from segue.model.snapshots import Calibration

    assert calibrated(np.array([0.3]), Calibration()).tolist() == [0.3]


def test_across_folds_no_outcome_calibrates_its_own_row() -> None:
    raw, outcomes = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.0, 1.0, 0.0, 1.0])
    fold = np.array([0, 0, 1, 1])

    before = calibrated_across(raw, outcomes, fold)
    after = calibrated_across(raw, np.array([1.0, 0.0, 0.0, 1.0]), fold)

    assert before[:2].tolist() == after[:2].tolist()


def test_calibration_mends_a_model_that_exaggerates() -> None:
    chance = np.random.default_rng(5)
    truth = chance.beta(2, 8, 20_000)
    outcomes = (chance.random(20_000) < truth).astype(float)
    raw = truth**2

    honest = calibrated_across(raw, outcomes, spread(20_000, 5))

    assert calibration_error(raw, outcomes) > 0.1
    assert calibration_error(honest, outcomes) < 2 * calibration_noise(honest)


def drift(rows: int = 6000) -> tuple[np.ndarray, np.ndarray]:
    """What a model says that knows the spread but not that the rate climbs from 5 % to 30 %, and what came."""
    chance = np.random.default_rng(6)
    spread_of, level = chance.normal(size=rows), np.linspace(-3.0, -0.9, rows)
    logistic = lambda total: 1.0 / (1.0 + np.exp(-total))  # noqa: E731
    return logistic(-3.0 + spread_of), (chance.random(rows) < logistic(level + spread_of)).astype(float)


def test_following_keeps_calibrated_while_the_rate_drifts() -> None:
    raw, outcomes = drift()

    assert calibration_error(raw, outcomes) > 0.08
    assert calibration_error(follow(raw, outcomes), outcomes) < 0.02


@pytest.mark.parametrize("block", [1, 50, 700])
def test_no_outcome_corrects_its_own_block_or_an_earlier_one(block: int) -> None:
    raw, outcomes = drift(1400)
    changed = outcomes.copy()
    changed[700:] = 1.0 - changed[700:]

    before, after = follow(raw, outcomes, block=block), follow(raw, changed, block=block)

    assert before[:700].tolist() == after[:700].tolist()
    assert before[-1] != after[-1] or block == 700


def test_following_survives_large_blocks_and_rare_outcomes() -> None:
    raw, outcomes = drift(3000)
    followed = follow(raw, np.where(outcomes > 0, 0.0, 0.0), block=1000, half_life=50)

    assert np.isfinite(followed).all()
    assert followed[-1] < raw[-1]
