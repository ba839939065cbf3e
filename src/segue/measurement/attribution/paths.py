"""Paths: the contacts before each conversion, and those of customers who did not convert, as one DuckDB table.

Its columns are ``path`` (VARCHAR[], the channels in order), ``conversions``, ``value``, ``nulls`` (paths that did not
convert; DOUBLE) and ``ages`` (DOUBLE[], days from each contact to the end of the path; NULL where times are unknown).
"""

from itertools import count
from typing import TYPE_CHECKING

from msgspec import Struct

from segue.core.expressions.sql_values import quoted
from segue.measurement.attribution.transforms import TRANSFORMS
from segue.measurement.literals import listed
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_MICROSECONDS_A_DAY = 86_400_000_000
_NUMBERS = count(1)


class Paths(Struct, frozen=True, kw_only=True):
    """A table of paths on a connection; see the module for its columns."""

    duck: "DuckDBPyConnection"
    table: str
    has_times: bool


def read_paths(
    duck: "DuckDBPyConnection",
    source: str,
    *,
    conversions: str = "total_conversions",
    value: str = "total_conversion_value",
    nulls: str = "total_null",
    separator: str = " > ",
) -> Paths:
    """Return the paths of ``source`` (SQL after FROM), a table of ``path`` texts with counts.

    read_paths(duck, "'paths.csv'")
    """
    return _create(
        duck,
        f"""
        SELECT CASE WHEN trim(path) = '' THEN []
                ELSE list_transform(string_split(path, '{separator}'), lambda c: trim(c)) END AS path,
            {conversions}::DOUBLE AS conversions, coalesce({value}, 0)::DOUBLE AS value, {nulls}::DOUBLE AS nulls,
            NULL::DOUBLE[] AS ages
        FROM {source}
        """,
        has_times=False,
    )


def collect_paths(duck: "DuckDBPyConnection", contacts: str, conversions: str, *, lookback_days: float = 30.0) -> Paths:
    """Return one path for each conversion, of the contacts in the ``lookback_days`` before it, and one for each
    customer who never converted, of the contacts in the ``lookback_days`` before the last.

    ``contacts`` (SQL after FROM) has customer_id, at, channel; ``conversions`` has customer_id, at, value (NULL
    counts as 0).
    """
    if lookback_days <= 0:
        raise SegueError("A path of no days has no contacts.", "Say a lookback of at least a part of a day.")
    found = duck.execute(
        f"SELECT DISTINCT channel FROM {contacts} WHERE channel IS NOT NULL ORDER BY channel"
    ).fetchall()
    names = [channel for (channel,) in found] or [""]
    lookback = round(lookback_days * _MICROSECONDS_A_DAY)
    query = _collected(contacts, conversions, names, lookback)
    return _create(duck, query, has_times=True)


def _collected(contacts: str, conversions: str, names: list[str], lookback: int) -> str:
    """Return the query of paths. Each contact is one integer, (lookback - age) * channels + channel, because sorting
    lists of integers takes a quarter of the time of sorting by a moment and a text.
    """
    size, known = len(names), listed(names)
    return f"""
        WITH named AS (
            SELECT customer_id, epoch_us("at"::TIMESTAMP) AS moment, list_position({known}, channel) - 1 AS number
            FROM {contacts} WHERE channel IS NOT NULL
        ), ends AS (
            SELECT row_number() OVER () AS path_id, customer_id, epoch_us("at"::TIMESTAMP) AS moment,
                1.0::DOUBLE AS conversions, coalesce(value, 0)::DOUBLE AS value
            FROM {conversions}
            UNION ALL
            SELECT -row_number() OVER (), customer_id, max(moment), 0.0, 0.0
            FROM named ANTI JOIN (FROM {conversions}) USING (customer_id) GROUP BY customer_id
        ), lists AS (
            SELECT path_id, list_sort(list(({lookback} - (ends.moment - named.moment)) * {size} + number)) AS steps
            FROM ends JOIN named USING (customer_id)
            WHERE ends.moment - named.moment BETWEEN 0 AND {lookback} GROUP BY path_id
        )
        SELECT coalesce(list_transform(steps, lambda s: {known}[1 + s % {size}]), []) AS path,
            conversions, value, 1.0::DOUBLE - conversions AS nulls,
            coalesce(list_transform(
                steps, lambda s: ({lookback} - s // {size}) / {_MICROSECONDS_A_DAY}.0::DOUBLE), []) AS ages
        FROM ends LEFT JOIN lists USING (path_id)
    """


def transform(paths: Paths, name: str, argument: str = "") -> Paths:
    """Return ``paths`` after one of the `TRANSFORMS`; times are lost, because places in the path are.

    transform(paths, "remove_if_last_and_not_all", "direct")
    """
    if name not in TRANSFORMS:
        raise SegueError(f"There is no path transform {name!r}.", f"The transforms are {', '.join(TRANSFORMS)}.")
    changed = TRANSFORMS[name].replace("$argument", quoted(argument))
    query = f"SELECT {changed} AS path, conversions, value, nulls, NULL::DOUBLE[] AS ages FROM {paths.table}"
    return _create(paths.duck, query, has_times=False)


def summarise(paths: Paths) -> Paths:
    """Return ``paths`` with equal ones added together; times are lost."""
    query = f"""
        SELECT path, sum(conversions) AS conversions, sum(value) AS value, sum(nulls) AS nulls, NULL::DOUBLE[] AS ages
        FROM {paths.table} GROUP BY path
    """
    return _create(paths.duck, query, has_times=False)


def _create(duck: "DuckDBPyConnection", query: str, *, has_times: bool) -> Paths:
    table = f"attribution_paths_{next(_NUMBERS)}"
    duck.execute(f"CREATE TEMP TABLE {table} AS {query}")
    return Paths(duck=duck, table=table, has_times=has_times)
