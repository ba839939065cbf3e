"""Bars: from nothing to the amount."""

import pytest

from segue.measurement.drawing.bars import Bar, bar_chart
from tests.measurement.drawing.reading import at, drawn, of, texts


def test_bars_are_as_long_as_their_amounts_and_begin_at_nothing() -> None:
    bars = [Bar(label="a", value=4.0, low=3.0, high=5.0), Bar(label="b", value=-2.0), Bar(label="c", value=None)]
    tree = drawn(bar_chart(bars, title="t", signed=True))
    (up, down) = (at(each, "x", "width") for each in of(tree, "rect", "bar"))
    (zero,) = {at(each, "x1")[0] for each in of(tree, "line", "zero")}
    assert up[0] == pytest.approx(zero)
    assert down[0] + down[1] == pytest.approx(zero)
    assert up[1] == pytest.approx(2 * down[1], abs=0.05)
    (whisker,) = of(tree, "line", "whisker")
    left, right = at(whisker, "x1", "x2")
    assert (left + right) / 2 == pytest.approx(up[0] + up[1], abs=0.02)
    assert texts(tree).count("\u2013") == 1


def test_long_names_are_cut() -> None:
    name = "a name that nobody would want to read to its end"
    assert any(each.endswith("\u2026") for each in texts(drawn(bar_chart([Bar(label=name, value=1.0)], title="t"))))
