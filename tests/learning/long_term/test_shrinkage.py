"""How tightly weights are held is learnt from them: junk hard, what the rows speak for hardly at all."""

import numpy as np
import pytest

from segue.learning.long_term.blocks import NO_FAMILY, Block, Design, Floats, fit_blocks
from segue.learning.long_term.shrinkage import Shrinkage

WEIGHTS = np.array([1.5, -1.0, *[0.0] * 28])


def settled(weights: Floats, variance: float, told: float = 0.25) -> Floats:
    """Return the precisions at which `Shrinkage` comes to rest where estimates do not move."""
    shrinkage = Shrinkage(np.zeros(len(weights), dtype=int), np.full(len(weights), told))
    for _ in range(500):
        precision = shrinkage.learn(weights**2 + variance)
    return precision


def test_weights_near_nothing_are_held_hard_and_large_ones_among_them_are_not() -> None:
    precision = settled(np.array([1.0, *[0.02] * 20]), variance=1e-4)

    assert precision[1:].min() > 100.0
    assert precision[0] < 3.0


def test_a_family_of_large_weights_is_held_loosely_whatever_was_told() -> None:
    precision = settled(np.array([2.0, -3.0, 2.5, -1.5, 2.0, -2.0]), variance=0.01, told=0.01)

    assert precision.max() < 1.0


def test_families_learn_apart_and_one_without_weights_does_no_harm() -> None:
    shrinkage = Shrinkage(np.array([0, 0, 2, 2]), np.full(4, 0.25))
    for _ in range(100):
        precision = shrinkage.learn(np.array([4.0, 4.0, 1e-4, 1e-4]))

    assert np.isfinite(precision).all()
    assert precision[0] < 1.0 < 100.0 < precision[2]


def outcome_of(seed: int, rows: int = 1_500) -> tuple[Floats, Floats]:
    chance = np.random.default_rng(seed)
    x = chance.normal(size=(rows, len(WEIGHTS)))
    return x, (chance.random(rows) < 1.0 / (1.0 + np.exp(2.0 - x @ WEIGHTS))).astype(float)


def estimate(x: Floats, y: Floats, families: tuple[int, ...]) -> Floats:
    columns = np.column_stack([np.ones(len(x)), x])
    precision = (0.01, *(1.0,) * x.shape[1])
    one = Design((columns,), np.zeros(len(x), dtype=int), (Block(0, precision, families=families),), ((0,),))
    return fit_blocks(one, y, np.ones(len(x)), is_logistic=True).weights[0][1:]


def test_a_regression_with_much_junk_comes_closer_to_the_truth_than_with_a_precision_that_was_told() -> None:
    learnt = (NO_FAMILY, *(0,) * len(WEIGHTS))
    errors = []
    for seed in range(8):
        x, y = outcome_of(seed)
        errors.append([np.square(estimate(x, y, families) - WEIGHTS).sum() for families in ((), learnt)])

    told, own = np.mean(errors, axis=0)
    assert own < 0.5 * told


def test_columns_of_no_family_are_held_as_told() -> None:
    x, y = outcome_of(1)

    assert estimate(x, y, (NO_FAMILY,) * 31) == pytest.approx(estimate(x, y, ()), abs=1e-12)
