"""Texts: a delimited file as a table of words, whatever its encoding and delimiter.

The head line is the first line and every line has as many fields: nothing is skipped, so no row is lost without a word.
"""

import codecs
import csv
import gzip
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, cast

from msgspec import Struct

from segue.core.expressions.sql_values import quoted as quoted_text
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_DELIMITERS = ",;\t|"
_NAMES = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas"}
_HEAD = 1 << 16
_BLOCK = 1 << 20
_ENCODINGS = {
    "utf-8-sig": "",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252",
}
"""What texts are written in, and how it is told; "" is not worth telling."""

_LEGACY = "cp1252"
_MAGIC = {
    b"PK": "a spreadsheet or an archive",
    b"\xd0\xcf\x11": "a spreadsheet",
    b"\x1f\x8b": "compressed",
    b"PAR1": "Parquet",
}
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")


class TextForm(Struct, frozen=True):
    """How a text is written: its ``encoding`` (of `_ENCODINGS`), ``delimiter``, the ``names`` of its columns, and how
    many ``rows`` the head ends with.
    """

    encoding: str
    delimiter: str
    names: tuple[str, ...]
    rows: int

    @property
    def words(self) -> list[str]:
        """What is worth telling of it."""
        told = _ENCODINGS[self.encoding]
        return [f"the file is written in {told}"] if told else []


def load_text(duck: "DuckDBPyConnection", path: Path, table: str) -> TextForm:
    """Read a delimited file into a new table of ``duck``, all of it as words, with ``row_number__``.

    Raises:
        SegueError: it is empty, has no head line, or a line has more or fewer fields than the head.
    """
    import duckdb

    form = form_of(path)
    columns = ", ".join(f"{quoted_text(name)}: 'VARCHAR'" for name in form.names)
    with TemporaryDirectory() as folder:
        source = path if form.encoding == "utf-8-sig" else _as_utf8(path, form.encoding, Path(folder) / "text.csv")
        compression = "'gzip'" if source.suffix.lower() == ".gz" else "'none'"
        reader = (
            f"read_csv({quoted_text(str(source))}, auto_detect = false, delim = {quoted_text(form.delimiter)},"
            f" quote = '\"', escape = '\"', header = false, skip = {form.rows}, compression = {compression},"
            f" columns = {{{columns}}})"
        )
        try:
            duck.execute(f"CREATE TABLE {table} AS SELECT *, row_number() OVER () AS row_number__ FROM {reader}")
        except duckdb.Error as error:
            raise _told(path, form, str(error)) from error
    return form


def form_of(path: Path) -> TextForm:
    """Return how a text is written.

    Raises:
        SegueError: it is empty, or its first line is no head.
    """
    _require_text(path)
    encoding = _encoding_of(path)
    with _opened(path) as file:
        start = file.read(_HEAD)
    is_whole = len(start) < _HEAD
    head = codecs.getincrementaldecoder(encoding)("replace").decode(start).lstrip("\ufeff")
    if not head.strip():
        raise SegueError(f"{path} is empty.", "Write it again, with a head line and a row for each customer.")
    said = re.match(r"sep=(.)\r?\n", head)
    delimiter = said[1] if said else _delimiter_of(head, is_whole)
    reader = csv.reader(StringIO(head[said.end() :] if said else head, newline=""), delimiter=delimiter)
    rows, names = next((row, names) for row, names in enumerate(reader, 1 + bool(said)) if names)
    below = [row for row, _ in zip(reader, range(20), strict=False)]
    _require_head(path, names, below[:-1] if not is_whole and len(below) < 20 else below)
    return TextForm(encoding, delimiter, _unlike(names), rows)


def _require_text(path: Path) -> None:
    """Check that a file does not begin as a spreadsheet, an archive or something compressed."""
    with _opened(path) as file:
        start = file.read(4)
    for magic, words in _MAGIC.items():
        if start.startswith(magic):
            raise SegueError(f"{path} is {words}, no text.", "Write it as CSV; a compressed one has to end in .gz.")


def _encoding_of(path: Path) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with _opened(path) as file:
        block = file.read(_BLOCK)
        if block.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if b"\0" in block[:_HEAD]:
            return "utf-16-le" if block[1:2] == b"\0" else "utf-16-be"
        try:
            while block:
                decoder.decode(block)
                block = file.read(_BLOCK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _LEGACY
    return "utf-8-sig"


def _delimiter_of(head: str, is_whole: bool) -> str:
    """Return the delimiter that most of the lines have as often as the first one; of two the one that is there more."""
    text = head if is_whole else head[: head.rfind("\n") + 1]

    def fit(delimiter: str) -> tuple[float, int]:
        rows = [len(row) for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter) if row]
        alike = sum(count == rows[0] for count in rows) / len(rows) if rows and rows[0] > 1 else 0.0
        return (alike, max(rows, default=0))

    return max(_DELIMITERS, key=fit)


def _require_head(path: Path, names: list[str], below: list[list[str]]) -> None:
    """Check that the first line names columns: most of them, and not only such whose heads are numbers as well."""
    width = max((len(row) for row in below), default=0)
    if sum(bool(name.strip()) for name in names) < 0.5 * max(len(names), width):
        reason = f"The first line of {path} names too few columns: {', '.join(filter(None, names))!r}."
        raise SegueError(reason, "Take out the lines above the head line, and name every column there.")
    numbers = {place for row in below for place, cell in enumerate(row) if _NUMBER.fullmatch(cell.strip())}
    heads = {place for place, name in enumerate(names) if _NUMBER.fullmatch(name.strip())}
    if heads and numbers <= heads:
        reason = f"{path} has no head line: it begins with {', '.join(map(repr, names[:6]))}."
        raise SegueError(reason, "Write the names of the columns into its first line.")


def _unlike(names: list[str]) -> tuple[str, ...]:
    """Return names for all columns, no two alike in any case."""
    found: list[str] = []
    for place, name in enumerate(names, 1):
        wanted = name.strip() or f"column{place}"
        taken = {each.lower() for each in found}
        tries = (wanted, *(f"{wanted}_{number}" for number in range(2, len(names) + 2)))
        found.append(next(each for each in tries if each.lower() not in taken))
    return tuple(found)


def _told(path: Path, form: TextForm, words: str) -> SegueError:
    """Return what DuckDB says of a line in words of what it is beside the head."""
    line, seen = re.search(r"on Line: (\d+)", words), re.search(r"Found: (\d+)", words)
    if line is None:
        return SegueError(f"{path} cannot be read: {words.strip().splitlines()[0]}", "Write it again as CSV.")
    fields = f"has {seen[1]} fields, the head has {len(form.names)}" if seen else "cannot be read"
    reason = f"{path}: line {int(line[1]):,} {fields} (delimited by {_NAMES.get(form.delimiter, form.delimiter)})."
    return SegueError(reason, "Mend the line, and put fields that hold the delimiter in quotes.")


def _as_utf8(path: Path, encoding: str, copy: Path) -> Path:
    with copy.open("w", encoding="utf-8", newline="") as target:
        for text in _decoded(path, encoding):
            target.write(text)
    return copy


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with _opened(path) as file:
        while block := file.read(_BLOCK):
            yield decoder.decode(block)


def _opened(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path)) if path.suffix.lower() == ".gz" else path.open("rb")
