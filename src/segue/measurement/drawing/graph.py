"""Causal graphs: what acts on what, from left to right."""

from collections.abc import Sequence
from itertools import pairwise

from segue.measurement.drawing.frame import svg, words
from segue.measurement.drawing.layers import Arrow, Layers, layers_of, ordered, routed
from segue.measurement.drawing.markup import Markup, tag, unique

_BOX, _ROW, _COLUMN, _EDGE = 30.0, 54.0, 70.0, 10.0
_LETTER = 7.4


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
        *(_box(name, x, y) for name, (x, y, is_thing) in places.items() if is_thing),
        class_="drawing graph",
    )


Places = dict[str, tuple[float, float, bool]]
"""The middle of each name, and whether it is a thing; the others are bends."""


def _places(layers: Layers) -> tuple[Places, float, float]:
    height = _ROW * max(len(row) for row in layers.rows) + _EDGE
    places: Places = {}
    left = _EDGE
    for row in layers.rows:
        wide = max((_width(name) for name in row if name in layers.things), default=0.0)
        pitch = height / max(len(row), 1)
        for place, name in enumerate(row):
            places[name] = (left + wide / 2.0, pitch * (place + 0.5), name in layers.things)
        left += wide + _COLUMN
    return places, left - _COLUMN + _EDGE, height


def _width(name: str) -> float:
    return _LETTER * len(name) + 26.0


def _box(name: str, x: float, y: float) -> Markup:
    wide = _width(name)
    box = tag("rect", x=x - wide / 2.0, y=y - _BOX / 2.0, width=wide, height=_BOX, rx=8, class_="box")
    return tag("g", box, words(x, y + 4.5, name, anchor="middle", class_="label"))


def _arrow(way: Sequence[str], places: Places, head: str) -> Markup:
    turn = 1.0 if places[way[-1]][0] >= places[way[0]][0] else -1.0
    points = []
    for name in way:
        x, y, is_thing = places[name]
        half = _width(name) / 2.0 if is_thing else 0.0
        out = turn * half
        points.append((x + out if name == way[0] else x - out if name == way[-1] else x, y))
    points[-1] = (points[-1][0] - turn * 6.0, points[-1][1])
    parts = [f"M{points[0][0]:.1f},{points[0][1]:.1f}"]
    for (x1, y1), (x2, y2) in pairwise(points):
        bend = (x2 - x1) / 2.0
        parts.append(f"C{x1 + bend:.1f},{y1:.1f} {x2 - bend:.1f},{y2:.1f} {x2:.1f},{y2:.1f}")
    told = tag("title", f"{way[0]} acts on {way[-1]}")
    return tag("path", told, d=" ".join(parts), class_="arrow", marker_end=f"url(#{head})")


def _head(name: str) -> Markup:
    corner = tag("path", d="M0,0 L7,3.5 L0,7 Z", class_="head")
    return tag(
        "marker", corner, id=name, viewBox="0 0 7 7", refX=1, refY=3.5, markerWidth=8, markerHeight=8,
        markerUnits="userSpaceOnUse", orient="auto",
    )  # fmt: skip
