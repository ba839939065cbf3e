"""Kernels: each customer's best action at given prices. One in numpy, one compiled by numba; they give the same bits.

Both subtract the charge of a contact, then the charge of its cost, in the type of the values; a tie goes to silence,
then to the first action. All sums over customers are taken outside, so that they are the same, too.
"""

from collections.abc import Callable
from functools import cache
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from segue.learning.allocation.problem import Floats, Problem, Whole
from segue.model.errors import SegueError

Engine: TypeAlias = Literal["numpy", "numba", "best"]
"""``best`` is numba where it is installed, else numpy."""

ROWS = 4_096
"""Customers at once, so that what is computed of them stays in the cache."""


class Best(NamedTuple):
    """(N,) the best choice, what it brings at the prices, and how much less the second best brings (in numpy only
    where it is asked for, else (0,)).
    """

    choice: Whole
    score: Floats
    margin: Floats


Kernel: TypeAlias = Callable[[Problem, Floats, Floats | None, bool], Best]
"""(problem, charge of a contact (C, K), charge of a unit of cost (C, K), margins are needed) -> the best choices."""


def kernel_of(engine: Engine) -> Kernel:
    """Return the kernel.

    Raises:
        SegueError: numba is asked for and not installed.
    """
    if engine == "numpy":
        return _best_numpy
    try:
        compiled = _compiled()
    except ImportError:
        if engine == "best":
            return _best_numpy
        raise SegueError("The kernel needs numba, which is not installed.", "Install `segue[fast]`.") from None
    return compiled


def _best_numpy(problem: Problem, charge: Floats, rate: Floats | None, has_margin: bool) -> Best:
    customers, silence, dtype = problem.customers, problem.actions, problem.values.dtype
    choice, score = np.empty(customers, np.int16), np.empty(customers, dtype)
    margin = np.empty(customers if has_margin else 0, dtype)
    numbers = np.arange(ROWS)
    for begin in range(0, customers, ROWS):
        rows = slice(begin, begin + ROWS)
        scores = scores_of(problem, rows, charge, rate)
        best, each = scores.argmax(axis=1), numbers[: len(scores)]
        top = scores[each, best]
        acts = top > 0.0
        choice[rows] = np.where(acts, best, silence)
        score[rows] = np.where(acts, top, 0.0)
        if has_margin:
            scores[each, best] = -np.inf
            margin[rows] = score[rows] - np.where(acts, np.maximum(scores.max(axis=1), 0.0), top)
    return Best(choice, score, margin)


def scores_of(problem: Problem, rows: slice | Whole, charge: Floats, rate: Floats | None) -> Floats:
    """Return what each action brings to the customers ``rows`` at these charges."""
    is_alike = len(charge) == 1
    kinds = problem.kinds[rows]
    scores: Floats = problem.values[rows] - (charge[0] if is_alike else charge[kinds])
    if rate is not None and problem.costs is not None:
        scores -= problem.costs[rows] * (rate[0] if is_alike else rate[kinds])
    return scores


@cache
def _compiled() -> Kernel:
    from numba import njit, prange  # type: ignore[import-untyped, unused-ignore]

    @njit(parallel=True, cache=True, nogil=True)  # type: ignore[untyped-decorator, unused-ignore]
    def best(values, costs, kinds, charge, rate, choice, score, margin):  # type: ignore[no-untyped-def]
        customers, actions = values.shape
        has_costs = costs.shape[0] > 0
        blocks = (customers + ROWS - 1) // ROWS
        for block in prange(blocks):
            for i in range(block * ROWS, min((block + 1) * ROWS, customers)):
                kind = kinds[i]
                top = values.dtype.type(0.0)
                second = values.dtype.type(-np.inf)
                chosen = actions
                for k in range(actions):
                    worth = values[i, k] - charge[kind, k]
                    if has_costs:
                        worth -= costs[i, k] * rate[kind, k]
                    if worth > top:
                        second = top
                        top = worth
                        chosen = k
                    elif worth > second:
                        second = worth
                choice[i] = chosen
                score[i] = top
                margin[i] = top - second

    def run(problem: Problem, charge: Floats, rate: Floats | None, has_margin: bool) -> Best:
        dtype = problem.values.dtype
        nothing = np.empty((0, problem.actions), dtype)
        costs = problem.costs if problem.costs is not None and rate is not None else nothing
        found = Best(
            np.empty(problem.customers, np.int16),
            np.empty(problem.customers, dtype),
            np.empty(problem.customers, dtype),
        )
        best(problem.values, costs, problem.kinds, charge, nothing if rate is None else rate, *found)
        return found

    return run
