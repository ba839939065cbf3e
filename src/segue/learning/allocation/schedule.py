"""Schedule: on which day each customer gets what the plan has for them.

Days are filled one after the other, as early as there is room: first with those who could go on the fewest days, and
among these with those of the highest value. Whoever finds no room is left out, so that no period is ever exceeded.
"""

from collections.abc import Sequence
from math import fsum

import numpy as np

from segue.learning.allocation.problem import Bools, Doubles, Floats, Whole
from segue.learning.allocation.rooms import Room

NO_DAY = -1
_ROUNDS = 50
_ROUNDING = 1e-12


def schedule(
    choice: Whole, values: Floats, costs: Floats | None, allowed: Bools, rooms: Sequence[Room], days: int
) -> Whole:
    """Return (N,) the day of each customer's contact, `NO_DAY` for silence and for those who found no room.

    Args:
        choice: (N,) of K options; K for silence.
        values, costs: (N, K)
        allowed: (N, D) whether the customer's choice is possible on a day.
    """
    chosen = np.flatnonzero(choice < values.shape[1])
    option = choice[chosen].astype(np.int64)
    cost = np.zeros(len(chosen)) if costs is None else costs[chosen, option].astype(np.float64)
    uses = np.array([room.amounts[option] * (cost if room.counts == "cost" else 1.0) for room in rooms])
    uses = uses.reshape(len(rooms), len(chosen))
    possible = allowed[chosen]
    order = np.lexsort((chosen, -values[chosen, option].astype(np.float64), possible.sum(axis=1)))
    left = [list(room.left) for room in rooms]
    when = np.full(len(chosen), NO_DAY)
    for day in range(days):
        waiting = order[(when[order] == NO_DAY) & possible[order, day]]
        spare = np.array([left[number][room.periods[day]] for number, room in enumerate(rooms)])
        taken = _fill(uses[:, waiting], spare)
        when[waiting[taken]] = day
        for number, room in enumerate(rooms):
            left[number][room.periods[day]] -= fsum(uses[number, waiting[taken]].tolist())
    result = np.full(len(choice), NO_DAY)
    result[chosen] = when
    return result


def _fill(uses: Doubles, spare: Doubles) -> Bools:
    """Return (n,) who fits, in their order: whoever does not is passed over for those who come after."""
    taken = np.zeros(uses.shape[1], bool)
    open_to = ~taken
    for _ in range(_ROUNDS):
        rows = np.flatnonzero(open_to)
        rest = spare * (1.0 + _ROUNDING) - uses[:, taken].sum(axis=1)
        # Counted up to each, whoever was passed over included: who fits by this count fits, and the first one does.
        fits = (np.cumsum(uses[:, rows], axis=1) <= rest[:, None]).all(axis=0)
        hopeless = (uses[:, rows] > rest[:, None]).any(axis=0)
        open_to[rows[fits | hopeless]] = False
        taken[rows[fits]] = True
        if not open_to.any():
            break
    for room, use in enumerate(uses):
        while fsum(use[taken].tolist()) > spare[room]:  # by an error of rounding
            taken[np.flatnonzero(taken & (use > 0.0))[-1]] = False
    return taken
