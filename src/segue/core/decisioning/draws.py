"""From what is believed of each arm to the probability with which it is chosen, exactly: these numbers are logged."""

from functools import cache
from math import erf, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

FAR = 8.0
"""So many standard deviations from its mean nothing of a Gaussian is left that double precision could tell."""

BENDS = (-FAR, -4.0, -2.0, 0.0, 2.0, 4.0, FAR)
"""Between these, in standard deviations, density and distribution are smooth enough for a few nodes."""

NODES = 8
HUGE = 1e300
LEAST_REACH = 0.02


def inverse_gap(values: ArrayLike, gamma: float, scale: ArrayLike = 1.0) -> Floats:
    """Return inverse-gap weights: ``1 / (K + gamma (best - value) / scale)`` each, what is left for the best.

    Abe and Long 1999; Foster and Rakhlin 2020 (SquareCB). The better an arm, the larger its probability, and no arm's
    is 0; the first of equally good ones gets the rest.

    Args:
        values: shape (K,), finite.
        gamma: 0 gives uniform probabilities; the larger, the greedier.
        scale: what counts as a large gap, above 0: a number, or shape (K,).
    """
    known: list[float] = np.asarray(values, dtype=np.float64).tolist()
    count, best = float(len(known)), max(known)
    # Plain floats: for a dozen arms faster than arrays, and the same sum on every machine.
    if isinstance(scale, int | float):
        factor = min(gamma / scale, HUGE)
        widest = best - min(known)
        if widest <= HUGE and widest * factor <= HUGE:
            weights = [1.0 / (count + (best - value) * factor) for value in known]
        else:
            weights = [1.0 / (count + min(min(best - value, HUGE) * factor, HUGE)) for value in known]
    else:
        factors = np.minimum(gamma / np.asarray(scale, dtype=np.float64), HUGE).tolist()
        weights = [
            1.0 / (count + min(min(best - value, HUGE) * factor, HUGE))
            for value, factor in zip(known, factors, strict=True)
        ]
    place = known.index(best)
    weights[place] = 0.0
    weights[place] = 1.0 - sum(weights)
    return np.array(weights)


def thompson(means: ArrayLike, variances: ArrayLike) -> Floats:
    """Return the probability of each arm to be the best under independent Gaussian beliefs, by quadrature.

    ``P(a) = integral of density_a(z) x product over b of distribution_b(z)``, Gauss-Legendre between all points where
    a belief bends, so that beliefs of very different width are handled; error below 1e-6. Arms without variance
    (silence, whose effect is 0 by definition) are known exactly; of equally good ones the first wins.

    Args:
        means, variances: shape (K,), finite; of effects over silence, since what all arms share cannot decide.
    """
    m = np.asarray(means, dtype=np.float64)
    sd = np.sqrt(np.maximum(np.asarray(variances, dtype=np.float64), 0.0))
    open_arms = np.flatnonzero(sd > 1e-12 * (1.0 + np.abs(m).max()))
    probabilities = np.zeros(len(m))
    known = np.setdiff1d(np.arange(len(m)), open_arms)
    floor = -np.inf
    if len(known):
        floor = float(m[known].max())
        best_known = int(known[m[known].argmax()])
        chances = _distribution((floor - m[open_arms]) / sd[open_arms])
        probabilities[best_known] = float(np.prod(chances))
    if len(open_arms):
        probabilities[open_arms] = _best_of(m[open_arms], sd[open_arms], floor)
    probabilities /= probabilities.sum()
    return probabilities


def ramped(probabilities: ArrayLike, reach: ArrayLike) -> Floats:
    """Return ``probabilities`` with each arm's at most its reach; the excess goes to the others in proportion.

    Where all others had no probability, it goes to silence.

    Args:
        probabilities: shape (K,), summing to 1; the last arm is silence, which is never limited.
        reach: shape (K,), between 0 and 1; the last is ignored.
    """
    p = np.array(probabilities, dtype=np.float64)
    limit = np.array(reach, dtype=np.float64)
    limit[-1] = 1.0
    is_limited = np.zeros(len(p), dtype=bool)
    while (over := (p > limit) & ~is_limited).any():
        is_limited |= over
        p[is_limited] = limit[is_limited]
        free = 1.0 - float(p[is_limited].sum())
        others = float(p[~is_limited].sum())
        if others > 0.0:
            p[~is_limited] = p[~is_limited] / others * free
        else:
            p[-1] = free
    return p


def reach(evidence: ArrayLike, full_at: float = 500.0) -> Floats:
    """Return how much of the decisions an arm may get: 2 % without evidence, all from ``full_at`` lessons on."""
    known = np.clip(np.asarray(evidence, dtype=np.float64) / full_at, 0.0, 1.0)
    share: Floats = LEAST_REACH ** (1.0 - known)
    return share


def _best_of(m: Floats, sd: Floats, floor: float) -> Floats:
    """Return the probability of each Gaussian to be the largest and above ``floor``."""
    low = max(floor, float((m - FAR * sd).max()))
    high = float((m + FAR * sd).max())
    if low >= high:
        return np.zeros(len(m))
    bends = (m[:, None] + sd[:, None] * np.array(BENDS)).ravel()
    edges = np.unique(np.concatenate(([low, high], bends[(bends > low) & (bends < high)])))
    nodes, weights = _legendre()
    half = np.diff(edges) / 2.0
    z = ((edges[:-1] + edges[1:]) / 2.0)[:, None] + half[:, None] * nodes
    standard = (z.ravel()[None, :] - m[:, None]) / sd[:, None]
    chances = np.maximum(_distribution(standard), 1e-300)
    everyone = chances.prod(axis=0) * (half[:, None] * weights).ravel()
    densities = np.exp(-0.5 * standard**2) / (sd[:, None] * sqrt(2.0 * np.pi))
    best: Floats = (densities / chances) @ everyone
    return best


def _distribution(z: Floats) -> Floats:
    """Return the standard normal distribution at ``z``: a table of 2**15 steps, straight between, error below 1e-8."""
    at, values = _table()
    chances: Floats = np.interp(z, at, values)
    return chances


@cache
def _table() -> tuple[Floats, Floats]:
    at = np.linspace(-FAR - 1.0, FAR + 1.0, 2**15 + 1)
    return at, np.array([0.5 * (1.0 + erf(z / sqrt(2.0))) for z in at.tolist()])


@cache
def _legendre() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return nodes, weights
