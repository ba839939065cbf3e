"""Folds: which rows are held back when, so that every row is predicted by a model that has not seen it."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Places: TypeAlias = npt.NDArray[np.int64]


def spread(count: int, folds: int, *, seed: int = 0, strata: npt.NDArray[np.generic] | None = None) -> Places:
    """Return a fold number (0 to folds - 1) for each of ``count`` rows, at random.

    Args:
        strata: a label for each row; every fold gets its share of each label.
    """
    chance = np.random.default_rng(seed)
    mixed = chance.permutation(count)
    if strata is not None:
        _, labels = np.unique(strata, return_inverse=True)
        mixed = mixed[np.argsort(labels[mixed], kind="stable")]
    fold = np.empty(count, dtype=np.int64)
    fold[mixed] = np.arange(count) % folds
    return fold


def spread_by(owners: npt.NDArray[np.generic], folds: int, *, seed: int = 0) -> Places:
    """Return a fold number for each row such that all rows of an owner (a customer) are in the same fold."""
    known, place = np.unique(owners, return_inverse=True)
    return spread(len(known), folds, seed=seed)[place]
