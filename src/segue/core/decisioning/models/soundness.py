"""Whether a trained estimator can be evaluated at all: what was cut short, or changed, must not decide.

A tree whose nodes lead back to themselves would never end; so this is asked once, before anybody is decided about.
"""

from itertools import pairwise
from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from segue.model.snapshots import Calibration, Estimator, Linear, Trees


def is_sound(estimator: Estimator) -> bool:
    """Tell whether ``estimator`` gives a number for every customer."""
    sound = _is_linear_sound(estimator) if isinstance(estimator, Linear) else _are_trees_sound(estimator)
    return sound and _is_calibration_sound(estimator.calibration)


def _is_linear_sound(estimator: Linear) -> bool:
    parts = (estimator.weights, estimator.means, estimator.scales)
    if any(len(part) != len(estimator.inputs) for part in parts):
        return False
    is_finite = isfinite(estimator.intercept) and all(isfinite(number) for part in parts for number in part)
    return is_finite and all(scale != 0.0 for scale in estimator.scales)


def _is_calibration_sound(calibration: Calibration) -> bool:
    raw, calibrated = calibration.raw, calibration.calibrated
    return (
        len(raw) == len(calibrated)
        and all(map(isfinite, (*raw, *calibrated)))
        and all(before <= after for before, after in pairwise(raw))
    )


def _are_trees_sound(trees: Trees) -> bool:
    try:
        roots, feature, left, right = (
            np.frombuffer(packed, "<i4") for packed in (trees.roots, trees.feature, trees.left, trees.right)
        )
        threshold, value = np.frombuffer(trees.threshold, "<f8"), np.frombuffer(trees.value, "<f8")
    except ValueError:  # not a whole number of numbers
        return False
    count = len(left)
    if {len(feature), len(right), len(threshold), len(value), len(trees.missing_left)} != {count}:
        return False
    is_inner = left >= 0
    return bool(
        isfinite(trees.base)
        and np.isfinite(value).all()
        and not np.isnan(threshold[is_inner]).any()
        and ((feature >= 0) & (feature < len(trees.inputs)))[is_inner].all()
        and _has_one_way_to_each(roots, left[is_inner], right[is_inner], count)
    )


def _has_one_way_to_each(roots: npt.NDArray[Any], left: npt.NDArray[Any], right: npt.NDArray[Any], count: int) -> bool:
    """Tell whether every node named is there, and is named once, as a root or a child: then no way leads back."""
    named = np.concatenate((roots, left, right))
    return bool(((named >= 0) & (named < count)).all()) and len(np.unique(named)) == len(named)
