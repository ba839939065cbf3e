"""What a report consists of: sections that every form of it (text, Markdown, HTML, JSON) is made of."""

from collections.abc import Sequence
from datetime import datetime
from math import floor, isfinite, log10
from typing import Any

from msgspec import Struct

from segue.measurement.statistics.split import SplitCheck

_DIGITS_MAX = 8


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
        alarm: what comes before everything else: which splits are broken, and what is not told for it; "" for none.
        holdouts: by holdout of channels and journeys, whether its split holds.
    """

    workspace: str
    currency: str
    begin: datetime
    end: datetime
    customers: int
    sections: tuple[Section, ...]
    alarm: str = ""
    holdouts: dict[str, SplitCheck] = {}

    def of(self, name: str) -> Section | None:
        """Return the section ``name``, None where the log has nothing for it."""
        return next((each for each in self.sections if each.name == name), None)


def amount(value: float | None, digits: int = 2) -> str:
    """Return a number as a cell, "" for None; what is small has three digits that count.

    >>> amount(1234.5), amount(0.01234), amount(-0.0000417), amount(0.0)
    ('1,234.50', '0.0123', '-0.0000417', '0.00')
    """
    if value is None:
        return ""
    size = abs(value)
    if 0.0 < size < 0.1:
        digits = max(digits, min(2 - floor(log10(size)), _DIGITS_MAX))
    return f"{value:,.{digits}f}" if not 0.0 < size < 10.0**-_DIGITS_MAX else f"{value:.1e}"


def percent(value: float | None, digits: int = 1) -> str:
    """Return a share as a cell, "" for None; what is small has two digits that count.

    >>> percent(0.1234), percent(0.00004), percent(0.0)
    ('12.3 %', '0.0040 %', '0.0 %')
    """
    if value is None:
        return ""
    size = abs(100.0 * value)
    if 0.0 < size < 0.5 * 10.0**-digits:
        digits = min(1 - floor(log10(size)), _DIGITS_MAX)
    return f"{100.0 * value:.{digits}f} %"


def between(low: float, high: float, digits: int = 2) -> str:
    """Return an interval as a cell."""
    return f"{amount(low, digits)} to {amount(high, digits)}" if isfinite(low + high) else "unknown"


def list_of(names: Sequence[str]) -> str:
    """Return names as a phrase.

    >>> list_of(["a", "b", "c"])
    'a, b and c'
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else list(names))
