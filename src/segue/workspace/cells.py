"""Cells: comma-separated values read so that every cell knows its line and column (RFC 4180; semicolons too)."""

import re
from typing import Any

from msgspec import Struct

from segue.model.errors import SegueError


class Cell(Struct, frozen=True):
    """A cell and where it starts, counted from 1; column 0 where a row has no columns of characters."""

    value: Any
    line: int
    column: int


class TableError(SegueError):
    """A table that cannot be read; ``line`` is 0 for the whole."""

    def __init__(self, reason: str, instruction: str, line: int = 0, column: int = 0) -> None:
        super().__init__(reason, instruction)
        self.line = line
        self.column = column


def read_cells(text: str) -> list[list[Cell]]:
    """Return the records of ``text``, the first one being the header; lines without anything are left out.

    The separator is the comma, or the semicolon where the first line has one and no comma.

    Raises:
        TableError: a quote is not closed, or text follows a closing quote.
    """
    first = text.partition("\n")[0]
    separator = ";" if ";" in first and "," not in first else ","
    token = re.compile(rf'(?:"((?:[^"]|"")*)"|([^{separator}"\r\n]*))({separator}|\r\n|\n|\r|\Z)')
    records: list[list[Cell]] = []
    record: list[Cell] = []
    at, line, line_begins = 0, 1, 0
    while at < len(text) or record:
        found = token.match(text, at)
        if found is None:
            reason = "A double quote is not closed, or stands inside of text that is not quoted."
            instruction = 'Put the whole cell in double quotes, and double those inside: "a ""b"" c".'
            raise TableError(reason, instruction, line, at - line_begins + 1)
        quoted, plain, end = found.groups()
        value = quoted.replace('""', '"') if quoted is not None else plain.strip()
        record.append(Cell(value, line, at - line_begins + 1))
        if breaks := text.count("\n", at, found.end()) + (end == "\r"):
            line += breaks
            line_begins = found.end() if end != separator else text.rindex("\n", at, found.end()) + 1
        at = found.end()
        if end != separator:
            if len(record) > 1 or record[0].value != "":
                records.append(record)
            record = []
    return records
