"""The mapping: how the columns of a file become events. The schema of ``sources/NAME.yaml``.

    files: "orders*.parquet"
    identifiers: {user_id: CustomerID}
    at: {column: InvoiceDate, zone: Europe/London}
    event:
      - name: item_returned
        when: [{column: InvoiceNo, starts_with: C}]
      - name: item_purchased
    event_id: {columns: [InvoiceNo, StockCode]}
    properties:
      invoice: InvoiceNo
      quantity: {column: Quantity, type: number}
    traits: {email: "customer-{CustomerID}@example.com"}

A column's name stands for its value as text, whatever type the file gives it, so that the same rows in CSV, JSON lines
and Parquet become the same events. A text with braces is a template; it has no value where one of its columns is empty.
Of JSON lines, ``order.id`` names a nested value.
"""

import re
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from segue.model.catalogue import Definition, Name, ValueType
from segue.model.errors import SegueError, WorkspaceError
from segue.model.time import load_zone

Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=500)]
"""A column's name, or a template such as ``customer-{CustomerID}``."""

Format: TypeAlias = Literal["csv", "jsonl", "parquet"]
FORMATS: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "jsonl",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}


class Moment(Definition, frozen=True, kw_only=True):
    """When the row's event happened.

    Attributes:
        zone: of times without an offset. A time that a clock change made ambiguous is the later one; one that it left
            out counts as if the clock had not changed yet.
        format: in the words of strptime, such as "%d/%m/%Y %H:%M"; ``unix_s`` or ``unix_ms`` for numbers; ISO 8601
            where None.
    """

    column: Text
    zone: str = "UTC"
    format: str | None = None


class Test(Definition, frozen=True, kw_only=True):
    """A test on one column; exactly one of the others. An empty column passes only ``is_missing: true``.

    ``above`` and ``below`` compare numbers; the others compare text, and case matters.
    """

    __test__ = False  # pytest: not a test class

    column: Text
    equals: str | None = None
    one_of: tuple[str, ...] | None = None
    starts_with: str | None = None
    ends_with: str | None = None
    contains: str | None = None
    above: float | None = None
    below: float | None = None
    is_missing: bool | None = None


class EventCase(Definition, frozen=True, kw_only=True):
    """The event's ``name`` where all tests of ``when`` hold; the first case that holds decides."""

    name: Name
    when: tuple[Test, ...] = ()


class RowId(Definition, frozen=True, kw_only=True):
    """What an event's id is made of; reading the file again gives the same ids, so that nothing counts twice.

    Attributes:
        columns: those that tell rows apart; the file's name where there are none.
        with_row: the row's number too, because rows may be equal.
    """

    columns: tuple[Text, ...] = ()
    with_row: bool = True


class TypedColumn(Definition, frozen=True, kw_only=True):
    """A column (or template) and the type of its values; ``zone`` of instants without an offset."""

    column: Text
    type: ValueType = "text"
    zone: str = "UTC"


Column: TypeAlias = Text | TypedColumn


class SourceMapping(Definition, frozen=True, kw_only=True):
    """How rows become events.

    Attributes:
        files: pattern of the names of files that this mapping reads.
        format: by the file's ending where None.
        delimiter, encoding: of CSV.
        identifiers: by kind, strongest first; a row without any of them is dead (``no_identifier``).
        event: cases of event names; without any, rows only state traits.
        only: rows that fail one of these tests are dead (``filtered``).
    """

    files: str = "*"
    description: str = ""
    format: Format | None = None
    delimiter: Annotated[str, Meta(min_length=1, max_length=1)] = ","
    encoding: Literal["utf-8", "utf-16", "latin-1"] = "utf-8"
    identifiers: Annotated[dict[Name, Text], Meta(min_length=1)]
    at: Moment
    event: tuple[EventCase, ...] = ()
    event_id: RowId = RowId()
    properties: dict[Name, Column] = {}
    traits: dict[Name, Column] = {}
    only: tuple[Test, ...] = ()


def parse_mapping(definition: Mapping[str, Any], name: str) -> SourceMapping:
    """Return the mapping that ``sources/NAME.yaml`` declares.

    Raises:
        WorkspaceError: it does not fit the schema, or contradicts itself.
    """
    try:
        mapping = msgspec.convert(definition, SourceMapping)
    except msgspec.ValidationError as error:
        reason = f"The mapping sources/{name}.yaml is not valid: {error}."
        raise WorkspaceError(reason, "`segue check` says where.") from None
    for problem in problems(mapping):
        raise WorkspaceError(f"The mapping sources/{name}.yaml is not valid: {problem}", "Correct the file.")
    return mapping


def problems(mapping: SourceMapping) -> tuple[str, ...]:
    """Return what the schema cannot say: sentences about a mapping that cannot work."""
    found: list[str] = []
    zones = [mapping.at.zone, *(column.zone for column in typed_columns(mapping).values())]
    for zone in dict.fromkeys(zones):
        try:
            load_zone(zone)
        except SegueError as error:
            found.append(error.reason)
    tests = [*mapping.only, *(test for case in mapping.event for test in case.when)]
    for test in tests:
        if len(stated_comparisons(test)) != 1:
            found.append(f"The test of column {test.column!r} needs exactly one comparison.")
    for position, case in enumerate(mapping.event[:-1]):
        if not case.when:
            found.append(f"Event case {position + 1} ({case.name}) always holds; the cases after it are never reached.")
    if mapping.properties and not mapping.event:
        found.append("Properties belong to events; add `event`.")
    if not mapping.event_id.with_row and not mapping.event_id.columns:
        found.append("`event_id` needs columns where it goes without the row's number.")
    return tuple(found)


def stated_comparisons(test: Test) -> tuple[tuple[str, Any], ...]:
    """Return the comparisons that ``test`` states: (name, operand)."""
    fields = (name for name in test.__struct_fields__ if name != "column")
    return tuple((name, value) for name in fields if (value := getattr(test, name)) is not None)


def typed_columns(mapping: SourceMapping) -> dict[tuple[str, str], TypedColumn]:
    """Return properties and traits, each with its type, by ("property" or "trait", name)."""
    both = {("property", name): column for name, column in mapping.properties.items()}
    both |= {("trait", name): column for name, column in mapping.traits.items()}
    return {
        key: column if isinstance(column, TypedColumn) else TypedColumn(column=column) for key, column in both.items()
    }


def template_parts(text: str) -> tuple[tuple[str, bool], ...]:
    """Return a template's parts: (text, whether it is a column's name). A text without braces is one column.

    >>> template_parts("customer-{CustomerID}@example.com")
    (('customer-', False), ('CustomerID', True), ('@example.com', False))
    """
    if "{" not in text:
        return ((text, True),)
    pieces = re.split(r"\{([^{}]+)\}", text)
    return tuple((piece, index % 2 == 1) for index, piece in enumerate(pieces) if piece)


def format_of(path: Path, mapping: SourceMapping) -> Format:
    """Return the format of the file at ``path``; a trailing ``.gz`` or ``.zst`` only says that it is compressed.

    Raises:
        SegueError: neither mapping nor ending says it.
    """
    ending = path.with_suffix("").suffix if path.suffix in (".gz", ".zst") else path.suffix
    found = mapping.format or FORMATS.get(ending.lower())
    if found is None:
        reason = f"The format of {path.name} is not known."
        raise SegueError(reason, f"Name it with one of {', '.join(FORMATS)}, or write `format` in the mapping.")
    return found


def choose_mapping(mappings: Mapping[str, SourceMapping], path: Path) -> tuple[str, SourceMapping]:
    """Return name and mapping of the one source whose ``files`` match the file's name.

    Raises:
        SegueError: none of them, or several.
    """
    matching = [name for name, mapping in mappings.items() if fnmatch(path.name, mapping.files)]
    if len(matching) == 1:
        return matching[0], mappings[matching[0]]
    if not mappings:
        reason = "The workspace has no mapping for files."
        raise SegueError(reason, "Write one to sources/NAME.yaml, see docs/reference/sources.md.")
    if not matching:
        patterns = ", ".join(f"{name} ({mapping.files})" for name, mapping in mappings.items())
        raise SegueError(f"No source reads {path.name}.", f"Change `files` of one of them: {patterns}.")
    reason = f"Several sources read {path.name}: {', '.join(matching)}."
    raise SegueError(reason, "Say which with --source, or narrow their `files`.")
