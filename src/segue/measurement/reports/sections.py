"""What a report consists of: sections that every form of it (text, Markdown, HTML, JSON) is made of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct


class Table(Struct, frozen=True, kw_only=True):
    """Rows of cells as people read them; columns in ``right`` are numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    caption: str = ""


class Section(Struct, frozen=True, kw_only=True):
    """One question and its answer.

    Attributes:
        name: the key in JSON.
        lead: the answer in a sentence or two.
        is_causal: what it says was caused by orchestration; otherwise it describes.
        notes: what has to be known to read it.
        data: the results themselves, whose types name their formulas.
        drawings: as SVG.
    """

    name: str
    title: str
    lead: str
    is_causal: bool = False
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
    data: Any = None
    drawings: tuple[str, ...] = ()


class Report(Struct, frozen=True, kw_only=True):
    """All sections about a workspace's log from ``begin`` to ``end``.

    Attributes:
        alarm: what comes before everything else: why nothing here may be read as caused; "" for nothing.
    """

    workspace: str
    currency: str
    begin: datetime
    end: datetime
    customers: int
    sections: tuple[Section, ...]
    alarm: str = ""

    def of(self, name: str) -> Section | None:
        """Return the section ``name``, None where the log has nothing for it."""
        return next((each for each in self.sections if each.name == name), None)


def amount(value: float | None, digits: int = 2) -> str:
    """Return a number as a cell, "" for None."""
    if value is None:
        return ""
    return f"{value:,.{digits if abs(value) >= 0.1 or value == 0.0 else 4}f}"


def percent(value: float | None, digits: int = 1) -> str:
    """Return a share as a cell, "" for None."""
    return "" if value is None else f"{100.0 * value:.{digits}f} %"


def between(low: float, high: float, digits: int = 2) -> str:
    """Return an interval as a cell."""
    return f"{amount(low, digits)} to {amount(high, digits)}"


def list_of(names: Sequence[str]) -> str:
    """Return names as a phrase.

    >>> list_of(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))
