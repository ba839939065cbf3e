"""Prices of a sample, by Newton's method on a smoothed dual.

The dual of the allocation is convex and piecewise linear in the prices. Letting each customer choose softly, with
weights exp(score / softness), makes it smooth, and its Hessian is a covariance of uses (entropic smoothing: Nesterov,
"Smooth minimization of non-smooth functions", 2005). There are few prices, so a Newton step costs next to nothing
beside the pass over the sample; the softness is lowered step by step.
"""

import numpy as np
from msgspec import Struct

from segue.learning.allocation.kernels import scores_of
from segue.learning.allocation.problem import Doubles, Floats, Problem

SOFTNESS = (0.3, 0.1, 0.03, 0.01)
"""In units of what a customer's best eligible action brings on average."""

FINEST = (0.003,)
"""Softness on top where the problem is no sample of a larger one: in a sample it would follow what is chance."""

WARM = 2
"""So many of them are left out where prices are known that are near."""

FEW = 4_000
"""Customers of the sample that are enough while the choice is very soft."""

STEPS = 25
ENOUGH = 1e-3
"""A step has converged when what it promises is less than this share of the softness for each customer."""

RIDGE, FLAT = 1e-9, 1e-12
"""Where the dual is nearly flat in a price, or in a mix of prices, a step stays finite."""

CAUTION, LEAST_DAMPING = 1e-3, 1e-9
"""Share of a constraint's own curvature that is added to the Hessian at first, and at least: more after each step that
did not lower the dual, less after each that did (Levenberg and Marquardt).
"""

LEAST_CURVED = 0.01
"""A constraint counts as curved at least so much of: all that it has, used by customers at typical values."""


class Soft(Struct, frozen=True, eq=False):
    """The smoothed dual at some prices: its value, gradient (R,) and Hessian (R, R)."""

    dual: float
    gradient: Doubles
    hessian: Doubles


def soften(problem: Problem, prices: Doubles, softness: float) -> Soft:
    """Return the smoothed dual of ``problem`` at ``prices``."""
    weights = scores_of(problem, slice(None), *problem.charges(prices))
    if len(weights) <= FEW:  # little to compute, and few near ties to tell from rounding
        weights = weights.astype(np.float64)
    top = np.maximum(weights.max(axis=1), 0.0)
    weights -= top[:, None]
    weights /= weights.dtype.type(softness)
    np.exp(weights, out=weights)
    whole = weights.sum(axis=1) + np.exp(-top / softness)
    weights /= whole[:, None]
    dual = prices @ problem.limits + top.sum(dtype=np.float64) + softness * np.log(whole).sum(dtype=np.float64)
    use, moment = _moments(problem, weights)
    return Soft(float(dual), problem.limits - use.sum(axis=0), (moment - use.T @ use) / softness)


def find_prices(
    problem: Problem, unit: float, low: Doubles, high: Doubles, warm: Doubles | None = None, *, is_sample: bool = False
) -> tuple[Doubles, Doubles]:
    """Return the prices (R,) of ``problem`` and the curvature (R, R) of its dual there.

    Args:
        unit: what a customer's best action brings on average.
        low, high: (R,) bounds of the prices.
        warm: (R,) prices near the solution: the softness begins lower.
        is_sample: the problem stands for a larger one.
    """
    softness = SOFTNESS if is_sample else SOFTNESS + FINEST
    prices = np.clip(np.zeros(len(problem.limits)) if warm is None else warm, low, high)
    if warm is not None:
        return _anneal(problem, prices, unit, low, high, softness[WARM:])
    stride = problem.customers // FEW
    if stride < 2:
        return _anneal(problem, prices, unit, low, high, softness)
    rows = np.arange(0, problem.customers, stride)
    few = problem.part(rows, problem.limits * (len(rows) / problem.customers))
    prices, _ = _anneal(few, prices, unit, low, high, SOFTNESS[: WARM + 1])
    return _anneal(problem, prices, unit, low, high, softness[WARM:])


def _anneal(
    problem: Problem, prices: Doubles, unit: float, low: Doubles, high: Doubles, shares: tuple[float, ...]
) -> tuple[Doubles, Doubles]:
    """Return the prices and the curvature after Newton steps at each softness of ``shares``, in units of ``unit``."""
    curvature = np.eye(len(prices))
    for share in shares:
        softness = share * unit
        enough = ENOUGH * softness * problem.customers * share
        here, damping = soften(problem, prices, softness), CAUTION
        for _ in range(STEPS):
            usual = LEAST_CURVED * np.maximum(problem.limits, problem.limits - here.gradient) / unit
            weights = np.maximum(np.diag(here.hessian), usual)
            damped = here.hessian + np.diag(damping * weights)
            step = newton_step(prices, here.gradient, damped, low, high)
            if -(here.gradient @ step) < enough and damping <= CAUTION:
                break
            there = soften(problem, prices + step, softness)
            if there.dual < here.dual:
                prices, here, damping = prices + step, there, max(damping / 30.0, LEAST_DAMPING)
            elif damping > 1.0 and here.dual - there.dual > -1e-6 * abs(here.dual):
                break  # no better within rounding
            else:
                damping *= 10.0
        curvature = here.hessian
    return prices, curvature


def newton_step(prices: Doubles, gradient: Doubles, hessian: Doubles, low: Doubles, high: Doubles) -> Doubles:
    """Return the step (R,) of the projected Newton method: prices that push against a bound stay there.

    (Bertsekas, "Projected Newton methods for optimization problems with simple constraints", 1982.)
    """
    step = np.zeros_like(prices)
    free = ~(((prices <= low) & (gradient >= 0.0)) | ((prices >= high) & (gradient <= 0.0)))
    while free.any():
        inner = hessian[np.ix_(free, free)]
        curved = np.maximum(np.diag(inner), 0.0)
        scale = np.sqrt(curved + FLAT * (1.0 + curved.max()))
        scaled = inner / np.outer(scale, scale) + RIDGE * np.eye(len(scale))
        step[:] = 0.0
        step[free] = -np.linalg.solve(scaled, gradient[free] / scale) / scale
        blocked = free & (((prices <= low) & (step < 0.0)) | ((prices >= high) & (step > 0.0)))
        if not blocked.any():
            break
        free &= ~blocked
        step[:] = 0.0
    return np.clip(step, low - prices, high - prices)


def _moments(problem: Problem, weights: Floats) -> tuple[Doubles, Doubles]:
    """Return (n, R) the expected use of each customer, and (R, R) the sum of expected products of uses."""
    use = np.empty((len(weights), len(problem.limits)))
    moment = np.zeros((len(problem.limits), len(problem.limits)))
    costs, kinds = problem.costs, problem.by_contact.shape[1]
    for kind in range(kinds):
        rows = slice(None) if kinds == 1 else np.flatnonzero(problem.kinds == kind)
        chance, flat = weights[rows], problem.by_contact[:, kind].astype(weights.dtype)
        use[rows] = chance @ flat.T
        moment += (flat * chance.sum(axis=0)) @ flat.T
        if costs is not None:
            rate = problem.by_cost[:, kind].astype(weights.dtype)
            spent = chance * costs[rows]
            use[rows] += spent @ rate.T
            mixed = (flat * spent.sum(axis=0)) @ rate.T
            moment += mixed + mixed.T + (rate * (spent * costs[rows]).sum(axis=0)) @ rate.T
    return use, moment
