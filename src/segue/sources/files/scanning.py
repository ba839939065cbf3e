"""Scanning: a file as a relation of DuckDB, with a number for each row and each wanted column as text.

    csv      every column as text, exactly as declared by the header; nothing is guessed
    jsonl    every line as text, columns taken out of it; a dot goes into nested objects
    parquet  columns as text, whole floating-point numbers without ".0" (pandas makes floats of ids with gaps)

What a scanner cannot even split into columns DuckDB keeps in ``reject_errors``, see `reading`.
"""

import csv
import gzip
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from segue.model.errors import SegueError
from segue.sources.files.mapping import Format, SourceMapping

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LINE_BYTES_MAX = 16_000_000
_UNIT_SEPARATOR = "\x1f"  # no valid JSON holds a raw control character, so no line is ever split


def scan(
    connection: "DuckDBPyConnection", path: Path, kind: Format, mapping: SourceMapping, columns: Iterable[str]
) -> str:
    """Return SQL of the relation (row, is_readable, "columns"...); every column is text, null where it is empty.

    Raises:
        SegueError: the file cannot be opened, or has no such column.
    """
    wanted = tuple(dict.fromkeys(columns))
    match kind:
        case "csv":
            return _scan_csv(path, mapping, wanted)
        case "jsonl":
            return _scan_json_lines(path, mapping, wanted)
        case "parquet":
            return _scan_parquet(connection, path, wanted)


def quote_name(name: str) -> str:
    """Return ``name`` as SQL writes a column's name."""
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Return ``text`` as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _scan_csv(path: Path, mapping: SourceMapping, wanted: tuple[str, ...]) -> str:
    header = _read_header(path, mapping)
    _check_columns(path, header, wanted)
    declared = ", ".join(f"{quote_text(name)}: 'VARCHAR'" for name in header)
    options = {
        "columns": f"{{{declared}}}",
        "auto_detect": "false",
        "header": "true",
        "delim": quote_text(mapping.delimiter),
        "quote": "'\"'",
        "escape": "'\"'",
        "encoding": quote_text(mapping.encoding),
        "max_line_size": str(LINE_BYTES_MAX),
        "store_rejects": "true",
    }
    texts = [f"nullif({quote_name(name)}, '')" for name in wanted]
    return _relation(f"read_csv({_arguments(path, options)})", "row_number() OVER ()", "true", wanted, texts)


def _scan_json_lines(path: Path, mapping: SourceMapping, wanted: tuple[str, ...]) -> str:
    options = {
        "columns": "{'line': 'VARCHAR'}",
        "auto_detect": "false",
        "header": "false",
        "delim": quote_text(_UNIT_SEPARATOR),
        "quote": "''",
        "escape": "''",
        "encoding": quote_text(mapping.encoding),
        "max_line_size": str(LINE_BYTES_MAX),
        "store_rejects": "true",
    }
    # CASE, because DuckDB may take a column out of a line before it has looked whether the line is JSON
    is_object = "CASE WHEN json_valid(line) THEN json_type(line) = 'OBJECT' ELSE false END"
    lines = f"SELECT row_number() OVER () AS number, line, {is_object} AS is_object"
    lines += f" FROM read_csv({_arguments(path, options)})"
    texts = [
        f"CASE WHEN is_object THEN nullif(json_extract_string(line, {quote_text(_json_path(name))}), '') END"
        for name in wanted
    ]
    return _relation(f"({lines})", "number", "is_object", wanted, texts) + " WHERE trim(line) <> ''"


def _scan_parquet(connection: "DuckDBPyConnection", path: Path, wanted: tuple[str, ...]) -> str:
    source = f"read_parquet({quote_text(str(path))}, file_row_number = true)"
    described = connection.execute(f"DESCRIBE SELECT * EXCLUDE (file_row_number) FROM {source}").fetchall()
    types = {str(name): str(kind) for name, kind, *_ in described}
    _check_columns(path, tuple(types), wanted)
    texts = [_as_text(quote_name(name), types[name]) for name in wanted]
    return _relation(source, "file_row_number + 1", "true", wanted, texts)


def _relation(source: str, number: str, is_readable: str, wanted: tuple[str, ...], texts: list[str]) -> str:
    columns = "".join(f", {text} AS {quote_name(name)}" for name, text in zip(wanted, texts, strict=True))
    # the names chosen here hold a blank that no file's header is likely to have
    return f'SELECT {number} AS "the row", {is_readable} AS "is readable"{columns} FROM {source}'


def _as_text(column: str, kind: str) -> str:
    if kind in ("FLOAT", "DOUBLE"):
        is_whole = f"isfinite({column}) AND {column} = trunc({column}) AND abs({column}) < 9007199254740992"
        return f"CASE WHEN {is_whole} THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
    return f"nullif(CAST({column} AS VARCHAR), '')"


def _arguments(path: Path, options: dict[str, str]) -> str:
    return ", ".join([quote_text(str(path)), *(f"{name} = {value}" for name, value in options.items())])


def _json_path(name: str) -> str:
    """Return the JSON path of a column: ``order.id`` is ``$."order"."id"``."""
    return "$" + "".join('."' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in name.split("."))


def _read_header(path: Path, mapping: SourceMapping) -> tuple[str, ...]:
    encoding = "utf-8-sig" if mapping.encoding == "utf-8" else mapping.encoding
    with path.open("rb") as file:
        stream = gzip.GzipFile(fileobj=file) if path.suffix == ".gz" else file
        text = TextIOWrapper(cast(IO[bytes], stream), encoding=encoding, errors="replace", newline="")
        header = tuple(next(csv.reader(text, delimiter=mapping.delimiter), ()))
    if not header or len(set(header)) != len(header) or "" in header:
        reason = f"{path.name} does not begin with a header of distinct column names."
        raise SegueError(reason, "Write the columns' names to its first line.")
    return header


def _check_columns(path: Path, known: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    missing = [name for name in wanted if name not in known]
    if missing:
        reason = f"{path.name} has no column {', '.join(map(repr, missing))}."
        raise SegueError(reason, f"Its columns are {', '.join(known)}.")
