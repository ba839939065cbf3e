"""Drivers: which inputs move what a model says, whatever kind of model it is."""

import numpy as np
from numpy.typing import NDArray

from segue.core.decisioning.models.estimators import evaluate_many
from segue.learning.frames import Frame
from segue.model.snapshots import Estimator

MOST_ROWS = 2000


def drivers_of(estimator: Estimator, frame: Frame) -> dict[str, float]:
    """Return each input's share in what ``estimator`` says of the decisions of ``frame``, the largest first.

    An input is shuffled among the decisions, and what the model says then is compared with what it said: the mean
    square of the difference, over that of all inputs together (permutation importance without outcomes, after Breiman
    2001; for independent inputs Sobol's total effects). Inputs that say the same thing share what they say between
    them.
    """
    if not len(frame) or not estimator.inputs:
        return {}
    rows = np.linspace(0, len(frame) - 1, min(len(frame), MOST_ROWS)).astype(np.int64)
    x, names = frame.take(rows).columns(estimator.inputs), estimator.inputs
    return shares_of(estimator, names, x)


def shares_of(estimator: Estimator, names: tuple[str, ...], x: NDArray[np.float64]) -> dict[str, float]:
    """Return the same for rows ``x`` (n, d) of the inputs ``names``."""
    chance, told = np.random.default_rng(0), evaluate_many(estimator, names, x)
    moved: dict[str, float] = {}
    for place, name in enumerate(names):
        mixed = x.copy()
        mixed[:, place] = chance.permutation(x[:, place])
        moved[name] = float(((evaluate_many(estimator, names, mixed) - told) ** 2).mean())
    total = sum(moved.values())
    order = sorted(moved, key=lambda name: -moved[name])
    return {name: moved[name] / total for name in order if moved[name] > 0.0}
