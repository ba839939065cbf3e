"""Calibration: from what a model says to what happens that often.

Isotonic regression (Zadrozny and Elkan 2002) on predictions out of fold for what is trained at night. Where the world
drifts faster than nights, `follow` corrects level and spread with the outcomes as they arrive.
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from segue.model.snapshots import Calibration

Floats: TypeAlias = npt.NDArray[np.float64]

HALF_LIFE = 300
"""Rows after which an outcome counts half, where nobody says otherwise."""

_LEAST = 1e-4
_EVIDENCE = (20.0, 20.0)
_FLOOR = (0.2, 0.8)
_NEWTON_STEPS = 8


def isotonic(raw: Floats, outcomes: Floats, weights: Floats | None = None) -> Calibration:
    """Return the monotone map that fits ``outcomes`` (n,) to ``raw`` (n,) best: pooling adjacent violators.

    Equal predictions are pooled first. The knots are the ends of each level, as in scikit-learn's IsotonicRegression.
    """
    counted = np.ones(len(raw)) if weights is None else weights
    knots, place = np.unique(raw, return_inverse=True)
    mass = np.bincount(place, counted)
    level = np.bincount(place, counted * outcomes) / np.maximum(mass, 1e-300)
    fitted = _pooled(level, mass.astype(np.float64))
    is_end = np.ones(len(knots), dtype=bool)
    is_end[1:-1] = (fitted[1:-1] != fitted[:-2]) | (fitted[1:-1] != fitted[2:])
    return Calibration(tuple(knots[is_end].tolist()), tuple(fitted[is_end].tolist()))


def calibrated(raw: Floats, calibration: Calibration) -> Floats:
    """Return ``raw`` (n,) through ``calibration``."""
    if not calibration.raw:
        return raw
    return np.interp(raw, calibration.raw, calibration.calibrated)


def calibrated_across(raw: Floats, outcomes: Floats, fold: npt.NDArray[np.int64]) -> Floats:
    """Return ``raw`` (n,), predictions out of fold, each calibrated on the other folds only."""
    honest = np.empty(len(raw))
    for held in np.unique(fold):
        rows = fold == held
        honest[rows] = calibrated(raw[rows], isotonic(raw[~rows], outcomes[~rows]))
    return honest


def follow(raw: Floats, outcomes: Floats, *, block: int = 50, half_life: float = HALF_LIFE) -> Floats:
    """Return probabilities for rows in the order of time, each corrected by the outcomes of the blocks before its own.

    A logistic regression on the log odds of ``raw`` whose level and slope wander: after each block its evidence is
    discounted, and one Laplace step (Newton) adds the block. No row's own outcome, nor a later one's, touches it.

    Args:
        raw: (n,) what a frozen model says.
        outcomes: (n,) 0 or 1.
        block: after so many rows the outcomes are known; about a day's.
        half_life: in rows.
    """
    odds = _log_odds(raw)
    centre = float(odds[: max(block, 1)].mean()) if len(odds) else 0.0
    seen = np.column_stack((np.ones(len(odds)), odds - centre))
    mean, evidence, corrected = np.array([centre, 1.0]), np.diag(_EVIDENCE), np.empty(len(odds))
    for start in range(0, len(odds), block):
        rows = slice(start, start + block)
        corrected[rows] = _logistic(seen[rows] @ mean)
        evidence = evidence * 0.5 ** (len(odds[rows]) / half_life) + np.diag(_FLOOR)
        mean, evidence = _learn(seen[rows], outcomes[rows], mean, evidence)
    return corrected


def _learn(seen: Floats, outcomes: Floats, prior: Floats, evidence: Floats) -> tuple[Floats, Floats]:
    """Return the mode and the evidence after ``outcomes``; steps that would raise the loss are halved."""
    mean, loss = prior, _loss(seen, outcomes, prior, prior, evidence)
    for _ in range(_NEWTON_STEPS):
        expected = _logistic(seen @ mean)
        slope = seen.T @ (outcomes - expected) - evidence @ (mean - prior)
        step = np.linalg.solve(_curvature(seen, expected) + evidence, slope)
        while (moved := _loss(seen, outcomes, mean + step, prior, evidence)) > loss and np.abs(step).max() > 1e-9:
            step = step / 2.0
        mean, loss = mean + step, min(moved, loss)
    return mean, evidence + _curvature(seen, _logistic(seen @ mean))


def _loss(seen: Floats, outcomes: Floats, mean: Floats, prior: Floats, evidence: Floats) -> float:
    total, away = seen @ mean, mean - prior
    return float(np.logaddexp(0.0, total).sum() - outcomes @ total + 0.5 * away @ evidence @ away)


def _curvature(seen: Floats, expected: Floats) -> Floats:
    return np.asarray((seen * (expected * (1.0 - expected))[:, None]).T @ seen)


def _pooled(level: Floats, mass: Floats) -> Floats:
    """Return the non-decreasing sequence nearest to ``level`` (weighted least squares)."""
    means: list[float] = []
    masses: list[float] = []
    counts: list[int] = []
    for mean, weight in zip(level.tolist(), mass.tolist(), strict=True):
        count = 1
        while means and means[-1] >= mean:
            weight += masses[-1]
            mean += (means.pop() - mean) * masses.pop() / weight
            count += counts.pop()
        means.append(mean)
        masses.append(weight)
        counts.append(count)
    return np.repeat(means, counts)


def _log_odds(probability: Floats) -> Floats:
    safe = probability.clip(_LEAST, 1.0 - _LEAST)
    return np.asarray(np.log(safe) - np.log1p(-safe))


def _logistic(total: Floats) -> Floats:
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * total))
