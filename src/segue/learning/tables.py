"""Tables as numpy columns, read through DuckDB: CSV, Parquet and JSON lines."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

Columns: TypeAlias = dict[str, np.ndarray[Any, Any]]
"""Columns by name, all of one length."""

_READERS = {
    ".parquet": "read_parquet",
    ".csv": "read_csv",
    ".tsv": "read_csv",
    ".jsonl": "read_json",
    ".ndjson": "read_json",
}


def read_table(path: Path, columns: Sequence[str] = ()) -> Columns:
    """Return the columns of a table in a file (``.parquet``, ``.csv``, ``.tsv``, ``.jsonl``, the text ones also .gz).

    Numbers and booleans are ``int64``, ``float64`` and ``bool`` arrays, and ``float64`` with NaN where a value is
    missing; instants are ``datetime64``; everything else is an object array with None where a value is missing.

    Args:
        columns: which to read, all of them where empty.

    Raises:
        SegueError: there is no such file, it is of another kind, it cannot be read, or it lacks a column.
    """
    import duckdb  # imported here: it takes a tenth of a second

    reader = _READERS.get(path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix)
    if reader is None:
        raise SegueError(f"{path} is no table that can be read.", f"Give a file that ends in {', '.join(_READERS)}.")
    if not path.is_file():
        raise SegueError(f"There is no file {path}.", "Look for a slip in its name.")
    with duckdb.connect(config={"threads": 1}) as duck:
        try:
            table = getattr(duck, reader)(str(path))
            if missing := [name for name in columns if name not in table.columns]:
                reason = f"{path} has no column {', '.join(map(repr, missing))}."
                raise SegueError(reason, f"It has {', '.join(table.columns)}.")
            return columns_of(table, columns)
        except duckdb.Error as error:
            reason = f"{path} cannot be read: {str(error).strip().splitlines()[0]}"
            raise SegueError(reason, "Write it again, as CSV with a head line or as Parquet.") from error


def query_columns(duck: "DuckDBPyConnection", sql: str, parameters: Sequence[object] = ()) -> Columns:
    """Return what ``sql`` selects, as `read_table` does."""
    return columns_of(duck.sql(sql, params=list(parameters)) if parameters else duck.sql(sql))


def columns_of(table: "DuckDBPyRelation", columns: Sequence[str] = ()) -> Columns:
    """Return the columns of a DuckDB relation, all where ``columns`` is empty, as `read_table` does."""
    names = columns or table.columns
    kinds = dict(zip(table.columns, map(str, table.types), strict=True))
    selected = ", ".join(_select(name, kinds[name]) for name in names)
    read = table.project(selected).fetchnumpy()
    return {name: _plain(read[name]) for name in names}


def _select(name: str, kind: str) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if kind.startswith("DECIMAL") or kind in ("FLOAT", "HUGEINT", "UHUGEINT", "UBIGINT"):
        return f"{quoted}::DOUBLE AS {quoted}"
    if kind.endswith("INT") or kind in ("INTEGER", "UINTEGER"):
        return f"{quoted}::BIGINT AS {quoted}"
    if kind == "DATE" or kind.startswith("TIMESTAMP"):
        return f"{quoted}::TIMESTAMP AS {quoted}"
    return quoted


def _plain(column: Any) -> np.ndarray[Any, Any]:
    if not isinstance(column, np.ma.MaskedArray):
        return np.asarray(column)
    values, missing = np.asarray(column.data), np.ma.getmaskarray(column)
    if not missing.any():
        return values
    if values.dtype.kind == "M":
        return np.where(missing, np.datetime64("NaT"), values)
    if values.dtype.kind in "biuf":
        return np.where(missing, np.nan, values.astype(np.float64))
    filled = values.astype(object)
    filled[missing] = None
    return filled
