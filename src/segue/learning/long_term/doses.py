"""Learns how much a contact tires by its channel, so that a light one is not charged for what a heavy one does."""

import numpy as np

from segue.core.decisioning.models.long_term import weighted_dose
from segue.learning.long_term.blocks import Block, Design, Fitted, Floats, fit_blocks
from segue.learning.long_term.log import SILENT, DecisionLog, LongTermSettings

PREFIX = "fatigue_"
LEAST = 0.25
_SIGNS = np.array([-1.0, 1.0])
_FINEST, _MOST = 0.05, 6.0
"""Between the doses that are tried, and the highest of them."""

_STEEPS, _COARSE = 41, 0.02
"""How many slopes of a curve are tried, and the least error of one, as a share of the steepest."""

_CARRIED, _SLOPE = 0.15, 2.0
"""Standard deviations of what a recent contact does to every decision, and to a contact beyond that; on the logit."""


def counted_channels(log: DecisionLog) -> dict[str, str]:
    """Return the inputs that count the contacts of one channel each, by channel."""
    channels = dict.fromkeys(channel for _, channel in log.arms)
    return {channel: PREFIX + channel for channel in channels if PREFIX + channel in log.inputs}


def counts_of(log: DecisionLog) -> Floats:
    """Return the contacts of each counted channel, each halving in so many days: (n, C)."""
    places = [log.inputs.index(name) for name in counted_channels(log).values()]
    return np.asarray(np.expm1(log.x[:, places]))


def dose_in(log: DecisionLog, settings: LongTermSettings, doses: dict[str, float]) -> Floats:
    """Return how tired of contacts the customer was at each decision, shape (n,)."""
    known = np.array([doses.get(channel, 1.0) for channel in counted_channels(log)])
    return weighted_dose(log.x[:, log.inputs.index(settings.count)], counts_of(log), known)


def learn_doses(log: DecisionLog, standard: Floats, weight: Floats, settings: LongTermSettings) -> dict[str, float]:
    """Return what one contact on each channel tires: 1 on average over what was learnt, or as the settings say.

    Recent contacts of each channel get slopes of their own, in how likely contacts are answered and withdrawn from. If
    a channel tires twice as much, both of its slopes are twice as steep: a table of (curve, channel) slopes, nearly of
    rank one. Its factors are averaged over, each slope as exact as it was estimated: see `factor`.
    """
    counts = counts_of(log)
    channels = tuple(counted_channels(log))
    if not len(channels) or not counts.any():
        return dict(settings.doses)
    slopes, variances = zip(
        _slopes(log, standard, counts, weight, (log.reward != 0.0).astype(np.float64)),
        _slopes(log, standard, counts, weight, log.opted_out.astype(np.float64)),
        strict=True,
    )
    fixed = np.array([settings.doses.get(channel, np.nan) for channel in channels])
    found = factor(np.array(slopes) * _SIGNS[:, None], np.array(variances), fixed)
    return {**settings.doses, **dict(zip(channels, found.tolist(), strict=True))}


def factor(slopes: Floats, variances: Floats, fixed: Floats) -> Floats:
    """Return the posterior means of the doses d >= 0 of ``slopes`` = s d', s >= 0; shape (C,).

    Doses are exponential with mean 1 beforehand, the distribution of most entropy for what is positive and 1 on
    average; any s is as likely as another. Both are averaged over (by quadrature: given s, the doses are independent),
    so that one slope that came out steep by chance does not settle who tires. Where no dose is given only their ratios
    are known: their mean is 1.

    Args:
        slopes, variances: shape (curves, C).
        fixed: shape (C,); NaN where a dose is to be found.
    """
    coarsest = _COARSE * np.abs(slopes).max(axis=1, keepdims=True)
    precision = 1.0 / np.maximum(variances, np.maximum(coarsest**2, 1e-12))
    steepest = (np.maximum(slopes, 0.0) + 2.0 / np.sqrt(precision)).max(axis=1)
    steep = np.stack(np.meshgrid(*(np.linspace(0.0, each, _STEEPS) for each in steepest)), axis=-1)
    steep = steep.reshape(-1, len(slopes))
    free = np.isnan(fixed)
    doses = np.where(free[:, None], np.linspace(_FINEST, _MOST, round(_MOST / _FINEST)), fixed[:, None])
    prior = np.where(free[:, None], -doses, 0.0)
    fit = (steep @ (precision * slopes))[:, :, None] * doses - 0.5 * (steep**2 @ precision)[:, :, None] * doses**2
    highest = (fit + prior).max(axis=2, keepdims=True)
    weight = np.exp(fit + prior - highest)
    total = weight.sum(axis=2)
    evidence = (np.log(total) + highest[:, :, 0]).sum(axis=1)
    chance = np.exp(evidence - evidence.max())
    found = chance @ ((weight * doses).sum(axis=2) / total) / chance.sum()
    return np.asarray(np.where(free, np.maximum(found / (found.mean() if free.all() else 1.0), LEAST), fixed))


def _slopes(
    log: DecisionLog, standard: Floats, counts: Floats, weight: Floats, outcome: Floats
) -> tuple[Floats, Floats]:
    """Return how much steeper contacts' logit is for each recent contact of each channel, with variances: (C,) each."""
    size, channels = standard.shape[1], counts.shape[1]
    inputs = Block(0, (0.01, *(1.0,) * (size - 1)))
    arms = tuple(Block(0, (1.0, *(25.0,) * (size - 1))) for _ in log.arms)
    carried, slope = Block(1, (_CARRIED**-2,) * channels), Block(1, (_SLOPE**-2,) * channels)
    design = Design(
        parts=(standard, counts),
        group=log.arm - SILENT,
        blocks=(carried, slope, inputs, inputs, *arms),
        active=((0, 2), *((0, 1, 2, 3, 4 + place) for place in range(len(log.arms)))),
    )
    fitted: Fitted = fit_blocks(design, outcome, weight, is_logistic=True)
    return fitted.weights[1], fitted.variances[1]
