"""Regression: Poisson and logistic models whose coefficients are shrunk by group, each group as much as its data say.

Coefficients of a group (the actions, say) are normal around a mean, with a variance of the group's own that is
estimated along: the posterior mode, found by Newton's method, alternates with the variances, as expectation and
maximisation do (Laird and Ware 1982; for counts and chances with the mode for the mean: Breslow and Clayton 1993).
"""

from typing import Literal

import numpy as np
from msgspec import Struct

from segue.simulation.fitted.history import Floats, Ints

ROUNDS = 4
_NEWTON = 12
_CLOSE = 1e-6
_MOST_STEP = 3.0
_BELIEF = 4.0
"""So many coefficients' worth is believed of what the spread of a group was said to be beforehand."""

Kind = Literal["counts", "chances"]


class Prior(Struct, frozen=True, eq=False):
    """What is believed of p coefficients beforehand.

    Attributes:
        means: (p,).
        spreads: (p,) standard deviations.
        groups: (p,) the group of each; negative: its spread is as it was said.
    """

    means: Floats
    spreads: Floats
    groups: Ints


class Regression(Struct, frozen=True, eq=False):
    """Coefficients (p,) at their posterior mode, with their spreads (p,) as they were found."""

    weights: Floats
    spreads: Floats


def fit_regression(
    kind: Kind,
    x: Floats,
    y: Floats,
    prior: Prior,
    *,
    mass: Floats,
    offset: Floats,
    start: Regression | None = None,
    rounds: int = ROUNDS,
) -> Regression:
    """Return the regression of counts or of happenings ``y`` (n,) on ``x`` (n, p).

    Args:
        mass: (n,) how much each row counts.
        offset: (n,) what is added to the linear predictor: the logarithm of an exposure, a customer's own.
        start: where to begin; at the prior's means by default.
    """
    weights = start.weights if start is not None else prior.means
    spreads = start.spreads if start is not None else prior.spreads
    for _ in range(rounds):
        weights, variances = _mode(kind, x, y, weights, prior.means, spreads, mass, offset)
        spreads = _group_spreads(prior, weights, variances)
    return Regression(weights, spreads)


def means_of(kind: Kind, linear: Floats) -> Floats:
    """Return expected counts or chances (n,) of linear predictors (n,)."""
    if kind == "counts":
        return np.exp(np.clip(linear, -30.0, 5.0))
    return 1.0 / (1.0 + np.exp(-np.clip(linear, -30.0, 30.0)))


def customer_offsets(y: Floats, linear: Floats, whose: Ints, count: int, mass: Floats) -> tuple[Floats, float]:
    """Return what each of ``count`` customers adds to the log-odds of ``linear`` (n,), and how far they spread.

    The mode of normal intercepts given the rest, their variance by expectation and maximisation.
    """
    offsets, variance = np.zeros(count), 0.25
    seen = np.bincount(whose, minlength=count) > 0
    for _ in range(20):
        chances = means_of("chances", linear + offsets[whose])
        slope = np.bincount(whose, weights=y - chances, minlength=count) - offsets / variance
        curve = np.bincount(whose, weights=chances * (1.0 - chances), minlength=count) + 1.0 / variance
        offsets += np.clip(slope / curve, -2.0, 2.0)
        if seen.any():
            told = np.bincount(whose, weights=mass, minlength=count)[seen]
            found = float(np.average((offsets**2 + 1.0 / curve)[seen], weights=told)) if told.sum() else variance
            variance = min(max(found, 1e-3), 4.0)
    return offsets, variance**0.5


def shrunk(counts: Floats, expected: Floats, mass: Floats) -> tuple[float, Floats]:
    """Return the shape of gamma multipliers of mean 1 on ``expected`` (n,), and their posterior means (n,).

    The shape by the method of moments, between 0.2 and 1,000 (Efron and Morris 1973 for the idea; Greenwood and Yule
    1920 for counts).
    """
    square = float((mass * expected**2).sum())
    excess = float((mass * ((counts - expected) ** 2 - expected)).sum())
    shape = min(max(square / excess if excess > 0.0 else 1_000.0, 0.2), 1_000.0)
    return shape, (shape + counts) / (shape + expected)


def _mode(
    kind: Kind, x: Floats, y: Floats, weights: Floats, means: Floats, spreads: Floats, mass: Floats, offset: Floats
) -> tuple[Floats, Floats]:
    precision = 1.0 / spreads**2
    curve = np.eye(len(weights))
    for _ in range(_NEWTON):
        expected = means_of(kind, x @ weights + offset)
        slope = x.T @ (mass * (y - expected)) - precision * (weights - means)
        varied = mass * (expected if kind == "counts" else expected * (1.0 - expected))
        curve = (x * varied[:, None]).T @ x + np.diag(precision)
        step = np.linalg.solve(curve, slope)
        size = float(np.abs(step).max(initial=0.0))
        weights = weights + step * min(1.0, _MOST_STEP / max(size, 1e-12))
        if size < _CLOSE:
            break
    return weights, np.diag(np.linalg.inv(curve))


def _group_spreads(prior: Prior, weights: Floats, variances: Floats) -> Floats:
    spreads = prior.spreads.copy()
    for group in np.unique(prior.groups[prior.groups >= 0]):
        mine = prior.groups == group
        found = ((weights - prior.means)[mine] ** 2 + variances[mine]).sum()
        believed = _BELIEF * float(prior.spreads[mine][0]) ** 2
        spreads[mine] = np.sqrt((found + believed) / (mine.sum() + _BELIEF))
    return spreads
