"""Paths: the contacts before each conversion, and those of customers who did not convert, as one DuckDB table.

Its columns are ``path`` (VARCHAR[], the channels in order), ``conversions``, ``value``, ``nulls`` (paths that did not
convert; DOUBLE) and ``ages`` (DOUBLE[], days from each contact to the end of the path; NULL where times are unknown).
"""

from itertools import count
from typing import TYPE_CHECKING

from msgspec import Struct

from segue.measurement.attribution.transforms import TRANSFORMS
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

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

    ``contacts`` (SQL after FROM) has customer_id, at, channel; ``conversions`` has customer_id, at, value.
    """
    if lookback_days <= 0:
        raise SegueError("A path of no days has no contacts.", "Say a lookback of at least a part of a day.")
    return _create(
        duck,
        f"""
        WITH ends AS (
            SELECT row_number() OVER () AS path_id, customer_id, "at", 1.0 AS conversions, coalesce(value, 0) AS value
            FROM {conversions}
            UNION ALL
            SELECT -row_number() OVER (), customer_id, max("at"), 0.0, 0.0
            FROM {contacts} ANTI JOIN (FROM {conversions}) USING (customer_id) GROUP BY customer_id
        ), steps AS (
            SELECT ends.path_id, c.channel, c."at", epoch(ends."at" - c."at") / 86400.0 AS age
            FROM ends JOIN (FROM {contacts}) AS c ON c.customer_id = ends.customer_id AND c."at" <= ends."at"
            WHERE epoch(ends."at" - c."at") <= {lookback_days * 86400.0}
        ), lists AS (
            SELECT path_id, list(channel ORDER BY "at", channel) AS path, list(age ORDER BY "at", channel) AS ages
            FROM steps GROUP BY path_id
        )
        SELECT coalesce(path, []) AS path, conversions::DOUBLE AS conversions, value::DOUBLE AS value,
            (1.0 - conversions)::DOUBLE AS nulls, coalesce(ages, []) AS ages
        FROM ends LEFT JOIN lists USING (path_id)
        """,
        has_times=True,
    )


def transform(paths: Paths, name: str, argument: str = "") -> Paths:
    """Return ``paths`` after one of the `TRANSFORMS`; times are lost, because places in the path are.

    transform(paths, "remove_if_last_and_not_all", "direct")
    """
    if name not in TRANSFORMS:
        raise SegueError(f"There is no path transform {name!r}.", f"The transforms are {', '.join(TRANSFORMS)}.")
    changed = TRANSFORMS[name].replace("$argument", "'" + argument.replace("'", "''") + "'")
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
