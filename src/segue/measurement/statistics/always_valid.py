"""Always valid: intervals that hold at all looks at once, so that one may look every day and stop.

Asymptotic confidence sequences by a normal mixture: I. Waudby-Smith, D. Arbour, R. Sinha, E. H. Kennedy, A. Ramdas,
"Time-uniform central limit theory and asymptotic confidence sequences", Annals of Statistics 52, 2024 (arXiv
2103.06476). They hold only where the normal approximation does, and that from the first look on: so nothing is
concluded before the smaller arm has `CONVERTERS` customers with an outcome (`converter-gate`).
"""

from math import exp, log, sqrt

from msgspec import Struct

from segue.measurement.statistics.formulas import GATE

ALPHA = 0.05
CONVERTERS = 100
"""Customers with an outcome in the smaller arm that looks along the way need (`bench/measure_coverage.py`)."""

CONVERTERS_ONCE = 20
"""The same for one look at the end."""


class Gate(Struct, frozen=True):
    """How many ``converters`` the arm with fewest has, of those ``needed``; where ``is_inverse``, how many of a rate's
    customers have no outcome, which are fewer.
    """

    converters: int
    needed: int
    formula: str = GATE
    is_inverse: bool = False

    @property
    def is_open(self) -> bool:
        """Return whether there are enough."""
        return self.converters >= self.needed


def tuned_rho(planned: int, alpha: float = ALPHA) -> float:
    """Return the mixture's width with which the interval is shortest at ``planned`` units (the paper's appendix)."""
    twice = -2.0 * log(alpha)
    return sqrt((twice + log(twice) + 1.0) / planned)


def always_valid_reach(count: int, planned: int, alpha: float = ALPHA) -> float:
    """Return how many standard errors the interval reaches to either side after ``count`` units."""
    grown = count * tuned_rho(planned, alpha) ** 2
    return sqrt(2.0 * (grown + 1.0) / grown * log(sqrt(grown + 1.0) / alpha))


def always_valid_p(z: float, count: int, planned: int, alpha: float = ALPHA) -> float:
    """Return the always valid p-value of an estimate ``z`` standard errors from 0: it is below ``alpha`` exactly where
    the interval leaves 0 out. Its reciprocal is an e-value, so Benjamini-Hochberg on it is e-BH.
    """
    grown = count * tuned_rho(planned, alpha) ** 2
    return min(1.0, sqrt(grown + 1.0) * exp(-z * z * grown / (2.0 * (grown + 1.0))))
