"""Files as tables in DuckDB: CSV, Parquet and JSON lines, the text ones also compressed."""

from collections.abc import Container, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from segue.core.expressions.sql_values import quoted as quoted_text
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TYPES = "['NULL', 'BIGINT', 'DOUBLE', 'DATE', 'TIMESTAMP', 'TIMESTAMPTZ', 'VARCHAR']"
"""What cells of a text table may be. Not truths: "Yes" and "No" may be the names of arms."""

_READERS = {
    ".parquet": "read_parquet({})",
    ".csv": f"read_csv({{}}, sample_size = -1, auto_type_candidates = {_TYPES})",
    ".tsv": f"read_csv({{}}, sample_size = -1, auto_type_candidates = {_TYPES})",
    ".jsonl": "read_json({}, sample_size = -1)",
    ".ndjson": "read_json({}, sample_size = -1)",
}
_TRUTHS = "('true', 'false', 'yes', 'no')"
_NUMBERS = ("INT", "DOUBLE", "FLOAT", "DECIMAL", "BOOLEAN")


def open_tables(threads: int = 2) -> "DuckDBPyConnection":
    """Return a database in memory."""
    import duckdb  # imported here: it takes a tenth of a second

    return duckdb.connect(config={"threads": threads})


def load_table(duck: "DuckDBPyConnection", path: Path, table: str) -> None:
    """Read a file into a new table of ``duck``, with the column ``row_number__`` beside its own.

    Raises:
        SegueError: there is no such file, it is of another kind, or it cannot be read.
    """
    import duckdb

    reader = _READERS.get(path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix)
    if reader is None:
        raise SegueError(f"{path} is no table that can be read.", f"Give a file that ends in {', '.join(_READERS)}.")
    if not path.is_file():
        raise SegueError(f"There is no file {path}.", "Look for a slip in its name.")
    source = reader.format(quoted_text(str(path)))
    try:
        duck.execute(f"CREATE TABLE {table} AS SELECT *, row_number() OVER () AS row_number__ FROM {source}")
    except duckdb.Error as error:
        reason = f"{path} cannot be read: {str(error).strip().splitlines()[0]}"
        raise SegueError(reason, "Write it again, as CSV with a head line or as Parquet.") from error


def read_truths(duck: "DuckDBPyConnection", table: str, keep: Container[str]) -> None:
    """Make truths of the columns that hold nothing but words for true and false, except those in ``keep``."""
    for name, kind in column_types(duck, table).items():
        if kind == "VARCHAR" and name not in keep:
            column = name_sql(name)
            asked = f"SELECT coalesce(bool_and(lower({column}) IN {_TRUTHS}), false) FROM {table}"
            if duck.execute(asked).fetchall()[0][0]:
                duck.execute(
                    f"ALTER TABLE {table} ALTER {column} TYPE BOOLEAN USING lower({column}) IN ('true', 'yes')"
                )


def column_types(duck: "DuckDBPyConnection", table: str) -> dict[str, str]:
    """Return the type of each column of a table, as DuckDB names it, in their order."""
    described = duck.execute(f"DESCRIBE {table}").fetchall()
    return {row[0]: str(row[1]) for row in described if row[0] != "row_number__"}


def is_number(kind: str) -> bool:
    """Return whether a column of this type holds numbers; yes and no are 1 and 0."""
    return any(word in kind for word in _NUMBERS) and "[" not in kind


def require_columns(wanted: Iterable[str], types: dict[str, str], source: str) -> None:
    """Check that a table has the columns ``wanted``; "" asks for none.

    Raises:
        SegueError: one is missing.
    """
    missing = [name for name in wanted if name and name not in types]
    if missing:
        reason = f"{source} has no column {', '.join(map(repr, missing))}."
        raise SegueError(reason, f"It has {', '.join(types)}.")


def name_sql(name: str) -> str:
    """Return a column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


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
