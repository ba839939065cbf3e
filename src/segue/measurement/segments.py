"""Segments: the log as Parquet files for analysis, each entry in exactly one of them.

Five tables (events, decisions, deliveries, steps, rewards), each a folder of files named ``FIRST-LAST.parquet`` after
the log entries they cover. The names are the bookkeeping: the next range starts after the last name, and a file gets
its name, by an atomic rename, only when it is complete. So a crash at any point loses no entry and repeats none.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec

from segue.measurement.rows import (
    DecisionRow,
    DeliveryRow,
    EventRow,
    Json,
    RewardRow,
    StepRow,
    decision_rows,
    delivery_rows,
    event_rows,
    reward_rows,
    step_rows,
)
from segue.model.time import Instant
from segue.ports.store import Entry, Store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ENTRIES_MAX = 100_000

_TYPES: dict[Any, str] = {
    int: "BIGINT",
    float: "DOUBLE",
    bool: "BOOLEAN",
    str: "VARCHAR",
    Instant: "TIMESTAMP",
    Json: "JSON",
    list[Json]: "JSON",
    list[float]: "DOUBLE[]",
}
_ROWS: dict[str, Callable[[Entry], list[msgspec.Struct]]] = {
    "events": event_rows,
    "decisions": decision_rows,
    "deliveries": delivery_rows,
    "steps": step_rows,
    "rewards": reward_rows,
}
TABLES: dict[str, dict[str, str]] = {
    table: {name: _TYPES[hint] for name, hint in get_type_hints(row).items()}
    for table, row in (
        ("events", EventRow),
        ("decisions", DecisionRow),
        ("deliveries", DeliveryRow),
        ("steps", StepRow),
        ("rewards", RewardRow),
    )
}
"""The columns of each table with their types; timestamps are UTC."""


class Segments:
    """Writes the segments of ``store`` into ``folder``. One at a time per folder; all methods block."""

    def __init__(self, store: Store, folder: Path) -> None:
        self._store = store
        self._folder = folder
        for table in TABLES:
            (folder / table).mkdir(parents=True, exist_ok=True)
            for leftover in (folder / table).glob("*.tmp"):
                leftover.unlink()

    def write(self) -> int:
        """Write everything that is in the log and in no segment yet; return the last entry covered."""
        while (found := self._next_range()) is not None:
            first, last = found
            missing = [table for table in TABLES if not self._path(table, first, last).exists()]
            with _connect() as duck:
                self._write_range(duck, first, last, missing)
        return min(map(self._covered, TABLES))

    def _next_range(self) -> tuple[int, int] | None:
        """Return the next entries to write; a range that a crash left half written comes again as it was."""
        after = min(map(self._covered, TABLES))
        for table in TABLES:
            for first, last in _ranges(self._folder / table):
                if first == after + 1:
                    return first, last
        last_seq = self._store.last_seq()
        return (after + 1, min(last_seq, after + ENTRIES_MAX)) if last_seq > after else None

    def _covered(self, table: str) -> int:
        return _last_covered(self._folder / table)

    def _path(self, table: str, first: int, last: int) -> Path:
        return self._folder / table / f"{first:015d}-{last:015d}.parquet"

    def _write_range(self, duck: "DuckDBPyConnection", first: int, last: int, tables: list[str]) -> None:
        encode_lines = msgspec.json.Encoder().encode_lines
        paths = {table: self._path(table, first, last).with_suffix(".rows.tmp") for table in tables}
        files = {table: path.open("wb") for table, path in paths.items()}
        try:
            for entries in _in_chunks(self._entries(first, last)):
                for table, file in files.items():
                    file.write(encode_lines([row for entry in entries for row in _ROWS[table](entry)]))
        finally:
            for file in files.values():
                file.close()
        for table in tables:
            _convert(duck, table, paths[table], self._path(table, first, last))

    def _entries(self, first: int, last: int) -> Iterator[Entry]:
        entries = (entry for block in self._store.blocks(first - 1) for entry in block.read() if entry.seq >= first)
        return takewhile(lambda entry: entry.seq <= last, entries)


def read_segments(folder: Path) -> "DuckDBPyConnection":
    """Return a DuckDB connection with the views ``events``, ``decisions``, ``deliveries``, ``steps`` and ``rewards``.

    read_segments(folder).sql("SELECT channel, count(*) FROM decisions GROUP BY ALL")
    """
    duck = _connect()
    for table in TABLES:
        duck.execute(f"CREATE VIEW {table} AS {_segments_sql(folder / table)}")
    return duck


def read_log(store: Store, folder: Path, tables: Sequence[str] = tuple(TABLES)) -> "DuckDBPyConnection":
    """Return a DuckDB connection with ``tables`` as views of the whole log: the segments in ``folder``, and the entries
    of ``store`` that are in none of them yet.

    What is committed or exported while this reads makes no difference: each entry is there once.
    """
    covered = {table: _last_covered(folder / table) for table in tables}
    duck = _connect()
    for table, last in covered.items():
        columns = ", ".join(f'"{name}" {kind}' for name, kind in TABLES[table].items())
        duck.execute(f"CREATE TABLE {table}_tail ({columns})")
        exported = f"{_segments_sql(folder / table)} WHERE seq <= {last}"
        duck.execute(f"CREATE VIEW {table} AS {exported} UNION ALL SELECT * FROM {table}_tail")
    after = min(covered.values())
    for entries in _in_chunks(entry for block in store.blocks(after) for entry in block.read()):
        for table, last in covered.items():
            _add_rows(duck, table, [row for entry in entries if entry.seq > last for row in _ROWS[table](entry)])
    return duck


def _add_rows(duck: "DuckDBPyConnection", table: str, rows: list[msgspec.Struct]) -> None:
    shape = msgspec.json.encode([_written_columns(table)]).decode()
    source = f"SELECT unnest(from_json($1::JSON, '{shape}')) AS row"
    encoded = msgspec.json.encode(rows).decode()
    duck.execute(
        f"INSERT INTO {table}_tail SELECT {_read_values(table)} FROM (SELECT row.* FROM ({source}))", [encoded]
    )


def _segments_sql(folder: Path) -> str:
    """Return a query of the segments in ``folder``, which is named after its table; of no rows where there are none."""
    columns = TABLES[folder.name]
    if _last_covered(folder):
        names = ", ".join(f'"{name}"' for name in columns)
        files = str(folder / "*.parquet").replace("'", "''")
        return f"SELECT {names} FROM read_parquet('{files}')"
    empty = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in columns.items())
    return f"SELECT * FROM (SELECT {empty} WHERE false)"


def _convert(duck: "DuckDBPyConnection", table: str, rows: Path, target: Path) -> None:
    unfinished = target.with_suffix(".parquet.tmp")
    source = duck.read_json(str(rows), format="newline_delimited", columns=_written_columns(table))
    source.project(_read_values(table)).write_parquet(str(unfinished), compression="zstd")
    rows.unlink()
    _make_durable(unfinished)
    unfinished.replace(target)
    _make_durable(target.parent)


def _written_columns(table: str) -> dict[str, str]:
    """Return the columns as rows of JSON hold them: an instant is a number there."""
    return {name: "BIGINT" if kind == "TIMESTAMP" else kind for name, kind in TABLES[table].items()}


def _read_values(table: str) -> str:
    """Return the SQL of a table's columns, of what `_written_columns` says."""
    return ", ".join(
        f'make_timestamp("{name}") AS "{name}"' if kind == "TIMESTAMP" else f'"{name}"'
        for name, kind in TABLES[table].items()
    )


def _make_durable(path: Path) -> None:
    if os.name == "nt" and path.is_dir():
        return  # a folder cannot be opened there; the rename is durable with the file's metadata
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _last_covered(folder: Path) -> int:
    return max((last for _, last in _ranges(folder)), default=0)


def _ranges(folder: Path) -> Iterator[tuple[int, int]]:
    for path in folder.glob("*.parquet"):
        first, last = path.stem.split("-")
        yield int(first), int(last)


def _in_chunks(entries: Iterable[Entry], size: int = 1000) -> Iterator[list[Entry]]:
    chunk: list[Entry] = []
    for entry in entries:
        chunk.append(entry)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _connect() -> "DuckDBPyConnection":
    import duckdb  # imported here: it takes a tenth of a second, and most commands never need it

    return duckdb.connect(config={"threads": 1, "memory_limit": "512MB"})
