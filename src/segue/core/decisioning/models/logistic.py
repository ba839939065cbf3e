"""One lesson of something that happens or not, along one direction: a Gaussian belief about log-odds, and a bit.

The belief after it is the Gaussian with the exact mean and variance (moment matching, Opper 1998, Minka 2001), the
integrals by Gauss-Hermite quadrature. What the bit added, its site, is kept: taking it out again and putting another
in is how a lesson is corrected when what happened becomes known late.
"""

from math import exp, sqrt
from typing import NamedTuple

import numpy as np

_NODES = 16
_LEAST_NARROWING = 1e-9


class Site(NamedTuple):
    """What one lesson added along its direction, as a Gaussian factor: its precision, and precision x mean."""

    precision: float
    pull: float


def match(mean: float, variance: float, happened: bool) -> Site:
    """Return what it adds to a belief N(mean, variance) about log-odds that it happened, or not."""
    sd = sqrt(variance)
    mass = first = second = 0.0
    for node, weight in _QUADRATURE:
        log_odds = mean + sd * node
        likelihood = weight * chance(log_odds if happened else -log_odds)
        mass += likelihood
        first += likelihood * node
        second += likelihood * node * node
    shift = first / mass
    gone = min(max(1.0 - (second / mass - shift * shift), _LEAST_NARROWING), 1.0 - _LEAST_NARROWING)
    left = variance * (1.0 - gone)
    after = mean + sd * shift
    return Site(gone / left, after / left - mean / variance)


def added(mean: float, variance: float, site: Site, weight: float) -> tuple[float, float]:
    """Return the mean of N(mean, variance) with ``site``, and how much less each unit of squared moves is left."""
    precision = site.precision * weight
    spread = 1.0 + variance * precision
    return (mean + variance * site.pull * weight) / spread, precision / spread


def chance(log_odds: float) -> float:
    """Return the probability that belongs to ``log_odds``; never overflows."""
    if log_odds >= 0.0:
        return 1.0 / (1.0 + exp(-min(log_odds, 700.0)))
    odds = exp(max(log_odds, -700.0))
    return odds / (1.0 + odds)


def _quadrature() -> tuple[tuple[float, float], ...]:
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    return tuple(zip(nodes.tolist(), (weights / weights.sum()).tolist(), strict=True))


_QUADRATURE = _quadrature()
