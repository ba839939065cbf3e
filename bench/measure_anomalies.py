"""The anomaly detector on made-up daily metrics with known anomalies, and on the NAB series of an ad exchange.

Made up: 200 counts a day over 180 days, each with a level, a weekly season, a trend (halving to doubling over the
time), lognormal noise of 8 % on top of Poisson's, and two anomalies after day 60: a spike or drop by a factor. "Clear":
levels of 100 to 10,000 a day, factors of e^0.5 to e^1.2. "Hard": levels from 30, factors from e^0.4 to e^1.1, some of
them within the noise. The bound is who knows the law of every series and asks for four of its standard deviations; the
naive rival asks for three about the mean of the last 28 days.

python -m bench.measure_anomalies [--quick] [--data FOLDER]
"""

import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import numpy as np

from bench.report import report
from segue.measurement.anomalies import Series, detect, read_series, score_series

if TYPE_CHECKING:
    from numpy.typing import NDArray

DATA = Path(__file__).parents[1] / "../shared/data"
DAYS, FIRST_ANOMALY, NOISE = 180, 60, 0.08
BEGIN = datetime(2026, 1, 5, tzinfo=UTC).replace(tzinfo=None)
HEADERS = ("series", "windows", "judged", "found", "false alarms", "precision", "recall", "F1", "goal F1")
Found = set[tuple[int, int]]


class Market(NamedTuple):
    """What series are made of: the lowest level, and the logarithms of the anomalies' factors."""

    least_level: float
    least_factor: float
    most_factor: float


MARKETS = {"clear": Market(100.0, 0.5, 1.2), "hard": Market(30.0, 0.4, 1.1)}


class MadeUp(NamedTuple):
    """Series with the (series, day) of their anomalies and the law that they follow without them."""

    series: Series
    truth: Found
    law: "NDArray[np.float64]"


def made_up(seed: int, market: Market, count: int = 200) -> MadeUp:
    """Return ``count`` daily series; the same for the same seed."""
    rng = np.random.default_rng(seed)
    days = np.arange(DAYS)
    level = np.exp(rng.uniform(np.log(market.least_level), np.log(10_000), count))[:, None]
    weekly = np.exp(rng.normal(0, 0.25, (count, 7)))[:, days % 7]
    trend = np.exp(rng.uniform(-np.log(2), np.log(2), count)[:, None] * days / DAYS)
    law = level * weekly * trend
    mean = law * np.exp(rng.normal(0, NOISE, (count, DAYS)))
    truth: Found = set()
    for place in range(count):
        for day in rng.choice(np.arange(FIRST_ANOMALY, DAYS), 2, replace=False):
            mean[place, day] *= np.exp(rng.choice([-1.0, 1.0]) * rng.uniform(market.least_factor, market.most_factor))
            truth.add((place, int(day)))
    return MadeUp(_series(rng.poisson(mean).astype(np.float64)), truth, law)


def _series(values: "NDArray[np.float64]") -> Series:
    moments = tuple(BEGIN + timedelta(days=day) for day in range(values.shape[1]))
    names = tuple(f"{place:04}" for place in range(len(values)))
    return Series(names=names, moments=moments, values=values, every="day", trials=np.ones(values.shape))


def detected(series: Series) -> Found:
    """Return the (series, day) that our detector calls unusual."""
    return {(int(each.series), (each.at - BEGIN).days) for each in detect(series)}


def naive(series: Series) -> Found:
    """Return the (series, day) beyond three standard deviations of the last 28 days."""
    past = np.lib.stride_tricks.sliding_window_view(series.values, 28, axis=1)[:, :-1]
    far = np.abs(series.values[:, 28:] - past.mean(axis=-1)) > 3 * past.std(axis=-1, ddof=1)
    return {(int(place), int(day) + 28) for place, day in np.argwhere(far)}


def bound(made: MadeUp) -> Found:
    """Return the (series, day) beyond four standard deviations of the law, from day 35 on, as ours begins."""
    far = np.abs(np.log((made.series.values + 0.5) / (made.law + 0.5))) > 4 * np.sqrt(NOISE**2 + 1 / made.law)
    return {(int(place), int(day)) for place, day in np.argwhere(far) if day >= 35}


def quality(found: Found, truth: Found) -> tuple[float, float, float]:
    """Return precision, recall and F1."""
    hit = len(found & truth)
    precision, recall = hit / max(len(found), 1), hit / len(truth)
    return precision, recall, 2 * precision * recall / (precision + recall) if hit else 0.0


def exchange(folder: Path) -> list[tuple[object, ...]]:
    """Return of each series of the ad exchange: labelled windows, those that end after the detector has enough past to
    judge, those of them with an alarm, and alarms outside any.

    Alarms up to six hours apart are one. The windows say where an anomaly may be, not that each hour is one.
    """
    duck = duckdb.connect(config={"threads": 1})
    file = folder / "nab_ad_exchange_2_3.csv.gz"
    source = f"""(SELECT series, timestamp AS "at", value FROM '{file}')"""
    labels = f"SELECT series, date_trunc('hour', timestamp), anomaly FROM '{file}' ORDER BY 1, 2"
    series = read_series(duck, source, every="hour", is_count=False)
    judged = ~np.isnan(score_series(series).score)
    alarms: dict[str, list[datetime]] = {}
    for each in detect(series):
        alarms.setdefault(each.series, []).append(each.at)
    rows: list[tuple[object, ...]] = []
    for name, group in groupby(duck.execute(labels).fetchall(), key=lambda row: str(row[0])):
        windows = _windows([(moment, bool(label)) for _, moment, label in group])
        begin = series.moments[int(np.argmax(judged[series.names.index(name)]))]
        in_time = [(first, last) for first, last in windows if last >= begin]
        ours = alarms.get(name, [])
        hit = sum(any(first <= alarm <= last for alarm in ours) for first, last in in_time)
        outside = [alarm for alarm in ours if not any(first <= alarm <= last for first, last in windows)]
        rows.append((name, len(windows), len(in_time), hit, _events(outside), None, None, None, None))
    return rows


def _windows(labels: list[tuple[datetime, bool]]) -> list[tuple[datetime, datetime]]:
    runs = [list(run) for is_unusual, run in groupby(labels, key=lambda each: each[1]) if is_unusual]
    return [(run[0][0], run[-1][0]) for run in runs]


def _events(alarms: list[datetime]) -> int:
    return bool(alarms) + sum(later - one > timedelta(hours=6) for one, later in pairwise(alarms))


def bench_anomalies(seeds: int = 5, data: Path = DATA) -> tuple[list[tuple[object, ...]], dict[str, float]]:
    """Return the rows of the table and the figures over ``seeds`` sets of 200 series; ``f1`` is of the clear ones."""
    rows: list[tuple[object, ...]] = []
    figures: dict[str, float] = {}
    for name, market in MARKETS.items():
        kinds: dict[str, list[tuple[float, float, float]]] = {"ours": [], "naive": [], "bound": []}
        begin = time.process_time()
        sets = [made_up(seed, market) for seed in range(seeds)]
        making = time.process_time() - begin
        for made in sets:
            kinds["ours"].append(quality(detected(made.series), made.truth))
        figures[f"seconds_200x180_{name}"] = (time.process_time() - begin - making) / seeds
        for made in sets:
            kinds["naive"].append(quality(naive(made.series), made.truth))
            kinds["bound"].append(quality(bound(made), made.truth))
        for kind, each in kinds.items():
            goal = "0.960" if (name, kind) == ("clear", "ours") else None
            rows.append((f"{name}: {kind}, {seeds} sets", 400 * seeds, 400 * seeds, None, None, *_means(each), goal))
            figures[f"f1_{name}_{kind}"] = float(np.mean([one[2] for one in each]))
    figures["f1"] = figures["f1_clear_ours"]
    if data.is_dir():
        rows += exchange(data)
    return rows, figures


def _means(qualities: list[tuple[float, float, float]]) -> list[str]:
    return [f"{np.mean([each[place] for each in qualities]):.3f}" for place in range(3)]


if __name__ == "__main__":
    folder = Path(sys.argv[sys.argv.index("--data") + 1]) if "--data" in sys.argv else DATA
    table, measured = bench_anomalies(1 if "--quick" in sys.argv else 5, folder)
    report("measure_anomalies", HEADERS, table, measured)
