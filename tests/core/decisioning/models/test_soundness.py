"""Estimators that were cut short or changed are told from sound ones, before anybody is decided about."""

from math import inf, nan

import numpy as np
import pytest
from msgspec.structs import replace

from segue.core.decisioning.models.soundness import is_sound
from segue.model.snapshots import Calibration, Estimator, Linear, Trees

LINE = Linear(("age",), 1.0, (2.0,), (40.0,), (10.0,))
TREES = Trees(
    inputs=("x", "y"),
    roots=np.array([0, 3], "<i4").tobytes(),
    feature=np.array([1, 0, 0, 0], "<i4").tobytes(),
    threshold=np.array([2.0, 0, 0, 0], "<f8").tobytes(),
    left=np.array([1, -1, -1, -1], "<i4").tobytes(),
    right=np.array([2, -1, -1, -1], "<i4").tobytes(),
    missing_left=np.array([1, 0, 0, 0], "u1").tobytes(),
    value=np.array([0, -1, 1, 0.5], "<f8").tobytes(),
)


def ints(*numbers: int) -> bytes:
    return np.array(numbers, "<i4").tobytes()


def floats(*numbers: float) -> bytes:
    return np.array(numbers, "<f8").tobytes()


@pytest.mark.parametrize("estimator", [LINE, TREES, replace(LINE, calibration=Calibration((0.0, 1.0), (0.1, 0.9)))])
def test_what_was_trained_is_sound(estimator: Estimator) -> None:
    assert is_sound(estimator)


@pytest.mark.parametrize(
    "estimator",
    [
        replace(LINE, weights=()),
        replace(LINE, weights=(nan,)),
        replace(LINE, intercept=inf),
        replace(LINE, scales=(0.0,)),
        replace(LINE, calibration=Calibration((0.0, 1.0), (0.5,))),
        replace(LINE, calibration=Calibration((1.0, 0.0), (0.1, 0.9))),
        replace(LINE, calibration=Calibration((0.0, 1.0), (nan, 0.9))),
    ],
    ids=["cut", "nan", "infinite", "no scale", "half a calibration", "calibration out of order", "calibration to nan"],
)
def test_lines_that_are_not(estimator: Estimator) -> None:
    assert not is_sound(estimator)


@pytest.mark.parametrize(
    "changes",
    [
        {"left": TREES.left[:-1]},
        {"left": TREES.left[:-4]},
        {"value": TREES.value[:-8]},
        {"missing_left": b""},
        {"roots": ints(0, 4)},
        {"roots": ints(-1)},
        {"left": ints(0, -1, -1, -1)},
        {"right": ints(1, -1, -1, -1)},
        {"right": ints(9, -1, -1, -1)},
        {"right": ints(-7, -1, -1, -1)},
        {"feature": ints(2, 0, 0, 0)},
        {"value": floats(0, nan, 1, 1)},
        {"threshold": floats(nan, 0, 0, 0)},
        {"base": nan},
    ],
    ids=str,
)
def test_trees_that_are_not(changes: dict[str, object]) -> None:
    """Cut in the middle of a number, cut after one, pointing nowhere, pointing back, holding no numbers."""
    assert not is_sound(replace(TREES, **changes))


def test_a_tree_that_leads_back_to_itself_would_never_end() -> None:
    loop = replace(TREES, left=ints(1, 0, -1, -1), right=ints(2, 3, -1, -1))
    assert not is_sound(loop)
