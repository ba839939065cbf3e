"""What commands print: data on standard output, everything else on standard error; colour only for a person's eyes."""

import os
import sys
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any, TextIO

import msgspec

from segue.model.errors import SegueError

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}


def paint(text: str, style: str, stream: TextIO | None = None) -> str:
    """Return ``text`` in a style, where ``stream`` (standard output) is a terminal and NO_COLOR is not set."""
    target = stream or sys.stdout
    if not target.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m"


def tell(text: str = "") -> None:
    """Print a line of the result."""
    print(text)  # noqa: T201


def tell_json(value: Any) -> None:
    """Print the result as JSON; structs become objects."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def say(text: str) -> None:
    """Print a line about progress."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201


def complain(reason: str, instruction: str = "") -> None:
    """Print what went wrong and what to do next."""
    say(f"{paint('segue:', 'red', sys.stderr)} {reason}" + (f"\n       {instruction}" if instruction else ""))


def write_text(path: Path, text: str) -> None:
    """Write a report to a file.

    Raises:
        SegueError: it cannot be written.
    """
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise SegueError(f"{path} cannot be written: {error.strerror}.", "Name another file.") from error


def columns(rows: Sequence[Sequence[str]], right: Container[int] = ()) -> list[str]:
    """Return ``rows`` as aligned lines, two blanks between columns; those in ``right`` align right."""
    if not rows:
        return []
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def plural(count: int, noun: str, many: str = "") -> str:
    """Return "1 error", "2 errors"; ``many`` where the plural is not made with an s."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"
