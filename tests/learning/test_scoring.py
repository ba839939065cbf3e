"""Scores against scikit-learn, counting by hand, and simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.metrics import log_loss as sklearn_log_loss

from segue.learning.scoring import (
    Bin,
    auc,
    calibration_error,
    calibration_noise,
    log_loss,
    reliability,
    score,
)


@given(st.integers(0, 1000), st.integers(20, 200), st.integers(1, 3))
def test_scores_are_those_of_scikit_learn(seed: int, rows: int, digits: int) -> None:
    chance = np.random.default_rng(seed)
    predicted = chance.random(rows).round(digits)  # with ties
    outcomes = np.r_[0.0, 1.0, (chance.random(rows - 2) < predicted[2:]).astype(float)]

    scores = score(predicted, outcomes)

    assert scores.auc.value == pytest.approx(roc_auc_score(outcomes, predicted))
    assert scores.brier.value == pytest.approx(brier_score_loss(outcomes, predicted))
    assert log_loss(predicted, outcomes) == pytest.approx(sklearn_log_loss(outcomes, predicted.clip(1e-6, 1 - 1e-6)))


def test_the_interval_of_the_auc_covers_the_truth_as_often_as_it_says() -> None:
    chance = np.random.default_rng(1)
    truth = 0.760250  # of normal(1, 1) over normal(0, 1): Phi(1 / sqrt(2))
    covered = 0
    for _ in range(400):
        outcomes = np.r_[np.ones(60), np.zeros(140)]
        interval = auc(chance.normal(outcomes, 1.0), outcomes)
        covered += interval.low <= truth <= interval.high

    assert 0.92 <= covered / 400 <= 0.98


def test_an_auc_of_one_outcome_only_says_nothing() -> None:
    assert str(auc(np.array([0.1, 0.9]), np.ones(2))) == "0.5000 [0.0000, 1.0000]"


def test_the_calibration_error_is_the_mean_distance_of_bins_of_equally_many_rows() -> None:
    predicted = np.array([0.1, 0.1, 0.4, 0.6])
    outcomes = np.array([0.0, 0.0, 1.0, 1.0])

    assert reliability(predicted, outcomes, bins=2) == (Bin(2, 0.1, 0.0), Bin(2, 0.5, 1.0))
    assert calibration_error(predicted, outcomes, bins=2) == pytest.approx(0.3)


def test_a_perfect_model_shows_the_calibration_noise() -> None:
    chance = np.random.default_rng(2)
    predicted = chance.beta(2, 5, 4000)
    errors = [calibration_error(predicted, (chance.random(4000) < predicted).astype(float)) for _ in range(200)]

    assert calibration_noise(predicted) == pytest.approx(np.mean(errors), rel=0.1)


def test_a_model_that_says_twice_the_truth_shows_more_than_noise() -> None:
    chance = np.random.default_rng(3)
    truth = chance.beta(2, 20, 4000)
    scores = score(2 * truth, (chance.random(4000) < truth).astype(float))

    assert scores.calibration_error > 5 * scores.calibration_noise
    assert scores.skill < 0.0
