"""How long outcomes take: which share of what is still to come of a decision should have come by now.

Until its window is over, "nothing came" is weak evidence. Taken at its word from the start it would hold what is in
flight against the arms that were chosen lately. The likelihood of having seen nothing by an age is close to that of
"no" with the weight of the share that comes by that age (Chapelle, "Modeling delayed feedback in display advertising",
KDD 2014); delays are taken to be exponential, their mean learnt as outcomes arrive.
"""

from math import exp, log

from msgspec import Struct

STAGES = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 3 / 4)
"""Shares that should have come when a lesson is learnt anew: until half has, each twice the last one. Were they rarer,
arms that are chosen often would look good: what came counts in full, and that nothing came for others hardly at all.
"""

LEAST_SHARE = 0.02
USUAL_PART = 1.0 / 3.0
BELIEF = 20.0
"""Before any outcome has come, delays average a third of the window, with the weight of so many outcomes."""


class Arrivals(Struct, array_like=True):
    """Delays of one kind of outcome, in the unit of its window.

    Attributes:
        window: after this long nothing counts.
        total, count: of delays seen, a prior among them.
    """

    window: float
    total: float = 0.0
    count: float = 0.0

    def seen(self, delay: float) -> None:
        """Take note of an outcome that came after ``delay``."""
        self.total += delay
        self.count += 1.0

    @property
    def mean(self) -> float:
        """The mean delay that is expected."""
        return (self.total + BELIEF * USUAL_PART * self.window) / (self.count + BELIEF)

    def share(self, age: float) -> float:
        """Return which share of outcomes comes by ``age``: 1 from the window's end on, never quite 0."""
        if age >= self.window:
            return 1.0
        return max(LEAST_SHARE, 1.0 - exp(-age / self.mean))

    def ages(self) -> tuple[float, ...]:
        """Return when to learn a lesson anew: at each of the stages that lie within the window, and at its end."""
        ages = [-self.mean * log(1.0 - share) for share in STAGES]
        return (*[age for age in ages if age < self.window], self.window)
