"""The dual: one price for each constraint, and a bound that no allocation can exceed.

    bound(prices) = prices . limits + sum over customers of max(0, max over actions of value - prices . use)

For all prices (0 or more of what is scarce, 0 or less of what is promised) this is at least the best value; the lowest
bound is the optimum of the linear programme. A sample gives prices that are right to a share of 1 / sqrt(sample) and
how the dual curves (`smooth`); a few Newton steps over all customers remove what is left. The true dual is evaluated at
every step: a step that does not lower it is halved.
"""

import numpy as np
from msgspec import Struct

from segue.learning.allocation.kernels import Best, Kernel
from segue.learning.allocation.problem import Doubles, Problem
from segue.learning.allocation.smooth import find_prices, newton_step

SAMPLE = 20_000
PASSES = 24
PRECISION, NEAR = 1e-7, 2e-4
"""Prices are right when what is left over or exceeded is worth, at them, less than the first share of the bound. With
many customers it is enough that it is worth less than the second, and that a step promises less than the first: repair
does the rest. What a step promises is not believed alone: it is as good as the curvature of the sample.
"""

DEAREST = 4.0
"""No price is higher than so many times the highest value for the smallest use: nobody would pay it."""


class Priced(Struct, frozen=True, eq=False):
    """What the dual says.

    Attributes:
        prices: (R,)
        bound: the lowest bound that was found: that of ``prices``.
        best: each customer's best choice at ``prices``, with margins.
        used: (R,) what those choices use.
        passes: how often all customers were gone over.
        curvature: (R, R) by how much less is used where prices rise by 1, as far as is known.
    """

    prices: Doubles
    bound: float
    best: Best
    used: Doubles
    passes: int
    curvature: Doubles


def price(problem: Problem, kernel: Kernel, *, warm: Doubles | None = None, seed: int = 0) -> Priced:
    """Return the prices of ``problem``.

    Args:
        warm: (R,) prices to begin with, such as yesterday's, which are as good as a sample's; None for a sample.
        seed: of the sample.
    """
    low, high = bounds(problem)
    sample = draw_sample(problem, seed)
    unit = _unit(sample)
    if unit == 0.0 and not problem.is_floor.any():
        return _look(problem, kernel, np.zeros(len(problem.limits)), 1, np.eye(len(problem.limits)))
    prices, curvature = find_prices(sample, max(unit, 1e-12), low, high, warm, is_sample=sample is not problem)
    curvature = curvature * (problem.customers / max(sample.customers, 1))
    return _refine(problem, kernel, prices, curvature, low, high)


def bounds(problem: Problem) -> tuple[Doubles, Doubles]:
    """Return (R,) the lowest and the highest sensible price of each constraint."""
    top = float(np.maximum(problem.values.max(initial=0.0), 0.0))
    low, high = np.zeros(len(problem.limits)), np.zeros(len(problem.limits))
    least_cost = 0.0
    if problem.costs is not None:
        least_cost = float(problem.costs.min(where=problem.costs > 0.0, initial=np.inf))
    finite = np.where(np.isfinite(problem.values), problem.values, 0.0) if problem.is_floor.any() else None
    bottom = float(finite.min(initial=0.0)) if finite is not None else 0.0
    for index, is_floor in enumerate(problem.is_floor):
        amounts = [*_positive(problem.by_contact[index]), *(least_cost * _positive(problem.by_cost[index]))]
        least = min((each for each in amounts if 0.0 < each < np.inf), default=1.0)
        if is_floor:
            low[index] = -DEAREST * (top - bottom) / least
        else:
            high[index] = DEAREST * (top - bottom) / least
    return low, high


def draw_sample(problem: Problem, seed: int) -> Problem:
    """Return the problem of `SAMPLE` customers with their share of the limits; all of it where it is no larger."""
    if problem.customers <= SAMPLE:
        return problem
    rows = np.sort(np.random.default_rng(seed).choice(problem.customers, SAMPLE, replace=False))
    return problem.part(rows, problem.limits * (SAMPLE / problem.customers))


def _positive(amounts: Doubles) -> Doubles:
    return amounts[amounts > 0.0]


def _unit(sample: Problem) -> float:
    """Return what a customer's best action brings on average."""
    if not sample.customers:
        return 0.0
    return float(np.maximum(sample.values.max(axis=1), 0.0).mean(dtype=np.float64))


def _refine(
    problem: Problem, kernel: Kernel, prices: Doubles, curvature: Doubles, low: Doubles, high: Doubles
) -> Priced:
    """Return the prices after Newton steps over all customers, with the curvature of the sample."""
    here = _look(problem, kernel, prices, 1, curvature)
    gradient = problem.limits - here.used
    step = newton_step(prices, gradient, curvature, low, high)
    for passes in range(2, PASSES + 1):
        unsettled = np.abs(here.prices * gradient).sum() / max(abs(here.bound), 1e-300)
        promise = -(gradient @ step) / 2.0 / max(abs(here.bound), 1e-300)
        is_near = problem.customers > SAMPLE and promise < PRECISION and unsettled < NEAR
        if is_near or unsettled < PRECISION:
            break
        there = _look(problem, kernel, np.clip(here.prices + step, low, high), passes, curvature)
        curvature = _learn(curvature, there.prices - here.prices, here.used - there.used)
        if there.bound < here.bound:
            here, gradient = there, problem.limits - there.used
        step = newton_step(here.prices, gradient, curvature, low, high)
    return here


def _learn(curvature: Doubles, moved: Doubles, bent: Doubles) -> Doubles:
    """Return the curvature that says what was seen: moving by ``moved`` changed the gradient by ``bent`` (the update of
    Broyden, Fletcher, Goldfarb and Shanno).
    """
    seen, expected = float(moved @ bent), curvature @ moved
    foreseen = float(moved @ expected)
    if min(seen, foreseen) <= 1e-12 * float(np.linalg.norm(moved) * np.linalg.norm(bent)):
        return 2.0 * curvature
    return curvature - np.outer(expected, expected) / foreseen + np.outer(bent, bent) / seen


def _look(problem: Problem, kernel: Kernel, prices: Doubles, passes: int, curvature: Doubles) -> Priced:
    best = kernel(problem, *problem.charges(prices), True)
    bound = float(prices @ problem.limits + best.score.sum(dtype=np.float64))
    return Priced(prices, bound, best, problem.uses(best.choice), passes, curvature)
