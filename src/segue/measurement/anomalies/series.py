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
    """Values of shape (series, moments); NaN where a measure is missing. ``is_count`` says that they are counts."""

    names: tuple[str, ...]
    moments: tuple[datetime, ...]
    values: "NDArray[np.float64]"
    every: str
    is_count: bool


def read_series(duck: "DuckDBPyConnection", source: str, *, every: str = "day", is_count: bool = True) -> Series:
    """Return the series of ``source`` (SQL after FROM), which has series, at and value, by ``every`` "day" or "hour".

    Counts are summed, and 0 where there is no row; other measures are averaged, and missing where there is none. The
    grid goes from the first to the last row of any series; leave an unfinished last day or hour out of the source.
    """
    if every not in SEASONS:
        raise SegueError(f"There is no {every!r} season.", "Read series by day or by hour.")
    whole = "sum(value)" if is_count else "avg(value)"
    rows = duck.execute(
        f"""
        WITH known AS (
            SELECT series::VARCHAR AS series, date_trunc('{every}', "at"::TIMESTAMP) AS moment, {whole}::DOUBLE AS value
            FROM {source} WHERE value IS NOT NULL GROUP BY ALL
        ), grid AS (SELECT unnest(generate_series(min(moment), max(moment), INTERVAL 1 {every})) AS moment FROM known)
        SELECT series, moment, value FROM (FROM (SELECT DISTINCT series FROM known) CROSS JOIN grid)
        LEFT JOIN known USING (series, moment) ORDER BY series, moment
        """
    ).fetchall()
    if not rows:
        raise SegueError("The series are empty.", "Choose a period in which something was measured.")
    names = tuple(dict.fromkeys(series for series, _, _ in rows))
    moments = tuple(moment for _, moment, _ in rows[: len(rows) // len(names)])
    missing = 0.0 if is_count else np.nan
    values = np.array([missing if value is None else value for _, _, value in rows])
    shaped = values.reshape(len(names), len(moments))
    return Series(names=names, moments=moments, values=shaped, every=every, is_count=is_count)
