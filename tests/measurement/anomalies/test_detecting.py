"""The detector: on made-up series of known anomalies, and on single stories."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from bench.measure_anomalies import BEGIN, DATA, MARKETS, bound, detected, exchange, made_up, naive, quality
from segue.measurement.anomalies.detecting import detect, score_series
from segue.measurement.anomalies.series import Series


def series_of(values: np.ndarray, *, every: str = "day", is_count: bool = True) -> Series:
    step = timedelta(days=1) if every == "day" else timedelta(hours=1)
    moments: tuple[datetime, ...] = tuple(BEGIN + place * step for place in range(len(values)))
    trials = np.ones((1, len(values))) if is_count else None
    return Series(names=("s",), moments=moments, values=values[None, :].astype(float), every=every, trials=trials)


def week(days: int, level: float = 400.0) -> np.ndarray:
    pattern = np.array([1.0, 1.1, 1.2, 1.0, 0.9, 0.5, 0.4])
    noise = np.random.default_rng(3).normal(0, 0.05, days)
    return np.round(level * pattern[np.arange(days) % 7] * np.exp(noise))


def test_made_up_anomalies_are_found() -> None:
    made = made_up(101, MARKETS["clear"])
    precision, recall, f1 = quality(detected(made.series), made.truth)

    assert f1 >= 0.96, (precision, recall)
    assert quality(naive(made.series), made.truth)[2] < 0.7
    assert quality(bound(made), made.truth)[2] > f1, "nobody does better than who knows the law"


def test_a_weekly_season_and_a_trend_are_no_anomalies() -> None:
    days = np.arange(180)
    assert detect(series_of(week(180) * np.exp(days / 180))) == ()


def test_an_anomaly_has_its_bounds() -> None:
    values = week(100)
    values[80] = values[80] * 2
    (found,) = detect(series_of(values))

    assert found.at == BEGIN + timedelta(days=80)
    assert found.low < found.expected < found.high < found.value
    assert found.expected == pytest.approx(values[80] / 2, rel=0.15)
    assert found.score > 4


def test_what_was_unusual_is_no_reference_for_later() -> None:
    values = week(120)
    clean = score_series(series_of(values)).expected[0, 94]
    values[80] *= 4
    values[87] /= 4

    assert score_series(series_of(values)).expected[0, 94] == pytest.approx(clean, rel=0.05)


@pytest.mark.parametrize("factor", [0.4, 1.6, 3.0])
def test_a_new_level_is_told_for_half_a_week_and_then_is_the_usual_one(factor: float) -> None:
    values = week(200)
    values[80:] = np.round(values[80:] * factor)
    values[150] *= 2
    found = detect(series_of(values))

    assert [(anomaly.at - BEGIN).days for anomaly in found] == [80, 81, 82, 83, 150]
    assert found[-1].expected == pytest.approx(values[150] / 2, rel=0.2)


def test_a_level_that_comes_back_is_told_twice() -> None:
    values = week(200)
    values[80:120] = np.round(values[80:120] * 0.3)

    assert [(anomaly.at - BEGIN).days for anomaly in detect(series_of(values))] == [80, 81, 82, 83, 120, 121, 122, 123]


def test_small_counts_scatter_as_poisson_says() -> None:
    rng = np.random.default_rng(8)
    alarms = sum(len(detect(series_of(rng.poisson(3.0, 180)))) for _ in range(40))

    assert alarms / (40 * 145) < 0.002


def test_hours_of_the_week_have_their_own_usual() -> None:
    hours = np.arange(24 * 7 * 8)
    values = 50.0 * (1.3 + np.sin(hours / 24 * 2 * np.pi)) * np.where(hours % 168 < 120, 1.0, 0.5)
    values *= np.exp(np.random.default_rng(2).normal(0, 0.05, len(hours)))
    values[1200] *= 0.5
    found = detect(series_of(values, every="hour", is_count=False))

    assert [anomaly.at for anomaly in found] == [BEGIN + timedelta(hours=1200)]


def test_a_rate_is_judged_by_its_trials() -> None:
    rng = np.random.default_rng(12)
    for trials, is_found in ((20, False), (5_000, True)):
        counts = rng.binomial(trials, 0.02, 100).astype(float)
        counts[80] = 3 * 0.02 * trials
        rates = Series(
            names=("bounced",),
            moments=tuple(BEGIN + timedelta(days=day) for day in range(100)),
            values=(counts / trials)[None, :],
            every="day",
            trials=np.full((1, 100), float(trials)),
        )
        found = detect(rates)
        assert [(each.at - BEGIN).days for each in found] == ([80] if is_found else [])
        assert all(each.low < 0.02 < each.high < each.value == 0.06 for each in found)


def test_without_a_past_nothing_is_judged() -> None:
    assert np.isnan(score_series(series_of(week(30))).score).all()
    assert detect(series_of(week(5))) == ()


def test_silence_where_something_is_usual_is_found() -> None:
    values = week(100)
    values[90] = 0

    assert [(anomaly.at - BEGIN).days for anomaly in detect(series_of(values))] == [90]


@pytest.mark.skipif(not (DATA / "nab_ad_exchange_2_3.csv.gz").is_file(), reason="NAB is not here: ../shared/data")
def test_the_ad_exchanges_windows_are_found_where_they_can_be_judged() -> None:
    rows = exchange(Path(DATA))

    assert [row[1] for row in rows] == [1, 2, 3, 1]
    assert sum(int(str(row[3])) for row in rows) >= sum(int(str(row[2])) for row in rows) - 1
    assert sum(int(str(row[4])) for row in rows) <= 8, "few alarms outside the windows, in four series of seven weeks"
