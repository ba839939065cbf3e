"""Ridge regression: as scikit-learn's at the penalty that it chose; sums of models are models."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from segue.core.decisioning.models.estimators import evaluate_many
from segue.learning.linear import _STRENGTHS, combined_linear, ridge

NAMES = ("a", "b", "c")


def rows(count: int, noise: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Inputs on very different scales, and 3 a / 10 + c + 5 with noise."""
    chance = np.random.default_rng(seed)
    x = chance.normal(size=(count, 3)) * (10.0, 1.0, 0.1) + (100.0, 0.0, 0.0)
    return x, 0.3 * x[:, 0] + x[:, 2] + 5.0 + noise * chance.normal(size=count)


@pytest.mark.parametrize("weighted", [False, True])
def test_a_ridge_regression_is_scikit_learns_at_one_of_the_penalties(weighted: bool) -> None:
    x, target = rows(300, 2.0)
    weights = np.random.default_rng(2).uniform(0.5, 2.0, 300) if weighted else np.ones(300)
    mean = np.average(x, axis=0, weights=weights)
    standard = (x - mean) / np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weights))
    theirs = [Ridge(alpha).fit(standard, target, sample_weight=weights).predict(standard) for alpha in _STRENGTHS]

    ours = evaluate_many(ridge(x, NAMES, target, weights=weights), NAMES, x)

    assert min(float(np.abs(ours - each).max()) for each in theirs) < 1e-8


def test_what_is_certain_is_learnt_and_what_is_noise_is_not() -> None:
    x, target = rows(2000, 0.01)
    certain = ridge(x, NAMES, target)
    noise = ridge(x, NAMES, np.random.default_rng(3).normal(size=2000))

    assert np.array(certain.weights) == pytest.approx([3.0, 0.0, 0.1], abs=0.01)
    assert np.abs(noise.weights).max() < 0.02


def test_missing_and_constant_inputs_do_no_harm() -> None:
    x, target = rows(500, 0.1)
    x[::3, 1] = np.nan
    x[:, 2] = 7.0

    model = ridge(x, NAMES, target)

    assert np.isfinite(evaluate_many(model, NAMES, x)).all()
    assert model.weights[2] == 0.0
    assert np.isfinite(ridge(np.full((500, 3), np.nan), NAMES, target).intercept)


def test_a_weighted_sum_of_linear_models_is_a_linear_model() -> None:
    x, target = rows(200, 1.0)
    other_x, other_target = rows(200, 1.0, seed=9)
    one, other = ridge(x, NAMES, target), ridge(other_x * 3.0, NAMES, other_target)

    both = combined_linear([(2.0, one), (-0.5, other)])

    expected = 2.0 * evaluate_many(one, NAMES, x) - 0.5 * evaluate_many(other, NAMES, x)
    assert evaluate_many(both, NAMES, x) == pytest.approx(expected)
