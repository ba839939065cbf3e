"""Reading: stream a file's rows as events, in the order of time, with bounded memory.

DuckDB maps, tests and sorts (on disk where memory does not suffice); what is left for Python is to build values.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct

from segue.model.errors import SegueError
from segue.model.events import Identified, Incoming, Tracked
from segue.model.identities import Identifier, email_identifier
from segue.model.ids import CustomerId, EventId, derive
from segue.model.time import Instant, format_instant
from segue.sources.files.mapping import SourceMapping, format_of, typed_columns
from segue.sources.files.scanning import scan
from segue.sources.files.translate import columns_of, query

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BATCH_ROWS = 20_000
MEMORY_LIMIT = "1GB"
_NOBODY = CustomerId("")

Row: TypeAlias = tuple[Any, ...]


class DeadRow(Struct, frozen=True, kw_only=True):
    """A row that cannot become an event.

    Attributes:
        row: its number, 1 for the first after the header. Rows of a CSV file that could not even be split
            (``bad_row``) are numbered by themselves, as records of the file.
        reason: ``no_identifier``, ``bad_time``, ``bad_value``, ``no_event``, ``bad_row`` or ``filtered``.
        detail: which property, or what was wrong; never the value.
        at: when it happened, where that much is known.
    """

    event_id: EventId
    row: int
    reason: str
    detail: str = ""
    at: Instant | None = None
    source: str = ""


def read(path: Path, mapping: SourceMapping, *, source: str = "files") -> Iterator[Incoming | DeadRow]:
    """Yield every row of the file at ``path``, as an event or as a dead row; nothing is left out.

    The order is that of time, then of rows; rows without a time come after all others. It is the same at every reading.

    Args:
        source: the mapping's name, part of every event's id.

    Raises:
        SegueError: the file cannot be read, or lacks a column that the mapping names.
    """
    import duckdb  # loading it takes longer than many a command

    if not path.is_file():
        raise SegueError(f"There is no file {path}.", "Look at the path.")
    kind = format_of(path, mapping)
    build = _builder(path, mapping, source)
    try:
        with _connect(path) as (connection, readable_path):
            relation = scan(connection, readable_path, kind, mapping, columns_of(mapping))
            rows = connection.execute(query(mapping, relation))
            while batch := rows.fetchmany(BATCH_ROWS):
                yield from map(build, batch)
            if kind != "parquet":
                yield from _rejected(connection, path, source)
    except (duckdb.OperationalError, duckdb.InvalidInputException, OSError, EOFError, UnicodeError) as error:
        cause = str(error).splitlines()[0].partition(" LINE")[0]
        raise SegueError(
            f"{path.name} cannot be read as {kind}: {cause}.", "Is it whole, and of that format?"
        ) from None


@contextmanager
def _connect(path: Path) -> "Iterator[tuple[DuckDBPyConnection, Path]]":
    """Yield a connection that touches nothing but ``path`` and a temporary folder, and a path without wildcards."""
    import duckdb

    with TemporaryDirectory(prefix="segue-") as folder, duckdb.connect() as connection:
        connection.execute("SET autoinstall_known_extensions = false")
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"SET memory_limit = '{MEMORY_LIMIT}'")
        connection.execute(f"SET temp_directory = '{folder}'")
        if any(mark in str(path) for mark in "*?["):
            readable = Path(folder) / f"file{''.join(path.suffixes[-2:])}"
            readable.symlink_to(path.resolve())
            path = readable
        yield connection, path


def _builder(path: Path, mapping: SourceMapping, source: str) -> Callable[[Row], Incoming | DeadRow]:
    """Return the function that makes an event or a dead row of one row of the query."""
    kinds = tuple(mapping.identifiers)
    keys = len(mapping.event_id.columns)
    first_key = 4 + len(kinds)
    properties = _reader(mapping, "property", first_key + keys)
    traits = _reader(mapping, "trait", first_key + keys + len(mapping.properties))
    makes_facts = bool(mapping.event)
    stem = ("row", source) if keys else ("row", source, path.name)
    with_row = mapping.event_id.with_row

    def build(row: Row) -> Incoming | DeadRow:
        number, at, fault = row[0], row[1], row[2]
        parts = ["" if part is None else part for part in row[first_key : first_key + keys]]
        event_id = EventId(derive(*stem, *parts, number) if with_row else derive(*stem, *parts))
        if fault:
            reason, _, detail = fault.partition(":")
            return DeadRow(event_id=event_id, row=number, reason=reason, detail=detail, at=at, source=source)
        named = zip(kinds, row[4:first_key], strict=True)
        identifiers = tuple(_identifier(kind, value) for kind, value in named if value is not None)
        event: Tracked | Identified
        if makes_facts:
            event = Tracked(
                event_id=event_id,
                customer_id=_NOBODY,
                at=at,
                name=row[3],
                properties=properties(row),
                traits=traits(row),
            )
        else:
            event = Identified(event_id=event_id, customer_id=_NOBODY, at=at, traits=traits(row))
        return Incoming(identifiers=identifiers, event=event, event_id=event_id, at=at, source=source)

    return build


def _identifier(kind: str, value: str) -> Identifier:
    return email_identifier(value) if kind == "email" else Identifier(kind, value)


def _reader(mapping: SourceMapping, wanted: str, first: int) -> Callable[[Row], dict[str, Any]]:
    """Return the function that reads properties or traits, which begin at column ``first``; empty ones are left out."""
    columns = [(name, column.type) for (kind, name), column in typed_columns(mapping).items() if kind == wanted]
    places = [(name, first + index, _CONVERTERS.get(kind)) for index, (name, kind) in enumerate(columns)]

    def read_values(row: Row) -> dict[str, Any]:
        return {
            name: value if convert is None else convert(value)
            for name, place, convert in places
            if (value := row[place]) is not None
        }

    return read_values


def _number(value: float) -> int | float:
    """Return a whole number as an integer, as JSON and people write it."""
    return int(value) if value.is_integer() and abs(value) < 2**53 else value


def _moment(value: int) -> str:
    return format_instant(Instant(value))


_CONVERTERS: dict[str, Callable[[Any], Any]] = {"number": _number, "instant": _moment}


def _rejected(connection: "DuckDBPyConnection", path: Path, source: str) -> Iterator[DeadRow]:
    """Yield the records that could not be split into columns; known only once the whole file was scanned."""
    found = connection.execute(
        "SELECT line, lower(min(error_type::VARCHAR)) FROM reject_errors GROUP BY line ORDER BY line"
    )
    for line, error in found.fetchall():
        event_id = EventId(derive("rejected", source, path.name, line))
        yield DeadRow(event_id=event_id, row=line, reason="bad_row", detail=error, source=source)
