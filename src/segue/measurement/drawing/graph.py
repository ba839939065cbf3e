"""Causal graphs: what acts on what, from left to right."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from segue.measurement.drawing.frame import svg, words
from segue.measurement.drawing.layers import Arrow, Layers, layers_of, ordered, routed
from segue.measurement.drawing.markup import Markup, tag, unique

_BOX, _ROW, _COLUMN, _EDGE = 30.0, 54.0, 70.0, 10.0
_LETTER, _HEAD = 7.4, 6.0


def causal_graph(arrows: Sequence[Arrow], *, title: str, description: str = "") -> Markup:
    """Return the graph of (cause, effect) as SVG.

    Args:
        title: unique on the page.
        description: for those who do not see it; the arrows in words where empty.
    """
    layers = ordered(routed(arrows, layers_of(arrows)))
    places, width, height = _places(layers)
    head = f"{unique(title)}-head"
    return svg(
        width,
        height,
        title,
        description or "; ".join(f"{cause} acts on {effect}" for cause, effect in arrows),
        tag("defs", _head(head)),
        *(_arrow(way, places, head) for way in layers.ways),
        *(_box(name, place) for name, place in places.items() if place.wide),
        class_="drawing graph",
    )


class _Place(NamedTuple):
    """Where a name stands: its middle, how wide its box is (0 for a bend), and how wide its column."""

    x: float
    y: float
    wide: float
    column: float


def _places(layers: Layers) -> tuple[dict[str, _Place], float, float]:
    height = _ROW * max(len(row) for row in layers.rows) + _EDGE
    places: dict[str, _Place] = {}
    left = _EDGE
    for row in layers.rows:
        widths = {name: _width(name) if name in layers.things else 0.0 for name in row}
        column, pitch = max(widths.values(), default=0.0), height / max(len(row), 1)
        for rank, name in enumerate(row):
            places[name] = _Place(left + column / 2.0, pitch * (rank + 0.5), widths[name], column)
        left += column + _COLUMN
    return places, left - _COLUMN + _EDGE, height


def _width(name: str) -> float:
    return _LETTER * len(name) + 26.0


def _box(name: str, place: _Place) -> Markup:
    x, y, wide, _ = place
    box = tag("rect", x=x - wide / 2.0, y=y - _BOX / 2.0, width=wide, height=_BOX, rx=8, class_="box")
    return tag("g", box, words(x, y + 4.5, name, anchor="middle", class_="label"))


def _arrow(way: Sequence[str], places: Mapping[str, _Place], head: str) -> Markup:
    """Return an arrow that is straight within columns, so that it crosses no box, and bends between them."""
    first, last = places[way[0]], places[way[-1]]
    turn = 1.0 if last.x >= first.x else -1.0
    parts = [f"M{first.x + turn * first.wide / 2.0:.1f},{first.y:.1f}"]
    for one, next_ in pairwise(places[name] for name in way):
        start, end = one.x + turn * one.column / 2.0, next_.x - turn * (next_.column / 2.0 + _HEAD + 2.0)
        bend = (end - start) / 2.0
        parts.append(
            f"H{start:.1f} C{start + bend:.1f},{one.y:.1f} {end - bend:.1f},{next_.y:.1f} {end:.1f},{next_.y:.1f}"
        )
    parts.append(f"H{last.x - turn * (last.wide / 2.0 + _HEAD):.1f}")
    told = tag("title", f"{way[0]} acts on {way[-1]}")
    return tag("path", told, d=" ".join(parts), class_="arrow", marker_end=f"url(#{head})")


def _head(name: str) -> Markup:
    corner = tag("path", d="M0,0 L7,3.5 L0,7 Z", class_="head")
    return tag(
        "marker", corner, id=name, viewBox="0 0 7 7", refX=1, refY=3.5, markerWidth=8, markerHeight=8,
        markerUnits="userSpaceOnUse", orient="auto",
    )  # fmt: skip
