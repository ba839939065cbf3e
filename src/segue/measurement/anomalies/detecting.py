"""Unusual values of series with a weekly season, robust to what was unusual before.

A value is compared with the same weekday (or hour of the week) of the last six weeks, as a log ratio to their middle;
that is compared with the log ratios of the last thirteen weeks: their mean (so a trend is no anomaly) and standard
deviation, of those within three median absolute deviations. Counts also have to be unlikely by Poisson's law. Beyond
four such deviations a value is called unusual, and later values are not compared with it, unless half of a week was
unusual: then it is the new usual. Sources: Rousseeuw and Croux 1993 (MAD); Huber and Ronchetti 2009, 6.4 (one-step
estimates); Anscombe 1948 (counts).
"""

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from segue.measurement.anomalies.results import Anomaly
from segue.measurement.anomalies.series import SEASONS, Series

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WEEKS = 6
SCALE_WEEKS = 13
LEAST_WEEKS = 3
LEAST_PAST = {"day": 14, "hour": 336}
SIGMAS = 4.0
LEAST_SCALE = 0.01
_TO_SIGMA = 1.482602218505602
_CUT = 3.0
_OF_CUT_NORMAL = 0.98658
_STABLE_SIGMA = (1.0 + 1.1 / WEEKS) ** 0.5


class Scores(Struct, frozen=True, kw_only=True):
    """By series and moment: expected value, log scale, and score; NaN where the past is too short to judge."""

    expected: "Floats"
    scale: "Floats"
    score: "Floats"


def score_series(series: Series, *, sigmas: float = SIGMAS) -> Scores:
    """Return how unusual each value is.

    Nothing is judged before three weeks for a reference and two more for a scale. A count's or rate's score is
    the smaller one of the log scale and of Poisson's law, so a few events more or less are no anomaly.
    """
    offset = _offset(series)
    first = _scores(series, series.values, offset)
    season = SEASONS[series.every]
    with np.errstate(invalid="ignore"):
        unusual = np.abs(first.score) > sigmas
    is_new_usual = _past(_later(unusual.astype(np.float64), -1), season).mean(axis=-1) >= 0.5
    return _scores(series, np.where(unusual & ~is_new_usual, np.nan, series.values), offset)


def _scores(series: Series, known: "Floats", offset: "Floats") -> Scores:
    """Return the scores of all values, compared with the past among the ``known`` ones."""
    season = SEASONS[series.every]
    with np.errstate(invalid="ignore", divide="ignore"):
        logs, known_logs = np.log(series.values + offset), np.log(known + offset)
        same_time = np.stack([_later(known_logs, season * week) for week in range(1, WEEKS + 1)], axis=-1)
        usual = _middle(same_time, LEAST_WEEKS)
        mean, spread = _mean_and_spread(_past(known_logs - usual, SCALE_WEEKS * season), LEAST_PAST[series.every])
        expected = np.maximum(np.exp(usual + mean) - offset, 0.0)
        scale = np.maximum(spread, LEAST_SCALE)
        score = (logs - usual - mean) / scale
        if series.trials is not None:
            by_law = (_stable(series.values * series.trials) - _stable(expected * series.trials)) / _STABLE_SIGMA
            score = np.where(np.abs(by_law) < np.abs(score), by_law, score)
        return Scores(expected=expected, scale=scale, score=score)


def detect(series: Series, *, sigmas: float = SIGMAS) -> tuple[Anomaly, ...]:
    """Return what was unusual, in the order of time and then of series.

    detect(read_series(duck, "(SELECT channel AS series, at, 1 AS value FROM decisions)"))
    """
    scores = score_series(series)
    with np.errstate(invalid="ignore"):
        found = np.argwhere((np.abs(scores.score) > sigmas).T)
    return tuple(anomaly_at(series, scores, int(place), int(moment), sigmas) for moment, place in found)


def anomaly_at(series: Series, scores: Scores, place: int, moment: int, sigmas: float = SIGMAS) -> Anomaly:
    """Return what series number ``place`` was at moment number ``moment``, unusual or not."""
    expected, scale = float(scores.expected[place, moment]), float(scores.scale[place, moment])
    low, high = expected * np.exp(-sigmas * scale), expected * np.exp(sigmas * scale)
    trials = 0.0 if series.trials is None else float(series.trials[place, moment])
    if trials:
        root = _stable(np.array([expected * trials]))[0]
        low = min(low, max(root - sigmas * _STABLE_SIGMA, 0.0) ** 2 / 4.0 / trials)
        high = max(high, (root + sigmas * _STABLE_SIGMA) ** 2 / 4.0 / trials)
    return Anomaly(
        series=series.names[place],
        at=series.moments[moment],
        value=float(series.values[place, moment]),
        expected=expected,
        low=float(low),
        high=float(high),
        score=float(scores.score[place, moment]),
    )


def _stable(counts: "Floats") -> "Floats":
    """Return Anscombe's root of counts, whose standard deviation is 1 by Poisson's law."""
    roots: Floats = 2.0 * np.sqrt(counts + 0.375)
    return roots


def _later(values: "Floats", steps: int) -> "Floats":
    """Return the values shifted to a later time (an earlier one where ``steps`` is negative), NaN at the rim."""
    shifted = np.full(values.shape, np.nan)
    if steps < 0:
        shifted[:, :steps] = values[:, -steps:]
    elif steps < values.shape[1]:
        shifted[:, steps:] = values[:, :-steps]
    return shifted


def _past(values: "Floats", steps: int) -> "Floats":
    """Return of each value the ``steps`` before it, in a new last axis."""
    padded = np.concatenate([np.full((len(values), steps), np.nan), values[:, :-1]], axis=1)
    return np.lib.stride_tricks.sliding_window_view(padded, steps, axis=1)


def _middle(values: "Floats", least: int) -> "Floats":
    """Return the means of the last axis without its smallest and largest value (the median of three or four)."""
    ordered = np.sort(values, axis=-1)
    number = np.sum(~np.isnan(ordered), axis=-1)
    places = np.arange(ordered.shape[-1])
    inner = (places > 0) & (places < number[..., None] - 1)
    sums = np.where(inner, ordered, 0.0).sum(axis=-1)
    middles: Floats = np.where(number >= least, sums / np.maximum(number - 2, 1), np.nan)
    return middles


def _mean_and_spread(values: "Floats", least: int) -> "tuple[Floats, Floats]":
    """Return mean and standard deviation of the last axis, of values within three absolute deviations of the median."""
    median = _median(values, least)[..., None]
    far = _CUT * _TO_SIGMA * _median(np.abs(values - median), least)[..., None]
    inside = np.abs(values - median) <= np.maximum(far, LEAST_SCALE)
    number = np.maximum(inside.sum(axis=-1), 1)
    mean = np.where(inside, values, 0.0).sum(axis=-1) / number
    squares = np.where(inside, (values - mean[..., None]) ** 2, 0.0).sum(axis=-1)
    spread = np.sqrt(squares / np.maximum(number - 1, 1)) / _OF_CUT_NORMAL
    is_known = ~np.isnan(median[..., 0])
    return np.where(is_known, mean, np.nan), np.where(is_known, spread, np.nan)


def _median(values: "Floats", least: int) -> "Floats":
    """Return the medians of the last axis without NaN; NaN where fewer than ``least`` values are left."""
    ordered = np.sort(values, axis=-1)
    number = np.sum(~np.isnan(ordered), axis=-1)
    lower = np.take_along_axis(ordered, np.maximum(number - 1, 0)[..., None] // 2, axis=-1)[..., 0]
    upper = np.take_along_axis(ordered, np.minimum(number // 2, ordered.shape[-1] - 1)[..., None], axis=-1)[..., 0]
    medians: Floats = np.where(number >= least, (lower + upper) / 2.0, np.nan)
    return medians


def _offset(series: Series) -> "Floats":
    """Return what keeps the logarithm finite: half an event; of a measure, a hundredth of its series' median size."""
    if series.trials is not None:
        return 0.5 / np.maximum(series.trials, 1.0)
    sizes = _median(np.abs(series.values), 1)
    offsets: Floats = np.broadcast_to(np.maximum(np.nan_to_num(sizes) / 100.0, 1e-12)[:, None], series.values.shape)
    return offsets
