"""Cause candidates of an anomaly: the parts of the whole that changed most at that moment, and new definitions near it.

Each dimension (channel, journey, provider, group, country, rule) divides the whole into parts; each part is a series
of its own with its own expectation. A part is a candidate if it was unusual itself at that moment, in the direction of
the whole, and explains more of the change than its size. Candidates are ranked by how much more: one part that changed
alone comes before a large part that changed like all others. Source: Bhagwan et al. 2014, Adtributor (explanatory power
and surprise).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from segue.measurement.anomalies.detecting import Scores, score_series
from segue.measurement.anomalies.results import Anomaly, Cause, Explanation, RevisionChange
from segue.measurement.anomalies.series import Series, read_series
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LEAST_SCORE = 3.0
PARTS_MAX = 50
DIMENSIONS = ("channel", "journey", "rule", "action", "provider", "group", "policy", "country")


def explain(
    duck: "DuckDBPyConnection",
    source: str,
    anomaly: Anomaly,
    dimensions: Sequence[str] = (),
    *,
    every: str = "day",
    revisions: str = "",
    near_hours: float = 48.0,
) -> Explanation:
    """Return the cause candidates of ``anomaly`` among ``dimensions`` (`DIMENSIONS` that the source has, where none are
    named), and the new revisions near it.

    ``source`` (SQL after FROM) has at, value (a count) and a column for each dimension, of the series that was unusual
    only. ``revisions`` has at and revision, such as the table ``decisions`` of segments; "" for none.
    """
    columns = {row[0] for row in duck.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
    asked = dimensions or [dimension for dimension in DIMENSIONS if dimension in columns]
    found = [cause for dimension in asked for cause in _causes(duck, source, anomaly, dimension, every)]
    found.sort(key=lambda cause: (cause.usual_part - cause.explains, cause.dimension, cause.part))
    near = revisions_near(duck, revisions, anomaly.at, near_hours) if revisions else ()
    return Explanation(anomaly=anomaly, causes=tuple(found), revisions=near)


def revisions_near(
    duck: "DuckDBPyConnection", source: str, at: datetime, hours: float = 48.0
) -> tuple[RevisionChange, ...]:
    """Return the revisions of ``source`` (at, revision) that first decided within ``hours`` of ``at``, nearest first.

    The first revision of all is no change.
    """
    moment = at.replace(tzinfo=None).isoformat(sep=" ")
    rows = duck.execute(
        f"""
        WITH firsts AS (SELECT revision, min("at"::TIMESTAMP) AS first FROM {source} GROUP BY revision),
        changes AS (SELECT *, lag(revision) OVER (ORDER BY first, revision) AS previous FROM firsts)
        SELECT revision, previous, first, (epoch(TIMESTAMP '{moment}') - epoch(first)) / 3600.0 AS before
        FROM changes WHERE previous IS NOT NULL AND abs(before) <= {hours} ORDER BY abs(before), revision
        """
    ).fetchall()
    return tuple(
        RevisionChange(revision=revision, previous=previous, at=first, hours_before=before)
        for revision, previous, first, before in rows
    )


def _causes(duck: "DuckDBPyConnection", source: str, anomaly: Anomaly, dimension: str, every: str) -> list[Cause]:
    series = _parts(duck, source, anomaly.at, dimension, every)
    scores = score_series(series)
    moment = _place_of(series, anomaly.at)
    values, expected = series.values[:, moment], np.nan_to_num(scores.expected[:, moment])
    change, usual = anomaly.value - anomaly.expected, max(anomaly.expected, float(expected.sum()), 1e-12)
    causes = [
        _cause(series, scores, place, moment, dimension, (values[place] - expected[place]) / change, usual)
        for place in range(len(series.names))
    ]
    return [
        cause
        for cause in causes
        if abs(cause.score) > LEAST_SCORE and cause.score * change > 0 and cause.explains > cause.usual_part
    ]


def _cause(
    series: Series, scores: Scores, place: int, moment: int, dimension: str, explains: float, usual: float
) -> Cause:
    expected = float(np.nan_to_num(scores.expected[place, moment]))
    score = scores.score[place, moment]
    value = float(series.values[place, moment])
    if np.isnan(score):  # a part without a past: as unusual as its number, by Poisson's law
        score = (value - expected) / max(expected, 1.0) ** 0.5
    return Cause(
        dimension=dimension,
        part=series.names[place],
        value=value,
        expected=expected,
        explains=float(explains),
        usual_part=expected / usual,
        score=float(score),
    )


def _parts(duck: "DuckDBPyConnection", source: str, at: datetime, dimension: str, every: str) -> Series:
    """Return the series of a dimension's largest parts, of ten weeks up to the anomaly; small ones are together."""
    start = (at - timedelta(weeks=13)).replace(tzinfo=None).isoformat(sep=" ")
    end = at.replace(tzinfo=None) + (timedelta(days=1) if every == "day" else timedelta(hours=1))
    column = f"""coalesce("{dimension}"::VARCHAR, '')"""
    query = f"""(
        WITH known AS (
            SELECT {column} AS part, "at", value FROM {source}
            WHERE "at"::TIMESTAMP >= TIMESTAMP '{start}' AND "at"::TIMESTAMP < TIMESTAMP '{end.isoformat(sep=" ")}'
        ), large AS (SELECT part FROM known GROUP BY part ORDER BY sum(value) DESC, part LIMIT {PARTS_MAX})
        SELECT if(part IN (FROM large), part, '(all others)') AS series, "at", value FROM known
    )"""
    return read_series(duck, query, every=every)


def _place_of(series: Series, at: datetime) -> int:
    moment = at.replace(tzinfo=None)
    if moment not in series.moments:
        raise SegueError(f"The source has no rows at {moment}.", "Explain an anomaly from the rows it was found in.")
    return series.moments.index(moment)
