"""Curves: amounts over time, one line for each series, with a band where the interval is known."""

from collections.abc import Sequence

from msgspec import Struct

from segue.measurement.drawing.frame import SERIES, grid_up, mark, path, svg, words
from segue.measurement.drawing.markup import Markup, join, tag
from segue.measurement.drawing.numbers import AMOUNT, Unit, is_known, number
from segue.measurement.drawing.scale import Scale, scale

WIDTH, HEIGHT = 440.0, 240.0
_LEFT, _TOP, _FOOT, _APART = 52.0, 14.0, 40.0, 15.0
_LETTER = 7.7


class Line(Struct, frozen=True, kw_only=True):
    """A series.

    Attributes:
        values: one for each place along the axis; what is not a finite number leaves a gap.
        lows, highs: of the band around it; none where empty.
    """

    label: str
    values: tuple[float | None, ...]
    lows: tuple[float | None, ...] = ()
    highs: tuple[float | None, ...] = ()
    series: int = 1


def line_chart(
    lines: Sequence[Line],
    *,
    title: str,
    along: Sequence[str],
    axis: str = "",
    description: str = "",
    unit: Unit = AMOUNT,
    with_zero: bool = True,
    width: float = WIDTH,
) -> Markup:
    """Return the series as SVG, each with its name at its end.

    Args:
        title: unique on the page.
        along: what is written below each place; only as many as there is room for.
        axis: what the places are.
        description: for those who do not see it; the ends where empty.
    """
    right = width - min(_LETTER * max((len(each.label) for each in lines), default=0) + 28.0, width / 3.0)
    amounts = [value for each in lines for value in (*each.values, *each.lows, *each.highs)]
    up = scale(amounts, HEIGHT - _FOOT, _TOP, unit=unit, with_zero=with_zero)
    across = Scale(0.0, max(len(along) - 1.0, 1.0), 1.0, _LEFT + 6.0, right)
    return svg(
        width,
        HEIGHT,
        title,
        description or "; ".join(_told(each, unit) for each in lines),
        grid_up(up, _LEFT, right),
        _along(along, across),
        words((_LEFT + right) / 2.0, HEIGHT - 4.0, axis, anchor="middle", class_="tick"),
        *(_band(each, across, up) for each in lines),
        *(_curve(each, across, up, unit) for each in lines),
        _ends(lines, up, right, width - right),
    )


def _told(each: Line, unit: Unit) -> str:
    known = [value for value in each.values if is_known(value)]
    if not known:
        return f"{each.label}: nothing"
    return f"{each.label}: from {number(known[0], unit)} to {number(known[-1], unit)}"


def _along(along: Sequence[str], across: Scale) -> Markup:
    every = max(-(-len(along) // 8), 1)
    return join(
        words(across.place(place), HEIGHT - _FOOT + 18.0, label, anchor="middle", class_="tick")
        for place, label in enumerate(along)
        if place % every == 0
    )


def _runs(values: Sequence[float | None], across: Scale, up: Scale) -> list[list[tuple[float, float]]]:
    """Return the stretches without a gap, as places."""
    runs: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is not None and is_known(value):
            runs[-1].append((across.place(place), up.place(value)))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _band(each: Line, across: Scale, up: Scale) -> Markup:
    both = [
        (across.place(place), up.place(low), up.place(high))
        for place, (low, high) in enumerate(zip(each.lows, each.highs, strict=True))
        if low is not None and high is not None and is_known(low) and is_known(high)
    ]
    if len(both) < 2:
        return Markup("")
    corners = [(x, high) for x, _, high in both] + [(x, low) for x, low, _ in reversed(both)]
    return tag("polygon", points=" ".join(f"{x:g},{y:g}" for x, y in corners), class_=f"band s{each.series % SERIES}")


def _curve(each: Line, across: Scale, up: Scale, unit: Unit) -> Markup:
    parts: list[str] = []
    for run in _runs(each.values, across, up):
        if len(run) > 1:
            parts.append(path(run, f"curve s{each.series % SERIES}"))
    points = [(place, value) for place, value in enumerate(each.values) if value is not None and is_known(value)]
    for place, value in points if len(points) <= 16 else points[-1:]:
        told = f"{each.label}: {number(value, unit)}"
        parts.append(mark(each.series, across.place(place), up.place(value), 3.5, told))
    return join(parts)


def _ends(lines: Sequence[Line], up: Scale, right: float, room: float) -> Markup:
    """Return the names at the ends, pushed apart where they would cover each other."""
    wanted = sorted(
        (up.place(known[-1]), place)
        for place, each in enumerate(lines)
        if (known := [value for value in each.values if value is not None and is_known(value)])
    )
    parts, least = [], _TOP
    bottom = (HEIGHT - _FOOT) - _APART * len(wanted)
    for rank, (y, place) in enumerate(wanted):
        at = max(least, min(y, bottom + _APART * (rank + 1)))
        least = at + _APART
        each = lines[place]
        fitting = int((room - 10.0) / _LETTER)
        label = each.label if len(each.label) <= fitting else f"{each.label[: fitting - 1].rstrip()}\u2026"
        parts.append(words(right + 10.0, at + 4.0, label, class_=f"name s{each.series % SERIES}"))
    return join(parts)
