"""Estimators: the same numbers for one row as for many, and as the library that trained them."""

from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.decisioning.models.estimators import evaluate, evaluate_many
from segue.model.snapshots import Calibration, Linear, Trees

AGE = Linear(("age",), 1.0, (2.0,), (40.0,), (10.0,))


def stump(threshold: float = 2.0, *, missing_left: bool = True, link: str = "identity", base: float = 0.0) -> Trees:
    """A tree over "x" and "y": -1 where y is not above the threshold, else 1."""
    return Trees(
        inputs=("x", "y"),
        roots=np.array([0], "<i4").tobytes(),
        feature=np.array([1, 0, 0], "<i4").tobytes(),
        threshold=np.array([threshold, 0, 0], "<f8").tobytes(),
        left=np.array([1, -1, -1], "<i4").tobytes(),
        right=np.array([2, -1, -1], "<i4").tobytes(),
        missing_left=np.array([missing_left, 0, 0], "u1").tobytes(),
        value=np.array([0, -1, 1], "<f8").tobytes(),
        base=base,
        link=link,
    )


def random_trees(seed: int, *, count: int, depth: int, inputs: int) -> Trees:
    """Trees that split at random, some of them mere leaves."""
    chance = np.random.default_rng(seed)
    rows: list[list[float]] = []

    def grow(level: int) -> int:
        place = len(rows)
        rows.append([0, 0, -1, -1, 0, chance.normal()])
        if level < depth and chance.random() < 0.8:
            rows[place][:2] = [int(chance.integers(inputs)), chance.normal()]
            rows[place][4] = int(chance.integers(2))
            rows[place][2], rows[place][3] = grow(level + 1), grow(level + 1)
        return place

    roots = [grow(0) for _ in range(count)]
    columns = np.array(rows).T
    kinds = ("<i4", "<f8", "<i4", "<i4", "u1", "<f8")
    packed = [column.astype(kind).tobytes() for column, kind in zip(columns, kinds, strict=True)]
    names = tuple(f"x{index}" for index in range(inputs))
    return Trees(names, np.array(roots, "<i4").tobytes(), *packed, base=0.25)


def test_a_linear_estimator_weighs_standardised_inputs() -> None:
    assert evaluate(AGE, ("height", "age"), (1.8, 50.0)) == 3.0


def test_a_missing_value_counts_as_the_mean_of_a_linear_estimator() -> None:
    assert evaluate(AGE, ("age",), (nan,)) == evaluate(AGE, ("height",), (1.8,)) == 1.0


def test_a_value_at_the_threshold_goes_left() -> None:
    assert [evaluate(stump(), ("x", "y"), (9.0, y)) for y in (1.0, 2.0, 2.5)] == [-1.0, -1.0, 1.0]


@pytest.mark.parametrize(("missing_left", "expected"), [(True, -1.0), (False, 1.0)])
def test_a_missing_value_goes_where_training_sent_it(missing_left: bool, expected: float) -> None:
    trees = stump(missing_left=missing_left)

    assert evaluate(trees, ("x", "y"), (0.0, nan)) == expected
    assert evaluate(trees, ("x",), (0.0,)) == expected
    assert evaluate_many(trees, ("x",), np.zeros((2, 1))).tolist() == [expected, expected]


def test_a_logit_gives_probabilities_and_does_not_overflow() -> None:
    assert evaluate(stump(link="logit", base=1.0), ("x", "y"), (0.0, 0.0)) == 0.5
    assert evaluate(stump(link="logit", base=-5000.0), ("x", "y"), (0.0, 0.0)) == 0.0


def test_a_calibration_is_straight_between_knots_and_flat_outside() -> None:
    bent = Linear(("p",), 0.0, (1.0,), (0.0,), (1.0,), calibration=Calibration((0.2, 0.4), (0.1, 0.5)))

    assert evaluate_many(bent, ("p",), np.array([[0.0], [0.3], [0.9]])).tolist() == pytest.approx([0.1, 0.3, 0.5])


def test_no_rows_give_no_estimates() -> None:
    assert evaluate_many(stump(), ("x", "y"), np.empty((0, 2))).shape == (0,)
    assert evaluate_many(AGE, ("age",), np.empty((0, 1))).shape == (0,)


@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(0, 8), st.floats(0, 0.5))
def test_one_row_gives_the_same_number_as_many(seed: int, count: int, depth: int, missing: float) -> None:
    trees = random_trees(seed, count=count, depth=depth, inputs=5)
    chance = np.random.default_rng(seed)
    matrix = chance.normal(size=(9, 4))  # the fifth input is absent
    matrix[chance.random(matrix.shape) < missing] = nan
    names = ("x3", "x1", "x0", "x2")

    assert [evaluate(trees, names, row) for row in matrix] == evaluate_many(trees, names, matrix).tolist()


@given(st.integers(0, 10_000), st.integers(1, 40))
def test_one_row_of_a_linear_estimator_gives_the_same_number_as_many(seed: int, inputs: int) -> None:
    chance = np.random.default_rng(seed)
    names = tuple(f"x{index}" for index in range(inputs))
    weights, means = chance.normal(size=inputs), chance.normal(size=inputs)
    linear = Linear(names, 0.1, tuple(weights), tuple(means), tuple(chance.uniform(0.5, 2, inputs)), link="logit")
    matrix = chance.normal(size=(7, inputs))

    assert [evaluate(linear, names, row) for row in matrix] == evaluate_many(linear, names, matrix).tolist()


def test_trees_with_too_many_leaves_for_a_mask_walk_down() -> None:
    trees = random_trees(3, count=4, depth=9, inputs=3)
    matrix = np.random.default_rng(3).normal(size=(50, 3))
    names = ("x0", "x1", "x2")

    assert [evaluate(trees, names, row) for row in matrix] == evaluate_many(trees, names, matrix).tolist()
