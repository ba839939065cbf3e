"""Unusual values of series with a weekly season, robust to what was unusual before.

A value is compared with the same weekday (or hour of the week) of the last six weeks, as a log ratio to their middle;
that is compared with the log ratios of the last thirteen weeks (four, of hours): their mean (so a trend is no anomaly)
and standard deviation, of those within three median absolute deviations. Counts and rates also have to be unlikely by
Poisson's law. Beyond four such deviations a value is called unusual, and later values are not compared with it. Where
half of a week was unusual in one direction, the level is new: from then on the past counts as if it had been at that
level. Sources: Rousseeuw and Croux 1993 (MAD); Huber and Ronchetti 2009, 6.4 (one-step estimates); Anscombe 1948.
"""

from typing import TYPE_CHECKING

import msgspec
import numpy as np
from msgspec import Struct

from segue.measurement.anomalies.results import Anomaly
from segue.measurement.anomalies.series import SEASONS, Series

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WEEKS = 6
LEAST_WEEKS = 3
PAST = {"day": 91, "hour": 672}
LEAST_PAST = {"day": 14, "hour": 336}
SIGMAS = 4.0
LEAST_SCALE = 0.01
_TO_SIGMA = 1.482602218505602
_CUT = 3.0
_OF_CUT_NORMAL = 0.98658
_BLOCK = 2_000_000
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
    scores = _masked_scores(series, sigmas)
    for place, moment in _first_new_levels(series, scores, sigmas):
        one = msgspec.structs.replace(
            series,
            names=(series.names[place],),
            values=series.values[place : place + 1].copy(),
            trials=None if series.trials is None else series.trials[place : place + 1],
        )
        _settle(one, scores, place, moment, sigmas)
    return scores


def _masked_scores(series: Series, sigmas: float) -> Scores:
    """Return the scores of all values, compared with what was not unusual before."""
    offset = _offset(series)
    first = _scores(series, series.values, offset)
    with np.errstate(invalid="ignore"):
        return _scores(series, np.where(np.abs(first.score) > sigmas, np.nan, series.values), offset)


def _first_new_levels(series: Series, scores: Scores, sigmas: float, after: int = 0) -> list[tuple[int, int]]:
    """Return the first moment, from ``after`` on, up to which half a week was unusual in one direction, of each series
    that has one: the level is new.
    """
    season = SEASONS[series.every]
    with np.errstate(invalid="ignore"):
        signs = np.sign(scores.score) * (np.abs(scores.score) > sigmas)
    signs[:, :after] = 0.0
    sums = np.cumsum(np.nan_to_num(signs), axis=1)
    sums[:, season:] = sums[:, season:] - sums[:, :-season]
    is_new = np.abs(sums) >= season / 2.0
    return [(place, int(np.argmax(row))) for place, row in enumerate(is_new) if row.any()]


def _settle(one: Series, scores: Scores, place: int, moment: int, sigmas: float) -> None:
    """Write into row ``place`` of ``scores`` what ``one`` series' are when each new level is taken for what it is: from
    then on, the past before it counts as if it had been at that level.
    """
    offset = _offset(one)
    found = _masked_scores(one, sigmas)
    while True:
        begin = max(moment - SEASONS[one.every] + 1, 0)
        week = np.nan_to_num(found.score[0, begin : moment + 1])
        is_above = (week > sigmas).sum() >= (week < -sigmas).sum()
        days = begin + np.flatnonzero((week if is_above else -week) > sigmas)
        logs = np.log((one.values + offset)[0, days] / (found.expected + offset)[0, days])
        one.values[0, : days[0]] = (one.values + offset)[0, : days[0]] * np.exp(np.median(logs)) - offset[0, : days[0]]
        found = _masked_scores(one, sigmas)
        for name in ("expected", "scale", "score"):
            getattr(scores, name)[place, moment + 1 :] = getattr(found, name)[0, moment + 1 :]
        following = _first_new_levels(one, found, sigmas, after=moment + 1)
        if not following:
            return
        ((_, moment),) = following


def _scores(series: Series, known: "Floats", offset: "Floats") -> Scores:
    """Return the scores of all values, compared with the past among the ``known`` ones."""
    season = SEASONS[series.every]
    with np.errstate(invalid="ignore", divide="ignore"):
        logs, known_logs = np.log(series.values + offset), np.log(known + offset)
        same_time = np.stack([_later(known_logs, season * week) for week in range(1, WEEKS + 1)], axis=-1)
        usual = _middle(same_time, LEAST_WEEKS)
        mean, spread = _past_mean_and_spread(known_logs - usual, PAST[series.every], LEAST_PAST[series.every])
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


def _past_mean_and_spread(values: "Floats", steps: int, least: int) -> "tuple[Floats, Floats]":
    """Return mean and deviation of the ``steps`` before each value, in blocks that fit into little memory."""
    padded = np.concatenate([np.full((len(values), steps), np.nan), values[:, :-1]], axis=1)
    past = np.lib.stride_tricks.sliding_window_view(padded, steps, axis=1)
    size = max(1, _BLOCK // (steps * len(values)))
    parts = [_mean_and_spread(past[:, at : at + size], least) for at in range(0, values.shape[1], size)]
    return np.concatenate([part[0] for part in parts], axis=1), np.concatenate([part[1] for part in parts], axis=1)


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
