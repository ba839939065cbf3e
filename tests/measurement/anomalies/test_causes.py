"""Cause candidates: the part that changed alone comes first, and new revisions are named."""

from datetime import timedelta

import duckdb
import numpy as np
import pytest

from bench.measure_anomalies import BEGIN
from segue.measurement.anomalies.causes import explain, revisions_near
from segue.measurement.anomalies.detecting import detect
from segue.measurement.anomalies.results import Anomaly
from segue.measurement.anomalies.series import read_series
from segue.model.errors import SegueError

SOURCE = '(SELECT \'sent\' AS series, "at", value, channel, country, "group" FROM sends)'


def sends(duck: duckdb.DuckDBPyConnection, *, broken: bool) -> None:
    """Create daily sends by channel, country and group; on day 90 push nearly stops, or all is halved."""
    rng = np.random.default_rng(6)
    duck.execute('CREATE TABLE sends (day INT, value DOUBLE, channel VARCHAR, country VARCHAR, "group" VARCHAR)')
    rows = []
    for day in range(100):
        for channel, size in (("email", 900), ("push", 500), ("sms", 200)):
            for country, part in (("SE", 0.5), ("NO", 0.3), ("DK", 0.2)):
                is_hit = day == 90 and (not broken or channel == "push")
                usual = (
                    size
                    * part
                    * (0.6 if day % 7 > 4 else 1.0)
                    * (0.02 if is_hit and broken else 0.5 if is_hit else 1.0)
                )
                for group in ("orchestrated", "control"):
                    rows.append((day, float(rng.poisson(usual / 2)), channel, country, group))
    duck.executemany("INSERT INTO sends VALUES (?, ?, ?, ?, ?)", rows)
    duck.execute('ALTER TABLE sends ADD COLUMN "at" TIMESTAMP')
    duck.execute(f"UPDATE sends SET \"at\" = TIMESTAMP '{BEGIN}' + to_days(day)")


def anomaly_of(duck: duckdb.DuckDBPyConnection) -> Anomaly:
    (found,) = detect(read_series(duck, SOURCE))
    return found


def test_the_broken_part_comes_first_with_what_it_explains() -> None:
    duck = duckdb.connect()
    sends(duck, broken=True)

    first, *others = explain(duck, SOURCE, anomaly_of(duck), ("country", "group", "channel")).causes

    assert (first.dimension, first.part) == ("channel", "push")
    assert first.explains == pytest.approx(1.0, abs=0.2)
    assert first.usual_part == pytest.approx(500 / 1600, abs=0.05)
    assert first.score < -4
    assert all(cause.explains - cause.usual_part < 0.15 for cause in others), "they changed as much as all did"


def test_what_changed_everywhere_has_no_cause_among_parts() -> None:
    duck = duckdb.connect()
    sends(duck, broken=False)

    found = explain(duck, SOURCE, anomaly_of(duck))

    assert all(cause.explains - cause.usual_part < 0.08 for cause in found.causes)


def test_revisions_near_it_are_named() -> None:
    duck = duckdb.connect()
    duck.execute("""
        CREATE TABLE decisions AS FROM (VALUES
            ('one', TIMESTAMP '2026-01-01'), ('two', TIMESTAMP '2026-04-04 20:00'),
            ('two', TIMESTAMP '2026-04-05 10:00'),
            ('three', TIMESTAMP '2026-04-05 09:00'), ('one', TIMESTAMP '2026-04-05 08:00')
        ) AS t(revision, "at")
    """)
    at = BEGIN + timedelta(days=90)

    near = revisions_near(duck, "decisions", at, hours=48)

    assert [(each.revision, each.previous, each.hours_before) for each in near] == [
        ("two", "one", 4.0),
        ("three", "two", -9.0),
    ]
    assert [each.revision for each in revisions_near(duck, "decisions", at, hours=5)] == ["two"]


def test_an_anomaly_outside_the_source_is_refused() -> None:
    duck = duckdb.connect()
    sends(duck, broken=True)
    lost = Anomaly(series="sent", at=BEGIN - timedelta(days=1), value=0, expected=9, low=1, high=20, score=-5)
    with pytest.raises(SegueError):
        explain(duck, SOURCE, lost, ("channel",))
