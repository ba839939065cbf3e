"""Instants: columns of moments as people write them, as microseconds since 1970, UTC where no zone is named."""

from typing import TYPE_CHECKING

from segue.measurement.experiments.columns import column_types, name_sql, replace_columns
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_DAYS = {"day.month.year": "%d.%m.%Y", "day/month/year": "%d/%m/%Y", "month/day/year": "%m/%d/%Y"}
_TIMES = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", ", %H:%M", ", %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")


def read_instants(duck: "DuckDBPyConnection", table: str, column: str) -> list[str]:
    """Make instants of a column of words that one way reads; return what was made of them.

    Raises:
        SegueError: two ways read all of it, or none does.
    """
    if column_types(duck, table)[column] != "VARCHAR":
        return []
    name, cell = name_sql(column), f"trim({name_sql(column)})"
    ways = {"": f"try_cast({cell} AS TIMESTAMPTZ)"}
    for words, day in _DAYS.items():
        formats = ", ".join(f"'{day}{time}'" for time in _TIMES)
        ways[words] = f"try_strptime({cell}, [{formats}])"
    counts = ", ".join(f"count({sql})" for sql in ways.values())
    total, *read = duck.execute(f"SELECT count({name}), {counts} FROM {table}").fetchall()[0]
    good = [words for words, count in zip(ways, read, strict=True) if count == total]
    if len(good) != 1:
        example = duck.execute(f"SELECT any_value({name}) FROM {table}").fetchall()[0][0]
        reason = (
            f"{column} could be {' or '.join(good)}: all days are 12 or less."
            if good
            else f"{column} is no column of instants: it holds {example!r}."
        )
        raise SegueError(reason, "Write instants as 2026-03-31 17:00.")
    replace_columns(duck, table, {column: ways[good[0]]})
    return [f"{column} is written {good[0]}"] if good[0] else []


def microseconds_sql(column: str, kind: str) -> str:
    """Return a column of instants as microseconds since 1970, UTC where it names no zone; whole numbers are taken as
    seconds, milliseconds or microseconds by their size.
    """
    if "INT" in kind or kind in ("DOUBLE", "FLOAT"):
        whole = f"{column}::DOUBLE"
        return (
            f"(CASE WHEN abs({whole}) < 1e11 THEN {whole} * 1e6 WHEN abs({whole}) < 1e14 THEN {whole} * 1e3"
            f" ELSE {whole} END)::BIGINT"
        )
    return f"epoch_us({column}::{'TIMESTAMPTZ' if kind == 'VARCHAR' else kind if 'TIME' in kind else 'TIMESTAMP'})"
