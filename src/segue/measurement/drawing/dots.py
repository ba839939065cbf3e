"""Dot plots: estimates with their intervals, one below the other."""

from collections.abc import Sequence

from msgspec import Struct

from segue.measurement.drawing.frame import line, mark, svg, words
from segue.measurement.drawing.markup import Markup, join
from segue.measurement.drawing.numbers import AMOUNT, Unit, between, is_known
from segue.measurement.drawing.scale import Scale, scale

WIDTH = 440.0
_ROW, _TOP, _EDGE, _FOOT = 44.0, 6.0, 18.0, 26.0


class Dot(Struct, frozen=True, kw_only=True):
    """An estimate with its interval.

    Attributes:
        value, low, high: what is not a finite number is not drawn.
        series: its colour and shape; 0 is the one to compare with.
        note: written beside the label; the numbers where empty.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    series: int = 1
    note: str = ""


def dot_plot(
    dots: Sequence[Dot], *, title: str, description: str = "", unit: Unit = AMOUNT, is_difference: bool = False
) -> Markup:
    """Return the estimates as SVG.

    Args:
        title: unique on the page.
        description: for those who do not see it; the numbers where empty.
        is_difference: 0 is marked, and numbers have signs.
    """
    ends = [end for dot in dots for end in (dot.value, dot.low, dot.high)]
    across = scale(ends, _EDGE, WIDTH - _EDGE, unit=unit, with_zero=is_difference, is_tight=True)
    bottom = _TOP + _ROW * len(dots)
    told = [(dot, dot.note or between(dot.value, dot.low, dot.high, unit, signed=is_difference)) for dot in dots]
    described = description or "; ".join(f"{dot.label}: {note}" for dot, note in told)
    return svg(
        WIDTH,
        bottom + _FOOT,
        title,
        described,
        *(_grid(across, _TOP + _ROW * place, is_difference) for place in range(len(dots))),
        *(words(tick.place, bottom + 16.0, tick.words, anchor="middle", class_="tick") for tick in across.ticks()),
        *(_row(dot, note, across, _TOP + _ROW * place) for place, (dot, note) in enumerate(told)),
    )


def _grid(across: Scale, top: float, is_difference: bool) -> Markup:
    """Return the ticks below the words of one row."""
    return join(
        line(tick.place, top + 20.0, tick.place, top + 38.0, "zero" if is_difference and tick.value == 0.0 else "grid")
        for tick in across.ticks()
    )


def _row(dot: Dot, note: str, across: Scale, top: float) -> Markup:
    middle = top + 29.0
    parts = [
        words(_EDGE, top + 15.0, dot.label, class_="label"),
        words(WIDTH - _EDGE, top + 15.0, note, anchor="end", class_="note"),
    ]
    if dot.low is not None and dot.high is not None and dot.low == dot.low and dot.high == dot.high:
        left, right = across.place(dot.low), across.place(dot.high)
        parts.append(line(left, middle, right, middle, f"interval s{dot.series % 8}"))
    if dot.value is not None and is_known(dot.value):
        parts.append(mark(dot.series, across.place(dot.value), middle, title=f"{dot.label}: {note}"))
    return join(parts)
