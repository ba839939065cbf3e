"""Ridge regression, as `Linear` estimators: numpy only."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from segue.model.snapshots import Linear

Floats: TypeAlias = npt.NDArray[np.float64]

_STRENGTHS = (1.0, 10.0, 100.0, 1_000.0, 10_000.0)
"""Ridge penalties that are compared, in rows: so many rows' worth of evidence that a weight is 0."""


def ridge(x: Floats, inputs: tuple[str, ...], target: Floats, *, weights: Floats | None = None) -> Linear:
    """Return the ridge regression of ``target`` (n,) on ``x`` (n, d), inputs standardised, missing ones at the mean.

    Its penalty is the one with the least leave-one-out error, in closed form from one decomposition (generalised
    cross-validation; Golub, Heath and Wahba 1979).

    Args:
        weights: (n,) how much each row counts.
    """
    mass = np.ones(len(target)) if weights is None else weights
    means, scales = _moments(x, mass)
    standard = np.where(np.isnan(x), 0.0, (x - means) / scales)
    centre = float(np.average(target, weights=mass))
    middle = np.average(standard, axis=0, weights=mass)
    root = np.sqrt(mass)
    design, rest = (standard - middle) * root[:, None], (target - centre) * root
    values, vectors = np.linalg.eigh(design.T @ design)
    values = values.clip(0.0)
    turned = vectors.T @ (design.T @ rest)
    best = min(_STRENGTHS, key=lambda strength: _error(values, turned, rest, strength))
    solved = vectors @ (turned / (values + best))
    return Linear(
        inputs=inputs,
        intercept=centre - float(solved @ middle),
        weights=tuple(solved.tolist()),
        means=tuple(means.tolist()),
        scales=tuple(scales.tolist()),
    )


def combined_linear(parts: list[tuple[float, Linear]]) -> Linear:
    """Return the weighted sum of linear estimators of the same inputs, over the first one's means and scales."""
    first = parts[0][1]
    means, scales = np.array(first.means), np.array(first.scales)
    intercept, total = 0.0, np.zeros(len(means))
    for weight, each in parts:
        slopes = np.array(each.weights) / np.array(each.scales)
        intercept += weight * (each.intercept + float(slopes @ (means - np.array(each.means))))
        total += weight * slopes * scales
    return Linear(first.inputs, intercept, tuple(total.tolist()), first.means, first.scales)


def _moments(x: Floats, mass: Floats) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of each input's known values; 0 and 1 where there is nothing to tell."""
    known = ~np.isnan(x)
    total = np.maximum((known * mass[:, None]).sum(axis=0), 1e-12)
    filled = np.where(known, x, 0.0)
    means = (filled * mass[:, None]).sum(axis=0) / total
    spreads = np.sqrt((np.where(known, x - means, 0.0) ** 2 * mass[:, None]).sum(axis=0) / total)
    return means, np.where(spreads > 1e-9 * np.maximum(np.abs(means), 1.0), spreads, 1.0)


def _error(values: Floats, turned: Floats, rest: Floats, strength: float) -> float:
    """Return the generalised cross-validation error of a penalty."""
    kept = values / (values + strength)
    safe = np.where(values > 0.0, values, 1.0)
    explained = np.where(values > 0.0, turned**2 / safe * (2.0 * kept - kept**2), 0.0).sum()
    left = max(float(rest @ rest - explained), 0.0)
    free = len(rest) - float(kept.sum()) - 1.0
    return len(rest) * left / max(free, 1.0) ** 2
