"""Columns: what a column of words holds, where all of its cells say the same: whole numbers, numbers, days, instants,
and words for true and false.
"""

from collections.abc import Container, Iterable, Mapping
from typing import TYPE_CHECKING

from segue.core.expressions.sql_values import quoted as quoted_text
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_INSTANT = r"\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?"
_ZONE = r" ?(Z|[+-]\d{2}(:?\d{2})?)"
_FORMS = {
    "BIGINT": r"-?(0|[1-9]\d{0,17})",
    "DOUBLE": r"[-+]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][-+]?\d{1,3})?",
    "DATE": r"\d{4}-\d{2}-\d{2}",
    "TIMESTAMP": rf"\d{{4}}-\d{{2}}-\d{{2}}|{_INSTANT}",
    "TIMESTAMPTZ": rf"{_INSTANT}{_ZONE}",
}
"""What all cells of a column look like, the narrowest first. Digits behind a leading 0 are a name, not a number."""

_THOUSANDS = r"[-+]?[1-9]\d{0,2}(\.\d{3})+"
"""Could be 1.234 or 1,234: left for `segue.measurement.experiments.amounts` to tell."""

_TRUTHS = (
    ("true", "false"), ("yes", "no"), ("t", "f"), ("y", "n"), ("ja", "nein"), ("j", "n"), ("wahr", "falsch"),
    ("oui", "non"), ("vrai", "faux"), ("si", "no"), ("s\u00ed", "no"), ("verdadero", "falso"),
)  # fmt: skip
_LOOK = 2000
_NUMBERS = ("INT", "DOUBLE", "FLOAT", "DECIMAL", "BOOLEAN")


def column_types(duck: "DuckDBPyConnection", table: str) -> dict[str, str]:
    """Return the type of each column of a table, as DuckDB names it, in their order."""
    described = duck.execute(f"DESCRIBE {table}").fetchall()
    return {row[0]: str(row[1]) for row in described if row[0] != "row_number__"}


def words_of(duck: "DuckDBPyConnection", table: str, keep: Container[str] = ()) -> list[str]:
    """Return the columns that hold words, without those in ``keep``."""
    types = column_types(duck, table)
    return [name for name, kind in types.items() if kind == "VARCHAR" and name not in keep]


def is_number(kind: str) -> bool:
    """Return whether a column of this type holds numbers; yes and no are 1 and 0."""
    return any(word in kind for word in _NUMBERS) and "[" not in kind


def name_sql(name: str) -> str:
    """Return a column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def replace_columns(duck: "DuckDBPyConnection", table: str, columns: Mapping[str, str]) -> None:
    """Compute columns of a table anew, each by its SQL."""
    if columns:
        every = ", ".join(f"{sql} AS {name_sql(name)}" for name, sql in columns.items())
        duck.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT * REPLACE ({every}) FROM {table}")


def type_columns(duck: "DuckDBPyConnection", table: str) -> None:
    """Give every column of words the narrowest type that all of its cells have; those of other words stay."""
    likely = _fitting(duck, f"(FROM {table} LIMIT {_LOOK})", {name: list(_FORMS) for name in words_of(duck, table)})
    found = _fitting(duck, table, {name: kinds for name, kinds in likely.items() if kinds})
    replace_columns(
        duck, table, {name: f"trim({name_sql(name)})::{kinds[0]}" for name, kinds in found.items() if kinds}
    )


def read_truths(duck: "DuckDBPyConnection", table: str, keep: Container[str]) -> dict[str, str]:
    """Make truths of the columns that hold nothing but the words of one pair for true and false, except those in
    ``keep``; return what was made of words that need saying, by column.
    """
    told, read = {}, {}
    for name in words_of(duck, table, keep):
        column = f"lower(trim({name_sql(name)}))"
        sql = f"SELECT DISTINCT {column} FROM {table} WHERE {name_sql(name)} IS NOT NULL LIMIT 3"
        seen = {row[0] for row in duck.execute(sql).fetchall()}
        pair = next((each for each in _TRUTHS if seen and seen <= set(each)), None)
        if pair is not None:
            read[name] = f"({column} = {quoted_text(pair[0])})"
            if pair != _TRUTHS[0]:
                told[name] = f"in {name} {pair[0]!r} is 1 and {pair[1]!r} is 0"
    replace_columns(duck, table, read)
    return told


def require_columns(wanted: Iterable[str], types: Mapping[str, str], source: str) -> None:
    """Check that a table has the columns ``wanted``; "" asks for none.

    Raises:
        SegueError: one is missing.
    """
    missing = [name for name in wanted if name and name not in types]
    if missing:
        reason = f"{source} has no column {', '.join(map(repr, missing))}."
        raise SegueError(reason, f"It has {', '.join(types)}.")


def _fitting(duck: "DuckDBPyConnection", source: str, tried: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return which of the types that are tried each column's cells all have."""
    asked = [(name, kind) for name, kinds in tried.items() for kind in kinds]
    if not asked:
        return {}
    row = duck.execute(f"SELECT {', '.join(_fits(*each) for each in asked)} FROM {source}").fetchall()[0]
    found: dict[str, list[str]] = {name: [] for name in tried}
    for (name, kind), does_fit in zip(asked, row, strict=True):
        if does_fit:
            found[name].append(kind)
    return found


def _fits(name: str, kind: str) -> str:
    """Return the SQL that tells whether a column has cells, and all of them are of a kind."""
    cell = f"trim({name_sql(name)})"
    sql = f"regexp_full_match({cell}, {quoted_text(_FORMS[kind])}) AND try_cast({cell} AS {kind}) IS NOT NULL"
    every = f"coalesce(bool_and({sql}) FILTER ({name_sql(name)} IS NOT NULL), false)"
    if kind != "DOUBLE":
        return every
    is_pointed = f"contains({cell}, '.')"
    groups = f"bool_and(regexp_full_match({cell}, {quoted_text(_THOUSANDS)})) FILTER ({is_pointed})"
    return f"{every} AND NOT coalesce({groups}, false)"
