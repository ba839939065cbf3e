"""Allocate: who gets what, so that together it brings most and no limit is exceeded. Prices first, then repair."""

import numpy as np
from msgspec import Struct

from segue.learning.allocation.dual import price
from segue.learning.allocation.kernels import Best, Engine, kernel_of
from segue.learning.allocation.ledger import exact_uses, value_of
from segue.learning.allocation.problem import Doubles, Problem, Whole
from segue.learning.allocation.repair import repair
from segue.model.errors import SegueError


class Allocation(Struct, frozen=True, eq=False):
    """Who gets what.

    Attributes:
        choice: (N,) an action's number; K, the number of actions, for silence.
        value: what it brings.
        bound: what no allocation can exceed.
        prices: (R,) what one more of each constraint would bring; 0 or less for a floor: what one less of it would.
        used: (R,) counted anew from ``choice``.
        passes: how often all customers were gone over to find the prices.
        curvature: (R, R) by how much less is used where prices rise by 1, as far as is known.
    """

    choice: Whole
    value: float
    bound: float
    prices: Doubles
    used: Doubles
    passes: int
    curvature: Doubles

    @property
    def gap(self) -> float:
        """Share of the bound that is missing, 0 or more but for rounding."""
        return (self.bound - self.value) / max(abs(self.bound), 1e-300)


def allocate(problem: Problem, *, engine: Engine = "best", warm: Doubles | None = None, seed: int = 0) -> Allocation:
    """Return the allocation of ``problem``: the same one for the same arguments, whatever the engine.

    Args:
        warm: (R,) prices of a problem like this one, such as yesterday's.
        seed: of the sample from which the prices start.

    Raises:
        SegueError: a floor cannot be reached, or numba is asked for and missing.
    """
    kernel = kernel_of(engine)
    priced = price(problem, kernel, warm=warm, seed=seed)
    best = priced.best
    if not len(best.margin):
        best = kernel(problem, *problem.charges(priced.prices), True)
    choice = repair(problem, priced.prices, best)
    used = exact_uses(problem, choice)
    if _short(problem, used).size:
        choice = _reach(problem, priced.prices, best, used, engine)
        used = exact_uses(problem, choice)
    return Allocation(
        choice, value_of(problem, choice), priced.bound, priced.prices, used, priced.passes, priced.curvature
    )


def _short(problem: Problem, used: Doubles) -> Whole:
    """Return the floors that are not reached."""
    return np.flatnonzero(problem.is_floor & (used < problem.limits))


def _reach(problem: Problem, prices: Doubles, best: Best, used: Doubles, engine: Engine) -> Whole:
    """Return (N,) a choice that reaches all floors: from those that reach most of one that is short, whatever it costs.

    Raises:
        SegueError: one cannot be reached, or not together with the others.
    """
    short = _short(problem, used)
    for floor in short.tolist():
        most = most_reachable(problem, floor, engine)
        if most.bound < problem.limits[floor] * (1.0 - 1e-9):
            asked, name = problem.limits[floor], problem.names[floor]
            reason = f"The floor {name!r} asks for {asked:,.10g}; at most {most.value:,.10g} can be reached."
            raise SegueError(reason, "Lower it, raise the limits it meets, or make more actions eligible for them.")
        choice = repair(problem, prices, best._replace(choice=most.choice))
        if not _short(problem, exact_uses(problem, choice)).size:
            return choice
    told = ", ".join(f"{problem.names[each]!r} ({used[each]:,.10g} of {problem.limits[each]:,.10g})" for each in short)
    reason = f"The floors cannot all be reached together: {told}."
    raise SegueError(reason, "Lower one of them, or raise the limits that they share.")


def most_reachable(problem: Problem, floor: int, engine: Engine = "best") -> Allocation:
    """Return the allocation that reaches most of the constraint ``floor`` under all limits, whatever it brings.

    Its ``bound`` is what cannot be exceeded.
    """
    use = problem.by_contact[floor][problem.kinds]
    if problem.costs is not None:
        use = use + problem.by_cost[floor][problem.kinds] * problem.costs
    values = np.where(np.isfinite(problem.values), use, -np.inf)
    limits = np.flatnonzero(~problem.is_floor)
    alone = Problem(
        tuple(problem.names[index] for index in limits),
        values,
        None if problem.costs is None else problem.costs.astype(np.float64),
        problem.kinds,
        problem.by_contact[limits],
        problem.by_cost[limits],
        problem.limits[limits],
        problem.is_floor[limits],
    )
    return allocate(alone, engine=engine)
