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


class Match(NamedTuple):
    """A belief after a bit: ``mean``, and which ``share`` of the variance has gone."""

    mean: float
    share: float
    site: Site


def match(mean: float, variance: float, happened: bool) -> Match:
    """Return the belief N(mean, variance) about log-odds after it happened, or not."""
    sd = sqrt(variance)
    mass = first = second = 0.0
    for node, weight in _QUADRATURE:
        log_odds = mean + sd * node
        likelihood = weight * chance(log_odds if happened else -log_odds)
        mass += likelihood
        first += likelihood * node
        second += likelihood * node * node
    shift = first / mass
    share = min(max(1.0 - (second / mass - shift * shift), _LEAST_NARROWING), 1.0 - _LEAST_NARROWING)
    after = mean + sd * shift
    left = variance * (1.0 - share)
    return Match(after, share, Site(share / left, after / left - mean / variance))


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
