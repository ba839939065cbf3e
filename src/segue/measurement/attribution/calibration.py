"""Calibrated attribution: path credits scaled to what holdouts say was caused.

Each channel's factor is its holdout's increment divided by the conversions that paths credit to it. Factors are noisy,
so each is shrunk towards the global one (of the global holdout, or else the mean of the channels), the more the noisier
it is: f = B g + (1 - B) own, with B from the spread of the true factors about g, which is estimated from the channels.
Sources: Morris 1983, Parametric empirical Bayes inference (estimates and intervals, which allow for the estimated
spread); Paule and Mandel 1982 (the spread).
"""

import math
from collections.abc import Mapping, Sequence

from msgspec import Struct

from segue.measurement.attribution.results import CalibratedAttribution, CalibratedCredit, PathAttribution
from segue.measurement.intervals import Interval, interval
from segue.measurement.quantiles import normal_quantile
from segue.model.errors import SegueError


class Increment(Struct, frozen=True, kw_only=True):
    """What a holdout says was caused, with its standard error; in the unit of the credits."""

    estimate: float
    error: float


class _Prior(Struct, frozen=True, kw_only=True):
    mean: float
    variance: float
    spread: float
    estimated: int


def increment_of(found: Interval) -> Increment:
    """Return an interval as estimate and standard error."""
    return Increment(
        estimate=found.estimate, error=(found.high - found.low) / 2.0 / normal_quantile(0.5 + found.level / 2.0)
    )


def calibrated(
    paths: PathAttribution,
    incremental: Mapping[str, Increment],
    *,
    total: Increment | None = None,
    level: float = 0.95,
) -> CalibratedAttribution:
    """Return the credits of ``paths``, each scaled by its channel's factor, with intervals.

    ``incremental`` is by channel, from `contributions`; a channel without a holdout gets the global factor and an
    interval that allows for how different channels are. ``total`` is the increment of a global holdout. Shrinking needs
    three measured channels with ``total`` and four without; with fewer, each keeps its own factor.
    """
    credited = {credit.channel: credit.conversions for credit in paths.credits if credit.conversions > 0}
    strangers = sorted(set(incremental) - set(credited))
    measured = [channel for channel in credited if channel in incremental]
    if strangers or not measured:
        raise SegueError(
            f"No path credits {', '.join(strangers) or 'a channel with a holdout'}.",
            "Take paths and holdouts from the same period, with the same names of channels.",
        )
    own = [incremental[channel].estimate / credited[channel] for channel in measured]
    variances = [(incremental[channel].error / credited[channel]) ** 2 for channel in measured]
    prior = _prior(own, variances, total, sum(credited.values()))
    mean_variance = sum(variances) / len(variances)
    posterior = {
        channel: _shrunk(factor, variance, mean_variance, prior, len(measured))
        for channel, factor, variance in zip(measured, own, variances, strict=True)
    }
    unmeasured = prior.mean, prior.spread + prior.variance, 0.0
    return CalibratedAttribution(
        model=paths.model,
        credits=tuple(
            _credit(channel, credited[channel], posterior.get(channel, unmeasured), level) for channel in credited
        ),
        global_factor=interval(prior.mean, math.sqrt(prior.variance), level=level),
        spread=math.sqrt(prior.spread),
    )


def _prior(own: Sequence[float], variances: Sequence[float], total: Increment | None, credited: float) -> _Prior:
    if total is not None:
        mean, variance = total.estimate / credited, (total.error / credited) ** 2
        spread = _spread(own, [each + variance for each in variances], mean)
        return _Prior(mean=mean, variance=variance, spread=spread, estimated=0)
    spread = _spread(own, variances, None)
    weights = [1.0 / (variance + spread) for variance in variances]
    return _Prior(mean=_mean(own, weights), variance=1.0 / sum(weights), spread=spread, estimated=1)


def _spread(own: Sequence[float], variances: Sequence[float], mean: float | None) -> float:
    """Return the spread at which the factors scatter as much as expected about ``mean`` (None: their own), by halving;
    0 where they scatter less than their noise.
    """
    freedom = len(own) - (mean is None)

    def excess(spread: float) -> float:
        weights = [1.0 / (variance + spread) for variance in variances]
        middle = _mean(own, weights) if mean is None else mean
        scatter = sum(weight * (each - middle) ** 2 for each, weight in zip(own, weights, strict=True))
        return scatter - freedom

    if freedom == 0 or excess(0.0) <= 0.0:
        return 0.0
    low, high = 0.0, max(variances)
    while excess(high) > 0.0:
        low, high = high, 2.0 * high
    for _ in range(100):
        middle = (low + high) / 2.0
        low, high = (middle, high) if excess(middle) > 0.0 else (low, middle)
    return high


def _shrunk(
    own: float, variance: float, mean_variance: float, prior: _Prior, channels: int
) -> tuple[float, float, float]:
    """Return the factor, its variance, and the weight of the channel's own holdout."""
    freedom = channels - prior.estimated
    if freedom <= 2:
        return own, variance, 1.0
    noise = prior.spread + variance
    shrink = (freedom - 2) / freedom * variance / noise
    factor = shrink * prior.mean + (1.0 - shrink) * own
    kept = variance * (1.0 - (freedom / channels if prior.estimated else 1.0) * shrink)
    unsure = 2.0 / (freedom - 2) * (prior.spread + mean_variance) / noise * (shrink * (own - prior.mean)) ** 2
    anchored = 0.0 if prior.estimated else shrink * shrink * prior.variance
    return factor, kept + unsure + anchored, 1.0 - shrink


def _credit(channel: str, credited: float, posterior: tuple[float, float, float], level: float) -> CalibratedCredit:
    factor, error, own_weight = posterior[0], math.sqrt(posterior[1]), posterior[2]
    return CalibratedCredit(
        channel=channel,
        credited=credited,
        factor=interval(factor, error, level=level),
        incremental=interval(factor * credited, error * credited, level=level),
        own_weight=own_weight,
    )


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / sum(weights)
