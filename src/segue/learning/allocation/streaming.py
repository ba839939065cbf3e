"""Streaming: customers come one after the other, and what is spent on one is not there for the next.

At the begin of a period, and again in each slice of it, prices are found for what is left and who is still to come: the
rest of the period before, as it would be today. (Jasin and Kumar, "A re-solving heuristic with bounded
revenue loss for network revenue management with customer choice", 2012.) Prices of a slice ago are near, so that it
takes a few Newton steps. What is left is a hard counter: nothing is ever overspent.
"""

import numpy as np
from msgspec import Struct

from segue.learning.allocation.dual import bounds
from segue.learning.allocation.problem import Bools, Doubles, Floats, Problem, Whole
from segue.learning.allocation.smooth import find_prices

KEPT = 8_000
"""Customers of a period that are remembered, evenly picked."""

SLICES = 48
"""So often in a period the prices are found anew."""

FEW = 100
"""With fewer still to come the prices stay: so few say little, and the counters see to the rest."""

PRIOR, PRIOR_OF_ACTION = 100.0, 30_000.0
"""As many customers weigh as much as that today is like the period before, and that an action is like all others."""


class Earlier(Struct, frozen=True, eq=False):
    """A period that is over: (n,) when its customers came, as a share of it, ascending; (n, K) their values; how many
    customers each of them stands for.
    """

    at: Doubles
    values: Floats
    weight: float = 1.0


class Pacer:
    """Prices and counters of limits that begin anew with every period.

    Args:
        limits: (R,) for each period.
        uses: (R, K) what each action uses.
        earlier: the period before, or what is expected of the first one, such as the customers of a plan.

    Attributes:
        left: (R,) what is left in the present period, never below 0.
        prices: (R,) at this moment.
    """

    def __init__(self, limits: Doubles, uses: Doubles, earlier: Earlier) -> None:
        self.limits = limits
        self.left = limits.astype(np.float64, copy=True)
        self.prices = np.zeros(len(limits))
        self._uses = uses
        self._earlier = _thinned(earlier)
        self._now = 0.0
        self._at: list[Doubles] = []
        self._values: list[Floats] = []
        self._customers, self._worth = 0, np.zeros(uses.shape[1])
        self._price(is_cold=True)

    def decide(self, values: Floats, until: float) -> Whole:
        """Return (n,) the choices for a micro-batch, K for silence; then step the prices.

        Args:
            values: (n, K) what each action brings, in the order in which the customers came; minus infinity where it is
                not eligible.
            until: when the batch ends, as a share of the period; an earlier one than before begins a new period.
        """
        if until < self._now:
            self._begin()
        choices = self._choose(values)
        is_next = int(until * SLICES) > int(self._now * SLICES)
        self._remember(values, until)
        if is_next:
            self._price()
        return choices

    def _choose(self, values: Floats) -> Whole:
        scores = np.where(self._fitting(), values - self.prices @ self._uses, -np.inf)
        silence = scores.shape[1]
        best: Whole = np.where(scores.max(axis=1, initial=0.0) > 0.0, scores.argmax(axis=1), silence)
        needed = self._uses @ np.bincount(best, minlength=silence + 1)[:-1]
        if (needed <= self.left).all():
            self.left = self.left - needed
            return best
        for row in range(len(best)):
            open_to = np.where(self._fitting(), scores[row], -np.inf)
            best[row] = int(open_to.argmax()) if open_to.max() > 0.0 else silence
            if best[row] < silence:
                self.left = self.left - self._uses[:, best[row]]
        return best

    def _fitting(self) -> Bools:
        """Return (K,) which actions there is room for."""
        return np.asarray((self._uses <= self.left[:, None]).all(axis=0))

    def _remember(self, values: Floats, until: float) -> None:
        expected = len(self._earlier.at) * self._earlier.weight
        first = -self._customers % max(int(expected / KEPT), 1)
        kept = values[first :: max(int(expected / KEPT), 1)]
        self._at.append(np.full(len(kept), until))
        self._values.append(kept)
        self._customers += len(values)
        self._worth += _roots(values)
        self._now = until

    def _price(self, *, is_cold: bool = False) -> None:
        """Find the prices at which what is left lasts for those who are still to come."""
        before = int(np.searchsorted(self._earlier.at, self._now))
        rest = self._earlier.values[before:]
        if len(rest) < FEW:
            return
        seen = before * self._earlier.weight
        traffic = (self._customers + PRIOR) / (seen + PRIOR)
        expected = (rest * np.square(self._change(before))).astype(rest.dtype)
        share = 1.0 / (self._earlier.weight * traffic)
        problem = _problem_of(expected, self._uses, self.left * share)
        unit = float(np.maximum(expected.max(axis=1), 0.0).mean())
        low, high = bounds(problem)
        self.prices, _ = find_prices(problem, max(unit, 1e-12), low, high, None if is_cold else self.prices)

    def _change(self, before: int) -> Doubles:
        """Return (K,) how roots of values differ today from the first ``before`` customers of the period before.

        Much of what one action's customers brought is chance, so all actions together say how much more or less the day
        is worth, and each says only slowly how it differs from them.
        """
        count = self._customers
        usual = _roots(self._earlier.values) / len(self._earlier.at)
        now = self._worth / max(count, 1)
        then = _roots(self._earlier.values[:before]) / before if before else usual
        common = (count * now.sum() + PRIOR * usual.sum()) / max(count * then.sum() + PRIOR * usual.sum(), 1e-300)
        own = (count * now + PRIOR_OF_ACTION * common * then) / np.maximum((count + PRIOR_OF_ACTION) * then, 1e-300)
        return np.asarray(np.where(then > 0.0, own, common))

    def _begin(self) -> None:
        if self._customers:
            at, values = np.concatenate(self._at), np.concatenate(self._values)
            self._earlier = Earlier(at, values, self._customers / max(len(at), 1))
        self.left, self._now = self.limits.astype(np.float64, copy=True), 0.0
        self._at, self._values = [], []
        self._customers, self._worth = 0, np.zeros(self._uses.shape[1])
        self._price(is_cold=True)  # the last prices were those of a day that ran out


def _thinned(earlier: Earlier) -> Earlier:
    stride = max(len(earlier.at) // KEPT, 1)
    return Earlier(earlier.at[::stride], earlier.values[::stride], earlier.weight * stride)


def _roots(values: Floats) -> Doubles:
    """Return (K,) the sums of the roots of what actions bring: of means, the one that a few high values do not sway."""
    return np.asarray(np.sqrt(np.maximum(values, 0.0)).sum(axis=0, dtype=np.float64))


def _problem_of(values: Floats, uses: Doubles, limits: Doubles) -> Problem:
    names = tuple(str(each) for each in range(len(limits)))
    by_contact = uses[:, None, :]
    is_floor = np.zeros(len(limits), bool)
    kinds = np.zeros(len(values), np.int16)
    return Problem(names, values, None, kinds, by_contact, np.zeros_like(by_contact), limits, is_floor)
