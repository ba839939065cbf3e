"""Bar charts: amounts from zero, with intervals where they have some."""

from collections.abc import Sequence

from msgspec import Struct

from segue.measurement.drawing.frame import grid_across, line, svg, words
from segue.measurement.drawing.markup import Markup, join, tag
from segue.measurement.drawing.numbers import AMOUNT, Unit, between, is_known
from segue.measurement.drawing.scale import Scale, scale

WIDTH = 720.0
_ROW, _TOP, _LEFT, _RIGHT, _FOOT = 30.0, 6.0, 190.0, 170.0, 26.0


class Bar(Struct, frozen=True, kw_only=True):
    """An amount, with an interval where ``low`` and ``high`` are known; what is not a finite number is not drawn."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    series: int = 1


def bar_chart(
    bars: Sequence[Bar], *, title: str, description: str = "", unit: Unit = AMOUNT, signed: bool = False
) -> Markup:
    """Return the amounts as SVG, one bar below the other.

    Args:
        title: unique on the page.
        description: for those who do not see it; the numbers where empty.
    """
    ends = [end for bar in bars for end in (bar.value, bar.low, bar.high)]
    across = scale(ends, _LEFT, WIDTH - _RIGHT, unit=unit, with_zero=True)
    bottom = _TOP + _ROW * len(bars)
    told = [(bar, between(bar.value, bar.low, bar.high, unit, signed=signed)) for bar in bars]
    return svg(
        WIDTH,
        bottom + _FOOT,
        title,
        description or "; ".join(f"{bar.label}: {note}" for bar, note in told),
        grid_across(across, _TOP, bottom, zero=True),
        *(_row(bar, note, across, _TOP + _ROW * place) for place, (bar, note) in enumerate(told)),
    )


def _row(bar: Bar, note: str, across: Scale, top: float) -> Markup:
    middle, zero = top + _ROW / 2.0, across.place(0.0)
    parts = [
        words(_LEFT - 12.0, middle + 4.5, _short(bar.label), anchor="end", class_="label"),
        words(WIDTH - _RIGHT + 12.0, middle + 4.5, note, class_="note"),
    ]
    if bar.value is not None and is_known(bar.value):
        end = across.place(bar.value)
        parts.append(
            tag(
                "rect",
                tag("title", f"{bar.label}: {note}"),
                x=min(zero, end),
                y=middle - 9.0,
                width=max(abs(end - zero), 1.0),
                height=18,
                class_=f"bar s{bar.series % 8}",
            )
        )
    if bar.low is not None and bar.high is not None and bar.low == bar.low and bar.high == bar.high:
        left, right = across.place(bar.low), across.place(bar.high)
        parts.append(line(left, middle, right, middle, "whisker"))
    return join(parts)


def _short(label: str, most: int = 22) -> str:
    return label if len(label) <= most else f"{label[: most - 1]}\u2026"
