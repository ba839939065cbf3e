"""Files as tables in DuckDB: CSV and the like, Parquet and JSON, the text ones also compressed."""

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from segue.core.expressions.sql_values import quoted as quoted_text
from segue.measurement.experiments.columns import type_columns
from segue.measurement.experiments.texts import load_text
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_TEXTS = (".csv", ".tsv", ".txt")
_READERS = {
    ".parquet": "read_parquet({})",
    ".jsonl": "read_json({}, sample_size = -1)",
    ".ndjson": "read_json({}, sample_size = -1)",
    ".json": "read_json({}, sample_size = -1)",
}
_SHEETS = (".xlsx", ".xls", ".ods", ".numbers")


class Loaded(Struct, frozen=True):
    """What was read: ``delimiter`` of a text, "" of other files; ``told`` is worth saying of how it is written."""

    delimiter: str = ""
    told: tuple[str, ...] = ()


def open_tables(threads: int = 2) -> "DuckDBPyConnection":
    """Return a database in memory."""
    import duckdb  # imported here: it takes a tenth of a second

    return duckdb.connect(config={"threads": threads})


def load_table(duck: "DuckDBPyConnection", path: Path, table: str) -> Loaded:
    """Read a file into a new table of ``duck``, with the column ``row_number__`` beside its own.

    Raises:
        SegueError: there is no such file, it is of another kind, it cannot be read, or it has no rows.
    """
    kind = _kind_of(path)
    if not path.is_file():
        raise SegueError(f"There is no file {path}.", "Look for a slip in its name.")
    if kind in _TEXTS:
        form = load_text(duck, path, table)
        loaded = Loaded(form.delimiter, tuple(form.words))
    else:
        _load_other(duck, path, kind, table)
        loaded = Loaded()
    if not duck.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]:
        raise SegueError(f"{path} has no rows.", "Write it again, with a row for each customer.")
    type_columns(duck, table)
    return loaded


def _kind_of(path: Path) -> str:
    suffix = path.suffix.lower()
    kind = path.with_suffix("").suffix.lower() if suffix == ".gz" else suffix
    if kind in _SHEETS:
        raise SegueError(f"{path} is a spreadsheet.", "Save it as CSV (UTF-8), and give that file.")
    if kind not in (*_TEXTS, *_READERS):
        known = ", ".join((*_TEXTS, *_READERS))
        raise SegueError(f"{path} is no table that can be read.", f"Give a file that ends in {known}.")
    return kind


def _load_other(duck: "DuckDBPyConnection", path: Path, kind: str, table: str) -> None:
    import duckdb

    source = _READERS[kind].format(quoted_text(str(path)))
    try:
        duck.execute(f"CREATE TABLE {table} AS SELECT *, row_number() OVER () AS row_number__ FROM {source}")
    except duckdb.Error as error:
        reason = f"{path} cannot be read: {str(error).strip().splitlines()[0]}"
        raise SegueError(reason, "Write it again, as CSV with a head line or as Parquet.") from error
