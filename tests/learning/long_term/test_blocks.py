"""Regression over shared blocks, against what a library finds and what was true."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

from segue.learning.long_term.blocks import Block, Design, fit_blocks

CHANCE = np.random.default_rng(0)
X = CHANCE.normal(size=(4_000, 3))
GROUP = CHANCE.integers(2, size=4_000)
LINE = X @ [0.8, -0.5, 0.0] + GROUP * (X @ [0.0, 0.0, 1.0])
ONES = np.ones(4_000)


def design(*signs: int, precision: float = 2.0) -> Design:
    blocks = tuple(Block(0, (precision,) * 3, sign) for sign in signs)
    return Design((X,), GROUP, blocks, ((0,), tuple(range(len(blocks)))))


def test_shared_and_own_weights_are_those_of_a_ridge_logistic_regression() -> None:
    y = (CHANCE.random(4_000) < 1.0 / (1.0 + np.exp(-LINE))).astype(float)
    both = np.column_stack([X, X * GROUP[:, None]])

    found = fit_blocks(design(0, 0), y, ONES, is_logistic=True)

    expected = LogisticRegression(C=0.5, fit_intercept=False, tol=1e-10, max_iter=1_000).fit(both, y).coef_[0]
    assert np.concatenate(found.weights) == pytest.approx(expected, abs=1e-4)


def test_weights_of_rows_count_as_repetitions() -> None:
    y = (CHANCE.random(4_000) < 0.3).astype(float)
    weight = CHANCE.integers(1, 4, 4_000)
    repeated = np.repeat(np.arange(4_000), weight)
    again = Design((X[repeated],), GROUP[repeated], design(0, 0).blocks, design(0, 0).active)

    once = fit_blocks(design(0, 0), y, weight.astype(float), is_logistic=True)

    assert np.concatenate(once.weights) == pytest.approx(
        np.concatenate(fit_blocks(again, y[repeated], np.ones(len(repeated)), is_logistic=True).weights), abs=1e-6
    )


def test_a_linear_one_is_a_ridge_regression_with_the_outcome_s_variance() -> None:
    y = LINE + CHANCE.normal(size=4_000)
    both = np.column_stack([X, X * GROUP[:, None]])

    found = fit_blocks(design(0, 0), y, ONES, is_logistic=False)

    expected = Ridge(alpha=2.0 * float(y.var()), fit_intercept=False).fit(both, y).coef_
    assert np.concatenate(found.weights) == pytest.approx(expected, abs=1e-6)


def test_a_weight_of_the_wrong_sign_is_none_and_the_others_make_up_for_it() -> None:
    y = (CHANCE.random(4_000) < 1.0 / (1.0 + np.exp(-(X @ [0.8, -0.5, 0.0])))).astype(float)
    only = Design((X[:, [0, 2]],), GROUP * 0, (Block(0, (2.0, 2.0)),), ((0,),))

    found = fit_blocks(Design((X,), GROUP * 0, (Block(0, (2.0,) * 3, 1),), ((0,),)), y, ONES, is_logistic=True)

    assert found.weights[0][1] == 0.0
    assert found.weights[0][0] == pytest.approx(fit_blocks(only, y, ONES, is_logistic=True).weights[0][0], abs=0.02)
    assert (found.weights[0] >= 0.0).all()


def test_variances_tell_how_far_estimates_are_off() -> None:
    errors = []
    for seed in range(60):
        chance = np.random.default_rng(seed)
        x = chance.normal(size=(500, 1))
        y = (chance.random(500) < 1.0 / (1.0 + np.exp(-0.7 * x[:, 0]))).astype(float)
        one = Design((x,), np.zeros(500, dtype=int), (Block(0, (1e-6,)),), ((0,),))
        fitted = fit_blocks(one, y, np.ones(500), is_logistic=True)
        errors.append((fitted.weights[0][0] - 0.7) / np.sqrt(fitted.variances[0][0]))

    assert np.std(errors) == pytest.approx(1.0, abs=0.25)


def test_separated_rows_and_empty_groups_give_finite_weights() -> None:
    x = np.array([[1.0], [2.0], [-1.0], [-2.0]])
    apart = Design((x,), np.zeros(4, dtype=int), (Block(0, (0.01,)), Block(0, (1.0,))), ((0,), (0, 1)))

    found = fit_blocks(apart, np.array([1.0, 1.0, 0.0, 0.0]), np.ones(4), is_logistic=True)

    assert np.isfinite(np.concatenate(found.weights)).all()
    assert found.weights[1].tolist() == [0.0]
