"""Series: measures by day or hour on one grid of time, made by one query."""

from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

SEASONS = {"day": 7, "hour": 168}
"""How many values a week has, by the length of one."""


class Series(Struct, frozen=True, kw_only=True):
    """Values of shape (series, moments); NaN where a measure is missing.

    ``trials`` are of what a rate is a part of, such as deliveries where the values are rates of bounces; for counts
    they are 1, and None for measures that are no counts, such as prices.
    """

    names: tuple[str, ...]
    moments: tuple[datetime, ...]
    values: "NDArray[np.float64]"
    every: str
    trials: "NDArray[np.float64] | None"


def read_series(duck: "DuckDBPyConnection", source: str, *, every: str = "day", is_count: bool = True) -> Series:
    """Return the series of ``source`` (SQL after FROM), which has series, at and value, by ``every`` "day" or "hour".

    Counts are summed, and 0 where there is no row; other measures are averaged, and missing where there is none. The
    grid goes from the first to the last row of any series; leave an unfinished last day or hour out of the source.
    """
    moments, names, sums = _on_grid(duck, source, every, "sum(value)" if is_count else "avg(value)")
    values = np.nan_to_num(sums[0]) if is_count else sums[0]
    return Series(
        names=names,
        moments=moments,
        values=values,
        every=every,
        trials=np.ones(values.shape) if is_count else None,
    )


def read_rates(duck: "DuckDBPyConnection", source: str, *, every: str = "day") -> Series:
    """Return series of rates: the sum of value over the sum of trials of ``source``: series, at, value, trials.

    A rate is missing where there were no trials.

    read_rates(duck, "(SELECT channel AS series, at, (status = 'bounced')::INT AS value, 1 AS trials FROM reports)")
    """
    moments, names, (values, trials) = _on_grid(duck, source, every, "sum(value)", "sum(trials)")
    trials = np.nan_to_num(trials)
    rates = np.divide(np.nan_to_num(values), trials, out=np.full(values.shape, np.nan), where=trials > 0)
    return Series(names=names, moments=moments, values=rates, every=every, trials=trials)


def _on_grid(
    duck: "DuckDBPyConnection", source: str, every: str, *measures: str
) -> "tuple[tuple[datetime, ...], tuple[str, ...], list[NDArray[np.float64]]]":
    """Return the moments, the names, and each of ``measures`` (SQL) of shape (series, moments)."""
    if every not in SEASONS:
        raise SegueError(f"There is no {every!r} season.", "Read series by day or by hour.")
    asked = ", ".join(f"({measure})::DOUBLE AS measure_{place}" for place, measure in enumerate(measures))
    columns = ", ".join(f"measure_{place}" for place in range(len(measures)))
    rows = duck.execute(
        f"""
        WITH known AS (
            SELECT series::VARCHAR AS series, date_trunc('{every}', "at"::TIMESTAMP) AS moment, {asked}
            FROM {source} WHERE value IS NOT NULL GROUP BY ALL
        ), grid AS (SELECT unnest(generate_series(min(moment), max(moment), INTERVAL 1 {every})) AS moment FROM known)
        SELECT series, moment, {columns} FROM (FROM (SELECT DISTINCT series FROM known) CROSS JOIN grid)
        LEFT JOIN known USING (series, moment) ORDER BY series, moment
        """
    ).fetchall()
    if not rows:
        raise SegueError("The series are empty.", "Choose a period in which something was measured.")
    names = tuple(dict.fromkeys(row[0] for row in rows))
    shape = len(names), len(rows) // len(names)
    sums = [
        np.array([row[2 + place] for row in rows], dtype=np.float64).reshape(shape) for place in range(len(measures))
    ]
    return tuple(row[1] for row in rows[: shape[1]]), names, sums
