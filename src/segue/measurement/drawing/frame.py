"""Frames: an SVG with its title and description, its axes, and the marks that all drawings share."""

from collections.abc import Iterable, Sequence
from math import cos, pi, sin

from segue.measurement.drawing.markup import Markup, join, tag, unique
from segue.measurement.drawing.scale import Scale

SERIES = 8
"""So many series have a colour and a shape of their own; the first is the one to compare with."""


def svg(width: float, height: float, title: str, description: str, *parts: str, class_: str = "drawing") -> Markup:
    """Return a drawing, ``width`` by ``height``, that scales with the page.

    Args:
        title: unique on the page, since ids are made of it.
        description: what is to be seen, for those who do not see it.
    """
    name = unique(title)
    return tag(
        "svg",
        tag("title", title, id=f"{name}-title"),
        tag("desc", description, id=f"{name}-desc"),
        *parts,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}",
        class_=class_,
        role="img",
        style=f"max-width: {width:g}px",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def words(x: float, y: float, what: str, *, anchor: str = "start", class_: str | None = None) -> Markup:
    """Return text at a place; ``anchor`` is start, middle or end."""
    return tag("text", what, x=x, y=y, text_anchor=None if anchor == "start" else anchor, class_=class_)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """Return a straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def grid_across(scale: Scale, top: float, bottom: float, *, zero: bool = False) -> Markup:
    """Return the ticks of a scale that runs to the right; with ``zero``, 0 is a line of its own."""
    return join(
        part
        for tick in scale.ticks()
        for part in (
            line(tick.place, top, tick.place, bottom, "zero" if zero and tick.value == 0.0 else "grid"),
            words(tick.place, bottom + 16, tick.words, anchor="middle", class_="tick"),
        )
    )


def grid_up(scale: Scale, left: float, right: float) -> Markup:
    """Return the ticks of a scale that runs upwards."""
    return join(
        part
        for tick in scale.ticks()
        for part in (
            line(left, tick.place, right, tick.place, "zero" if tick.value == 0.0 else "grid"),
            words(left - 8, tick.place + 4, tick.words, anchor="end", class_="tick"),
        )
    )


def mark(series: int, x: float, y: float, size: float = 6.0, title: str = "") -> Markup:
    """Return the shape of a series, about ``size`` around its middle; ``title`` is told when it is pointed at."""
    class_ = f"mark s{series % SERIES}"
    told = (tag("title", title),) if title else ()
    match series % SERIES:
        case 0 | 1:
            return tag("circle", *told, cx=x, cy=y, r=size, class_=class_)
        case 2:
            return tag(
                "rect", *told, x=x - size + 1, y=y - size + 1, width=2 * size - 2, height=2 * size - 2, class_=class_
            )
        case kind:
            corners, turn = {3: (4, 0.0), 4: (3, -90.0), 5: (3, 90.0), 6: (5, -90.0), 7: (6, 0.0)}[kind]
            return tag("polygon", *told, points=_corners(x, y, size * 1.2, corners, turn), class_=class_)


def path(points: Sequence[tuple[float, float]], class_: str) -> Markup:
    """Return a line through ``points``."""
    return tag("polyline", points=" ".join(f"{x:g},{y:g}" for x, y in points), class_=class_)


def legend(labels: Iterable[tuple[int, str]]) -> Markup:
    """Return what shape and colour each of (series, label) has, as a line of HTML."""
    return tag(
        "p",
        *(
            tag("span", tag("svg", mark(series, 8, 8, 5.0), viewBox="0 0 16 16", aria_hidden="true"), label)
            for series, label in labels
        ),
        class_="legend",
    )


def _corners(x: float, y: float, size: float, count: int, turn: float) -> str:
    angles = (turn / 180.0 * pi + 2.0 * pi * corner / count for corner in range(count))
    return " ".join(f"{x + size * cos(angle):.2f},{y + size * sin(angle):.2f}" for angle in angles)
