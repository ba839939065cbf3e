"""Tornado plots: how far a result moves when each assumption is varied, the one that moves it most on top."""

import textwrap
from collections.abc import Sequence

from msgspec import Struct

from segue.measurement.drawing.frame import grid_across, line, mark, svg, words
from segue.measurement.drawing.markup import Markup, join, tag
from segue.measurement.drawing.numbers import AMOUNT, Unit, between, is_known
from segue.measurement.drawing.scale import Scale, scale

WIDTH = 960.0
_ROW, _TOP, _LEFT, _RIGHT, _FOOT = 46.0, 30.0, 280.0, 280.0, 26.0
_LETTERS, _LINES = 36, 2


class End(Struct, frozen=True, kw_only=True):
    """The result with an assumption at one of its ends.

    Attributes:
        words: what the assumption is there.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    words: str = ""


class Span(Struct, frozen=True, kw_only=True):
    """What varying one assumption does to the result; an end that was not tried is None."""

    label: str
    low: End | None
    high: End | None

    def width(self, middle: float) -> float:
        """Return how far the result moves at most."""
        values = [end.value for end in (self.low, self.high) if end is not None]
        return max((abs(value - middle) for value in values if value is not None and is_known(value)), default=0.0)


def tornado(
    spans: Sequence[Span],
    middle: End,
    *,
    title: str,
    description: str = "",
    unit: Unit = AMOUNT,
) -> Markup:
    """Return the spans as SVG, the widest on top, beside ``middle``, the result with nothing varied.

    The low end is a diamond above, the high end a square below; 0 is marked.

    Args:
        title: unique on the page.
        description: for those who do not see it; the numbers where empty.
    """
    at = middle.value if middle.value is not None and is_known(middle.value) else 0.0
    ordered = sorted(spans, key=lambda span: -span.width(at))
    ends = [end for span in ordered for end in (span.low, span.high) if end is not None]
    amounts = [amount for end in (*ends, middle) for amount in (end.value, end.low, end.high)]
    across = scale(amounts, _LEFT, WIDTH - _RIGHT, unit=unit, with_zero=True, is_tight=True)
    bottom = _TOP + _ROW * len(ordered)
    told = f"{middle.words}: {_told(middle, unit)}"
    return svg(
        WIDTH,
        bottom + _FOOT,
        title,
        description or "; ".join([told, *(f"{_flat(span, unit)}" for span in ordered)]),
        _middle(middle, across, bottom),
        grid_across(across, _TOP - 4.0, bottom, zero=True),
        line(across.place(at), _TOP - 8.0, across.place(at), bottom, "middle"),
        words(across.place(at), _TOP - 14.0, told, anchor=_side(across.place(at)), class_="note over"),
        *(_row(span, across, unit, _TOP + _ROW * place) for place, span in enumerate(ordered)),
    )


def _told(end: End, unit: Unit) -> str:
    return between(end.value, end.low, end.high, unit, signed=True)


def _flat(span: Span, unit: Unit) -> str:
    said = [f"{_told(end, unit)} at {end.words}" for end in (span.low, span.high) if end is not None]
    return f"{span.label}: {', '.join(said)}"


def _side(place: float) -> str:
    """Return where words beside ``place`` are anchored, so that they stay within the drawing."""
    third = (WIDTH - _RIGHT - _LEFT) / 3.0
    return "start" if place < _LEFT + third else "end" if place > _LEFT + 2.0 * third else "middle"


def _middle(middle: End, across: Scale, bottom: float) -> Markup:
    """Return the interval of the result with nothing varied, as a band behind all rows."""
    if middle.low is None or middle.high is None or not (is_known(middle.low) and is_known(middle.high)):
        return Markup("")
    left, right = across.place(middle.low), across.place(middle.high)
    return tag("rect", x=left, y=_TOP - 4.0, width=max(right - left, 0.0), height=bottom - _TOP + 4.0, class_="behind")


def _row(span: Span, across: Scale, unit: Unit, top: float) -> Markup:
    lines = textwrap.wrap(span.label, _LETTERS, max_lines=_LINES, placeholder="\u2026")
    first = top + _ROW / 2.0 + 4.5 - 8.0 * (len(lines) - 1)
    parts: list[str] = [line(0.0, top, WIDTH, top, "grid")] if top > _TOP else []
    parts += [words(0.0, first + 16.0 * number, each, class_="label") for number, each in enumerate(lines)]
    for end, series, y in ((span.low, 3, top + 15.0), (span.high, 2, top + 31.0)):
        if end is not None and end.value is not None and is_known(end.value):
            parts.append(_end(end, series, across, unit, y))
    return join(parts)


def _end(end: End, series: int, across: Scale, unit: Unit, y: float) -> Markup:
    assert end.value is not None
    told = _told(end, unit)
    parts: list[str] = []
    if end.low is not None and end.high is not None and end.low == end.low and end.high == end.high:
        parts.append(line(across.place(end.low), y, across.place(end.high), y, f"interval thin s{series}"))
    parts.append(mark(series, across.place(end.value), y, 5.0, f"at {end.words}: {told}"))
    parts.append(mark(series, WIDTH - _RIGHT + 22.0, y, 4.0))
    parts.append(words(WIDTH - _RIGHT + 34.0, y + 4.0, f"at {end.words}: {told}", class_="tick"))
    return join(parts)
