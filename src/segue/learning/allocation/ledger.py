"""The ledger of an allocation that is being repaired: who gets what, and what is left of every constraint."""

from math import fsum

import numpy as np

from segue.learning.allocation.problem import Bools, Doubles, Problem, Whole


class Ledger:
    """A choice, moved customer by customer.

    Attributes:
        choice: (N,)
        slack: (R,) what is left: of a limit what may still be used, of a floor what was reached beyond it.
        sign: (R,) 1 for limits, -1 for floors: what a use takes of the slack.
        value: what the choice brings.
    """

    def __init__(self, problem: Problem, choice: Whole) -> None:
        self.problem = problem
        self.choice = choice.astype(np.int16, copy=True)
        self.sign = np.where(problem.is_floor, -1.0, 1.0)
        self.recount()
        self.value = value_of(problem, self.choice)

    def recount(self) -> None:
        """Count the slack anew: many moves of amounts leave an error of rounding behind."""
        self.slack = self.sign * (self.problem.limits - exact_uses(self.problem, self.choice))

    def who_could_relieve(self, constraint: int) -> Whole:
        """Return the customers who use something of a limit, or could use something of a floor and do not."""
        problem = self.problem
        uses = np.zeros((problem.by_contact.shape[1], problem.actions + 1), bool)
        uses[:, :-1] = (problem.by_contact[constraint] + problem.by_cost[constraint]) > 0.0
        now = uses[problem.kinds, self.choice]
        if problem.is_floor[constraint]:
            could: Bools = np.asarray(uses.any(axis=1))
            return np.flatnonzero(could[problem.kinds] & ~now)
        return np.flatnonzero(now)

    def uses(self, rows: Whole) -> Doubles:
        """Return (n, K+1, R) what each choice of the customers ``rows`` uses, silence last."""
        problem = self.problem
        kinds = problem.kinds[rows]
        uses = np.zeros((len(rows), problem.actions + 1, len(problem.limits)))
        uses[:, :-1] = problem.by_contact.transpose(1, 2, 0)[kinds]
        if problem.costs is not None:
            uses[:, :-1] += problem.costs[rows][:, :, None] * problem.by_cost.transpose(1, 2, 0)[kinds]
        return uses

    def fits(self, taken: Doubles, relieving: int | None = None) -> Bools:
        """Tell of moves that take (..., R) of the slack whether they violate nothing more than is violated.

        Args:
            relieving: this constraint is what the moves are for; for the sake of a floor limits may be exceeded.
        """
        fails = (taken > 0.0) & (taken > self.slack)
        if relieving is not None and self.problem.is_floor[relieving]:
            fails &= self.problem.is_floor
        return np.asarray(~fails.any(axis=-1))

    def move(self, customer: int, action: int, taken: Doubles) -> None:
        """Let ``customer`` go over to ``action``, which takes ``taken`` of the slack."""
        self.slack = self.slack - taken
        self.value += self._value(customer, action) - self._value(customer, int(self.choice[customer]))
        self.choice[customer] = action

    def silence(self, customer: int) -> None:
        """Let ``customer`` go silent, whatever follows."""
        self.move(customer, self.problem.actions, -self.sign * self._use(customer, int(self.choice[customer])))

    def _use(self, customer: int, action: int) -> Doubles:
        problem = self.problem
        if action == problem.actions:
            return np.zeros(len(problem.limits))
        kind = problem.kinds[customer]
        use = problem.by_contact[:, kind, action]
        if problem.costs is None:
            return use
        return use + problem.by_cost[:, kind, action] * float(problem.costs[customer, action])

    def _value(self, customer: int, action: int) -> float:
        return 0.0 if action == self.problem.actions else float(self.problem.values[customer, action])


def exact_uses(problem: Problem, choice: Whole) -> Doubles:
    """Return (R,) what ``choice`` uses, counted anew; sums of costs are exact before they are rounded once."""
    size = problem.actions + 1
    kinds = problem.by_contact.shape[1]
    cells = problem.kinds * size + choice
    contacts = np.bincount(cells, minlength=kinds * size).reshape(kinds, size)[:, :-1]
    used = np.array([fsum((each * contacts).ravel().tolist()) for each in problem.by_contact])
    if problem.costs is None:
        return used
    chosen = np.flatnonzero(choice < problem.actions)
    spent = problem.costs[chosen, choice[chosen]].astype(np.float64)
    for index in np.flatnonzero(problem.by_cost.any(axis=(1, 2))):
        rates = problem.by_cost[index, problem.kinds[chosen], choice[chosen]]
        used[index] = fsum([used[index], *(spent * rates).tolist()])
    return used


def value_of(problem: Problem, choice: Whole) -> float:
    """Return what ``choice`` brings."""
    chosen = np.flatnonzero(choice < problem.actions)
    return float(problem.values[chosen, choice[chosen]].sum(dtype=np.float64))
