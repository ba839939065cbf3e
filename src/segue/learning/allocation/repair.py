"""Repair: from each customer's best choice at the prices to an allocation that keeps every limit exactly.

At good prices few customers are in the way: their best choices use a little too much of one constraint and leave a
little of another. What an allocation lacks to the bound is the sum of what its customers gave up (*regret*: their best
score at the prices less that of their choice) and of what was left over, at its price. So customers with the least
regret are moved: first until every floor is reached, then until nothing is exceeded, then to use up what is left.
"""

from typing import NamedTuple

import numpy as np

from segue.learning.allocation.kernels import Best
from segue.learning.allocation.ledger import Ledger
from segue.learning.allocation.problem import Doubles, Floats, Problem, Whole

AT_ONCE = 4_096
"""Customers whose moves are looked at together."""

GLANCE = 512
"""So many moves are looked at together before each is looked at alone; most do not fit."""

ROUNDS = 6
"""So often what is left over is offered to more customers."""

NEGLIGIBLE = 1e-7
"""A round of improvements that brings less than this share of the value is the last."""


class Moves(NamedTuple):
    """Moves that some customers could make, best first.

    Attributes:
        customer, action: (M,) who goes over to what; the number of actions is silence.
        taken: (M, R) what it takes of the slack.
    """

    customer: Whole
    action: Whole
    taken: Doubles


def repair(problem: Problem, prices: Doubles, best: Best) -> Whole:
    """Return (N,) a choice that keeps every limit; a floor that cannot be reached by moves stays short.

    Args:
        prices: (R,)
        best: (N,) choices, with what those lose who leave them: the best ones at ``prices``, or others.
    """
    ledger = Ledger(problem, best.choice)
    floors, scarce = np.flatnonzero(problem.is_floor), np.flatnonzero(~problem.is_floor)
    _relieve(ledger, prices, best.margin, floors)
    _relieve(ledger, prices, best.margin, scarce)
    _silence(ledger, best.margin)
    near = _nearest(best.margin, AT_ONCE)
    for _ in range(ROUNDS):
        moved = np.flatnonzero(ledger.choice != best.choice)
        if _improve(ledger, prices, np.union1d(near, moved)) < NEGLIGIBLE * max(ledger.value, 1.0):
            break
    ledger.recount()
    _silence(ledger, best.margin)
    return ledger.choice


def _nearest(margin: Floats, count: int) -> Whole:
    """Return the rows of the ``count`` least margins, least first, then by index."""
    if count < len(margin):
        limit = np.partition(margin, count)[count]
        rows = np.flatnonzero(margin <= limit)
        return rows[np.argsort(margin[rows], kind="stable")][:count]
    return np.argsort(margin, kind="stable")


def _relieve(ledger: Ledger, prices: Doubles, margin: Floats, wanted: Whole) -> None:
    """Move customers, those with the least margin first, until none of the constraints ``wanted`` is violated; the
    dearest violation first.
    """
    worth = np.minimum(ledger.slack[wanted], 0.0) * np.abs(prices[wanted])
    for constraint in wanted[np.argsort(worth, kind="stable")].tolist():
        if ledger.slack[constraint] >= 0.0:
            continue
        rows = ledger.who_could_relieve(constraint)
        rows = rows[_nearest(margin[rows], len(rows))]
        begin, count = 0, AT_ONCE
        while begin < len(rows) and ledger.slack[constraint] < 0.0:
            _make(ledger, _reliefs(ledger, rows[begin : begin + count], constraint), constraint)
            begin += count


def _reliefs(ledger: Ledger, rows: Whole, constraint: int) -> Moves:
    """Return the moves that take less of ``constraint``, by what is lost for what they give back.

    What is given back beyond the violation counts as nothing.
    """
    gain, change = _options(ledger, rows)
    relief = np.clip(-change[:, :, constraint], 0.0, -ledger.slack[constraint])
    row, action = np.nonzero((relief > 0.0) & np.isfinite(gain))
    order = np.lexsort((action, rows[row], -gain[row, action] / relief[row, action]))
    row, action = row[order], action[order]
    return Moves(rows[row], action, change[row, action])


def _improve(ledger: Ledger, prices: Doubles, rows: Whole) -> float:
    """Make the moves that bring something and keep every limit; return what they brought.

    First come those that bring most for what they use, at its price.
    """
    gain, change = _options(ledger, rows)
    row, action = np.nonzero(gain > 0.0)
    fits = ledger.fits(change[row, action])
    row, action = row[fits], action[fits]
    used = np.maximum(change[row, action] @ np.abs(prices), 1e-300)
    order = np.lexsort((action, rows[row], -gain[row, action] / used))
    before = ledger.value
    row, action = row[order], action[order]
    _make(ledger, Moves(rows[row], action, change[row, action]))
    return ledger.value - before


def _make(ledger: Ledger, moves: Moves, relieving: int | None = None) -> None:
    """Make ``moves`` in their order, each customer's once, where they violate nothing anew; those that relieve a
    constraint until it is not violated any more.
    """
    done: set[int] = set()
    for begin in range(0, len(moves.customer), GLANCE):
        glance = slice(begin, begin + GLANCE)
        fits = begin + np.flatnonzero(ledger.fits(moves.taken[glance], relieving))
        for index in fits.tolist():
            customer = int(moves.customer[index])
            if customer in done or not ledger.fits(moves.taken[index], relieving):
                continue
            ledger.move(customer, int(moves.action[index]), moves.taken[index])
            done.add(customer)
            if relieving is not None and ledger.slack[relieving] >= 0.0:
                return


def _silence(ledger: Ledger, margin: Floats) -> None:
    """Let customers go silent until nothing is exceeded, whatever it costs: no limit is ever broken."""
    for constraint in np.flatnonzero(~ledger.problem.is_floor).tolist():
        if ledger.slack[constraint] >= 0.0:
            continue
        rows = ledger.who_could_relieve(constraint)
        for customer in rows[_nearest(margin[rows], len(rows))].tolist():
            ledger.silence(customer)
            if ledger.slack[constraint] >= 0.0:
                break


def _options(ledger: Ledger, rows: Whole) -> tuple[Doubles, Doubles]:
    """Return (n, K+1) what each choice brings more than the present one, and (n, K+1, R) what it takes of the slack;
    silence last.
    """
    values = np.zeros((len(rows), ledger.problem.actions + 1))
    values[:, :-1] = ledger.problem.values[rows]
    each, now = np.arange(len(rows)), ledger.choice[rows]
    use = ledger.uses(rows)
    return values - values[each, now][:, None], (use - use[each, now][:, None]) * ledger.sign
