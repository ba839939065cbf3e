"""A batch: from scores of a base to a plan of who gets what on which day, with a reason for everybody who gets nothing.

Capacities of all days are put together for the allocation; then each contact gets a day (`schedule`). Where days are
alike that loses next to nothing; what it does lose shows in the gap, because the bound is that of all days together.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from segue.core.shared import SharedPlan
from segue.learning.allocation.allocate import Allocation, allocate
from segue.learning.allocation.kernels import Engine
from segue.learning.allocation.problem import Bools, Constraint, Doubles, Floats, Problem, Whole, pose
from segue.learning.allocation.rooms import Option, Room, constraints_of, floor_of, rooms_of
from segue.learning.allocation.schedule import NO_DAY, schedule
from segue.model.errors import SegueError
from segue.model.shared import NOTHING_SHARED, Shared
from segue.model.time import Instant
from segue.model.workspace import Workspace


class Scores(Struct, frozen=True, eq=False):
    """What is planned from, whether it comes from a store or from a table.

    Attributes:
        values, costs: (N, K)
        possible: (N, K) the days on which an option is possible, as bits; None for all days.
        reasons: (N,) why nothing is possible for a customer, "" where something is; none where not known.
        members: by target of the workspace, (N,) for whom it is meant; everybody where not named.
        columns: (N,) what else is known of the customers and is to stand in the plan, by name.
    """

    customers: Sequence[str]
    options: Sequence[Option]
    values: Floats
    costs: Floats
    workspace: Workspace
    plan: SharedPlan
    shared: Shared = NOTHING_SHARED
    possible: Whole | None = None
    reasons: Sequence[str] = ()
    members: dict[str, Bools] = {}
    columns: dict[str, Sequence[str]] = {}


class Batch(Struct, frozen=True, eq=False):
    """A plan.

    Attributes:
        days: when each begins.
        choice: (N,) the option; K for silence.
        when: (N,) the number of the day, `NO_DAY` for silence.
        found: the allocation before it was scheduled.
        value: what the plan brings.
        used: (R,) what it uses of each constraint.
    """

    scores: Scores
    rooms: tuple[Room, ...]
    days: tuple[Instant, ...]
    problem: Problem
    found: Allocation
    choice: Whole
    when: Whole
    value: float
    used: Doubles

    @property
    def gap(self) -> float:
        """Share of the bound that is missing."""
        return (self.found.bound - self.value) / max(abs(self.found.bound), 1e-300)


def make_batch(scores: Scores, days: tuple[Instant, ...], *, has_floors: bool = True, engine: Engine = "best") -> Batch:
    """Return the plan for ``scores``.

    Args:
        has_floors: reach the workspace's targets of contacts; those of shares are not planned for.

    Raises:
        SegueError: a floor cannot be reached, or the scores are no numbers.
    """
    rooms = rooms_of(scores.workspace, scores.plan, scores.shared, scores.options, days)
    constraints = constraints_of(rooms)
    if has_floors:
        constraints += _floors(scores, len(days))
    needs_costs = any(each.counts == "cost" for each in constraints)
    problem = pose(scores.values, constraints, scores.costs if needs_costs else None)
    found = allocate(problem, engine=engine)
    allowed = _allowed(scores, found.choice, len(days))
    when = schedule(found.choice, problem.values, problem.costs, allowed, rooms, len(days))
    choice = np.where(when == NO_DAY, problem.actions, found.choice)
    used = problem.uses(choice)
    _require(problem, used)
    chosen = np.flatnonzero(choice < problem.actions)
    value = float(problem.values[chosen, choice[chosen]].sum(dtype=np.float64))
    return Batch(scores, rooms, days, problem, found, choice, when, value, used)


def charges_of(problem: Problem, prices: Doubles, choice: Whole) -> Doubles:
    """Return (N, R) what ``choice`` is charged for each constraint at ``prices``; nothing for silence."""
    charged = np.zeros((len(choice), len(prices)))
    rows = np.flatnonzero(choice < problem.actions)
    kinds, option = problem.kinds[rows], choice[rows].astype(np.int64)
    charged[rows] = (problem.by_contact[:, kinds, option] * prices[:, None]).T
    if problem.costs is not None:
        cost = problem.costs[rows, option].astype(np.float64)
        charged[rows] += (problem.by_cost[:, kinds, option] * prices[:, None]).T * cost[:, None]
    return charged


def reasons_of(batch: Batch) -> list[str]:
    """Return (N,) why each customer gets nothing, "" for those who get something.

    The gate's reason where nothing is possible; ``silence`` where nothing is worth more; ``capacity`` or ``budget``
    with the name of what was dearest where it was worth something, but less than to others.
    """
    problem, scores = batch.problem, batch.scores
    names = [f"budget: {room.name}" if room.counts == "cost" else f"capacity: {room.name}" for room in batch.rooms]
    names += [f"floor: {name}" for name in problem.names[len(names) :]]
    best = problem.values.argmax(axis=1) if problem.customers else np.empty(0, int)
    charged = charges_of(problem, batch.found.prices, best)
    dearest = charged.argmax(axis=1) if names else np.zeros(problem.customers, int)
    top = problem.values.max(axis=1, initial=-np.inf)
    told: list[str] = []
    for row in range(problem.customers):
        if batch.when[row] != NO_DAY:
            told.append("")
        elif scores.reasons and scores.reasons[row]:
            told.append(scores.reasons[row])
        elif top[row] == -np.inf:
            told.append("ineligible")
        elif top[row] <= 0.0 or not names:
            told.append("silence")
        else:
            told.append(names[dearest[row]])
    return told


def _floors(scores: Scores, days: int) -> list[Constraint]:
    return [
        floor_of(name, reach, scores.options, scores.members.get(name), days)
        for name, reach in scores.workspace.reach.items()
        if reach.at_least is not None
    ]


def _allowed(scores: Scores, choice: Whole, days: int) -> Bools:
    """Return (N, D) the days on which each customer's choice is possible."""
    if scores.possible is None:
        return np.ones((len(choice), days), bool)
    bits = scores.possible[np.arange(len(choice)), np.minimum(choice, scores.possible.shape[1] - 1)]
    return np.asarray((bits[:, None] >> np.arange(days)) & 1 == 1)


def _require(problem: Problem, used: Doubles) -> None:
    short = np.flatnonzero(problem.is_floor & (used < problem.limits))
    if len(short):
        first = int(short[0])
        reason = (
            f"The floor {problem.names[first]!r} asks for {problem.limits[first]:,.10g}; when days are filled only"
            f" {used[first]:,.10g} of these contacts find room."
        )
        raise SegueError(reason, "Plan more days, raise the capacities of a day, or leave floors out (--no-floors).")
