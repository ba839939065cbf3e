"""Catalogues as tables: each row of ``catalogue/NAME.csv`` or ``catalogue/NAME.parquet`` is one action.

The columns are the fields of an action. Lists (``tags``, ``needs``) are words with spaces or commas between them.
``begins``, ``ends``, ``weekdays`` and ``zone`` make a calendar of one window, ``features.NAME`` a feature.
``CHANNEL.FIELD`` is a field of the variant on that channel (``email.template``, ``sms.cost``,
``email.content.headline``). An empty cell says nothing. What a table cannot say (context weights, prerequisites)
stands in a file of its own under ``actions/``.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from msgspec import Struct, inspect

from segue.model.catalogue import Action, Variant, Window
from segue.workspace.cells import Cell, TableError, read_cells
from segue.workspace.documents import Document, Mark, resolve
from segue.workspace.documents import Path as Inside
from segue.workspace.findings import Finding, Place
from segue.workspace.schema import suggest

FOLDER = "catalogue"
_SIZE_MAX = 50_000_000  # bytes
_WINDOW = tuple(Window.__struct_fields__)


class _Column(Struct, frozen=True):
    """A column: where inside an action its values go, with the channel's name for one of a variant's."""

    cell: Cell
    path: tuple[str, ...]
    channel: str = ""
    is_text: bool = False
    is_list: bool = False


def read_tables(folder: Path) -> tuple[tuple[Document, ...], tuple[Finding, ...]]:
    """Return the rows of every table under ``catalogue/``, each as a file of ``actions/`` would read, and what is wrong
    with the tables themselves.
    """
    documents: list[Document] = []
    findings: list[Finding] = []
    inside = folder / FOLDER
    for path in sorted(inside.iterdir()) if inside.is_dir() else ():
        name = str(PurePosixPath(FOLDER) / path.name)
        if path.suffix not in (".csv", ".parquet"):
            instruction = "Tables end in .csv or .parquet."
            findings.append(Finding("SG106", Place(name), "Nothing reads this file.", instruction))
            continue
        try:
            records = _read(path)
        except TableError as error:
            findings.append(Finding("SG107", Place(name, error.line, error.column), error.reason, error.instruction))
            continue
        rows, wrong = _rows(name, records)
        documents += rows
        findings += wrong
    return tuple(documents), tuple(findings)


def _read(path: Path) -> list[list[Cell]]:
    try:
        if path.stat().st_size > _SIZE_MAX:
            raise TableError(f"The table has {path.stat().st_size:,} bytes.", f"Keep it below {_SIZE_MAX:,} bytes.")
        return _read_parquet(path) if path.suffix == ".parquet" else read_cells(path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise TableError("The table is not text in UTF-8.", "Save it as CSV in UTF-8.") from None
    except OSError as error:
        raise TableError(f"The table cannot be read: {error.strerror}.", "Look at its permissions.") from None


def _read_parquet(path: Path) -> list[list[Cell]]:
    import duckdb  # a tenth of a second, for the few workspaces that have such a table

    try:
        relation = duckdb.connect().read_parquet(str(path))
        header = [Cell(name, 1, 0) for name in relation.columns]
        rows = relation.fetchall()
    except duckdb.Error as error:
        raise TableError(f"The table is not Parquet: {str(error).splitlines()[0]}", "Write it again.") from None
    return [header, *([Cell(_plain(value), line, 0) for value in row] for line, row in enumerate(rows, 2))]


def _plain(value: Any) -> Any:
    """Return a value as a file in YAML would hold it."""
    match value:
        case None:
            return ""
        case datetime():
            return value.isoformat()
        case date():
            return value.isoformat()
        case Decimal():
            return float(value)
        case list() | tuple():
            return " ".join(map(str, value))
        case _:
            return value


def _rows(file: str, records: list[list[Cell]]) -> tuple[list[Document], list[Finding]]:
    if not records:
        return [], [
            Finding("SG107", Place(file), "The table is empty.", "Write the names of columns in its first row.")
        ]
    header, *rows = records
    columns, findings = _columns(file, header)
    documents: list[Document] = []
    for row in rows:
        if len(row) > len(header):
            reason = f"The row has {len(row)} cells, the first row {len(header)}."
            instruction = "Put text that holds the separator in double quotes."
            findings.append(Finding("SG107", Place(file, row[0].line, row[0].column), reason, instruction))
        elif any(cell.value != "" for cell in row):
            documents.append(_document(file, columns, row))
    return documents, findings


def _columns(file: str, header: list[Cell]) -> tuple[list[_Column | None], list[Finding]]:
    columns: list[_Column | None] = []
    findings: list[Finding] = []
    seen: dict[str, Cell] = {}
    for cell in header:
        name = str(cell.value).strip()
        at = Place(file, cell.line, cell.column)
        column = None
        if name in seen:
            findings.append(Finding("SG102", at, f"The column {name!r} stands twice.", "Keep one of the two."))
        elif (column := _column(cell, name)) is None:
            known = [*(each for each in _fields(Action) if each != "variants"), *_WINDOW]
            instruction = suggest(name.rpartition(".")[2], [*_fields(Variant)] if "." in name else known, "columns")
            findings.append(Finding("SG201", at, f"There is no column {name!r}.", instruction))
        seen[name] = cell
        columns.append(column)
    return columns, findings


def _column(cell: Cell, name: str) -> _Column | None:
    """Return what the column ``name`` is; None where it is nothing that an action has."""
    first, *rest = name.split(".")
    if not rest:
        if name in _WINDOW:
            return _Column(cell, ("calendar", name), is_text=name != "weekdays", is_list=name == "weekdays")
        kind = _fields(Action).get(name)
        return _Column(cell, (name,), is_text=kind == "text", is_list=kind == "list") if kind else None
    if first == "features":
        return _Column(cell, (first, ".".join(rest)))
    if rest[0] in ("content", "features") and len(rest) > 1:
        return _Column(cell, (rest[0], ".".join(rest[1:])), first)
    kind = _fields(Variant).get(".".join(rest))
    return _Column(cell, (rest[0],), first, is_text=kind == "text") if kind and rest != ["channel"] else None


def _document(file: str, columns: list[_Column | None], row: list[Cell]) -> Document:
    """Return a row as the document of an action."""
    value: dict[str, Any] = {}
    marks: dict[Inside, Mark] = {(): _mark(row[0])}
    variants: dict[str, dict[str, Any]] = {}
    for column, cell in zip(columns, row, strict=False):
        if column is None or cell.value == "":
            continue
        if column.channel:
            variant = variants.setdefault(column.channel, {"channel": column.channel})
            index = [*variants].index(column.channel)
            marks.setdefault(("variants", index), _mark(cell))
            _put(variant, column, cell, marks, ("variants", index))
        elif column.path[0] == "calendar":
            (window,) = value.setdefault("calendar", [{}])
            window[column.path[1]] = _value(column, cell)
            marks.setdefault(("calendar", 0), _mark(cell))
            marks["calendar", 0, column.path[1]] = _mark(cell)
        else:
            _put(value, column, cell, marks, ())
    if variants:
        value["variants"] = [*variants.values()]
    return Document(file, value, marks, {})


def _put(target: dict[str, Any], column: _Column, cell: Cell, marks: dict[Inside, Mark], inside: Inside) -> None:
    *parents, name = column.path
    for parent in parents:
        target = target.setdefault(parent, {})
    target[name] = _value(column, cell)
    marks[*inside, *column.path] = _mark(cell)


def _value(column: _Column, cell: Cell) -> Any:
    if column.is_list:
        return _words(cell.value)
    if column.is_text:
        return str(cell.value)
    return resolve(cell.value.strip()) if isinstance(cell.value, str) else cell.value


def _words(value: Any) -> list[str]:
    return str(value).replace(",", " ").replace(";", " ").split()


def _mark(cell: Cell) -> Mark:
    return Mark(cell.line, cell.column, cell.column, is_one_line=False)


@cache
def _fields(struct: type[Struct]) -> Mapping[str, str]:
    """Return the fields that one cell can say, by name: ``text``, ``list`` (of words) or ``value``."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return {field.name: kind for field in info.fields if (kind := _kind(field.type))}


def _kind(kind: inspect.Type) -> str:
    match kind:
        case inspect.UnionType(types=types):
            return next(_kinds(types), "")
        case inspect.StrType() | inspect.LiteralType():
            return "text"
        case inspect.VarTupleType(item_type=inspect.StrType() | inspect.LiteralType()):
            return "list"
        case inspect.IntType() | inspect.FloatType() | inspect.BoolType():
            return "value"
        case _:
            return ""


def _kinds(types: tuple[inspect.Type, ...]) -> Iterator[str]:
    return (_kind(each) for each in types if not isinstance(each, inspect.NoneType))
