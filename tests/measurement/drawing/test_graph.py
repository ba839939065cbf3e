"""Causal graphs: a box for each thing, an arrow for each cause."""

import re

from segue.measurement.drawing.graph import causal_graph
from tests.measurement.drawing.reading import at, drawn, of, texts

ARROWS = [("contact", "fatigue"), ("fatigue", "<leaving>"), ("contact", "<leaving>"), ("<leaving>", "contact")]


def test_boxes_do_not_overlap_and_arrows_join_them() -> None:
    tree = drawn(causal_graph(ARROWS, title="t"))
    boxes = [at(each, "x", "y", "width", "height") for each in of(tree, "rect", "box")]
    assert texts(tree) == ["contact", "fatigue", "<leaving>"]
    for number, (x, y, width, height) in enumerate(boxes):
        for x2, y2, width2, height2 in boxes[:number]:
            assert x >= x2 + width2 or x2 >= x + width or y >= y2 + height2 or y2 >= y + height
    arrows = of(tree, "path", "arrow")
    assert len(arrows) == 4
    edges = {round(x + width, 1) for x, _, width, _ in boxes} | {round(x, 1) for x, _, _, _ in boxes}
    for arrow in arrows:
        start = float(re.match(r"M([-\d.]+),", arrow.get("d") or "").group(1))  # type: ignore[union-attr]
        assert min(abs(start - edge) for edge in edges) < 0.2


def test_arrows_point_at_their_effects_and_cross_no_box() -> None:
    arrows = [
        ("contact", "fatigue"),
        ("fatigue", "a rather long effect"),
        ("contact", "leaving"),
        ("leaving", "contact"),
    ]
    tree = drawn(causal_graph([*arrows, ("fatigue", "leaving")], title="t"))
    boxes = dict(zip(texts(tree), (at(each, "x", "width") for each in of(tree, "rect", "box")), strict=True))
    for arrow in of(tree, "path", "arrow"):
        (cause, effect) = ("".join(arrow.itertext())).split(" acts on ")
        numbers = [float(each) for each in re.findall(r"-?[\d.]+", arrow.get("d") or "")]
        is_forward = boxes[effect][0] > boxes[cause][0]
        assert (numbers[-1] > numbers[-3]) == is_forward, "the last piece runs towards the effect"
        side = boxes[effect][0] - 6.0 if is_forward else sum(boxes[effect]) + 6.0
        assert abs(numbers[-1] - side) < 0.2


def test_everything_is_within_the_drawing() -> None:
    tree = drawn(causal_graph(ARROWS, title="t"))
    _, _, wide, tall = map(float, (tree.get("viewBox") or "").split())
    for x, y, width, height in (at(each, "x", "y", "width", "height") for each in of(tree, "rect", "box")):
        assert 0.0 <= x < x + width <= wide
        assert 0.0 <= y < y + height <= tall


def test_those_who_listen_hear_the_arrows() -> None:
    assert "contact acts on fatigue" in causal_graph(ARROWS, title="t")


def test_no_arrows_are_a_drawing_too() -> None:
    drawn(causal_graph([], title="t"))
