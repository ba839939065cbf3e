"""Tornado plots: the assumption that moves the result most on top."""

import pytest

from segue.measurement.drawing.tornado import End, Span, tornado
from tests.measurement.drawing.reading import at, drawn, of, texts

MIDDLE = End(value=2.0, low=1.0, high=3.0, words="as it is")


def spans() -> list[Span]:
    return [
        Span(label="little", low=End(value=1.9, words="1"), high=End(value=2.1, words="4")),
        Span(label="much", low=End(value=-2.0, low=-3.0, high=-1.0, words="0.5"), high=End(value=2.0, words="2")),
        Span(label="none", low=None, high=End(value=float("nan"), words="8")),
    ]


def test_the_widest_is_on_top() -> None:
    labels = [each for each in texts(drawn(tornado(spans(), MIDDLE, title="t"))) if each in ("little", "much", "none")]
    assert labels == ["much", "little", "none"]


def test_ends_stand_where_the_result_goes() -> None:
    tree = drawn(tornado(spans()[1:2], MIDDLE, title="t"))
    (middle,), (zero,) = of(tree, "line", "middle"), of(tree, "line", "zero")
    (interval,) = of(tree, "line", "interval")
    centre, nothing = at(middle, "x1")[0], at(zero, "x1")[0]
    left, right = at(interval, "x1", "x2")
    assert (left + right) / 2 == pytest.approx(nothing - (centre - nothing), abs=0.05)
    (behind,) = of(tree, "rect", "behind")
    x, width = at(behind, "x", "width")
    assert x + width / 2 == pytest.approx(centre, abs=0.05)
    assert "at 0.5: \u22122.0 (\u22123.0 to \u22121.0)" in texts(tree)


def test_nothing_varied_is_a_drawing_too() -> None:
    drawn(tornado([], End(value=None), title="t"))


def test_long_names_take_two_lines_at_most() -> None:
    span = Span(label="what fatigue takes from the logarithm of the chance to leave us for good", low=None, high=None)
    labels = of(drawn(tornado([span], MIDDLE, title="t")), "text", "label")
    assert len(labels) == 2
