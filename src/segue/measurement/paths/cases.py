"""Cases: a relation of (case_id, at, activity), ordered once; everything about paths is asked of this table."""

from itertools import count
from typing import TYPE_CHECKING

from msgspec import Struct

from segue.core.expressions.sql_values import quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_NUMBERS = count(1)


class Cases(Struct, frozen=True, kw_only=True):
    """A table of case_id, place (from 1), at, activity, next and next_at (NULL at a case's end)."""

    duck: "DuckDBPyConnection"
    table: str


def read_cases(duck: "DuckDBPyConnection", source: str) -> Cases:
    """Return the cases of ``source`` (SQL after FROM) with case_id, at (a timestamp) and activity.

    Activities at the same moment are ordered by name, so that a path does not depend on the order of rows.

    read_cases(duck, "(SELECT customer_id AS case_id, \\"at\\", name AS activity FROM events)")
    """
    table = f"path_cases_{next(_NUMBERS)}"
    duck.execute(
        f"""
        CREATE TEMP TABLE {table} AS
        SELECT case_id, row_number() OVER ordered AS place, "at", activity,
            lead(activity) OVER ordered AS next, lead("at") OVER ordered AS next_at
        FROM {source} WHERE activity IS NOT NULL
        WINDOW ordered AS (PARTITION BY case_id ORDER BY "at", activity)
        """
    )
    return Cases(duck=duck, table=table)


def journey_steps(journey: str) -> str:
    """Return the source of a journey's runs as cases, from the table ``steps`` that segments hold: what runs entered.

    read_cases(read_segments(folder), journey_steps("win_back"))
    """
    columns = 'run_id AS case_id, "at", to_step AS activity'
    return f"(SELECT {columns} FROM steps WHERE journey = {quoted(journey)} AND to_step <> '')"
