"""Dot plots: marks where the numbers are."""

import pytest

from segue.measurement.drawing.dots import WIDTH, Dot, dot_plot
from segue.measurement.drawing.numbers import SHARE
from tests.measurement.drawing.reading import at, drawn, of, texts

DOTS = (
    Dot(label="usual", value=1.0, low=0.5, high=1.5, series=0),
    Dot(label="<agent>", value=2.0, low=1.0, high=3.0, series=1),
)


def test_marks_stand_in_the_middle_of_their_intervals_in_one_scale() -> None:
    tree = drawn(dot_plot(DOTS, title="t"))
    (usual, agent) = (at(each, "cx", "cy") for each in of(tree, "circle", "mark"))
    (whole_usual, whole_agent) = (at(each, "x1", "x2") for each in of(tree, "line", "interval"))
    assert usual[0] == pytest.approx(sum(whole_usual) / 2, abs=0.02)
    assert agent[0] == pytest.approx(sum(whole_agent) / 2, abs=0.02)
    assert whole_agent[1] - whole_agent[0] == pytest.approx(2 * (whole_usual[1] - whole_usual[0]), abs=0.05)
    assert whole_agent[0] == pytest.approx(usual[0], abs=0.02)
    assert usual[1] < agent[1]
    assert {"usual", "<agent>", "1.0 (0.5 to 1.5)"} <= set(texts(tree))


def test_differences_have_signs_and_a_line_at_nothing() -> None:
    tree = drawn(dot_plot([Dot(label="a", value=0.1, low=-0.1, high=0.3)], title="t", unit=SHARE, is_difference=True))
    assert "+10 % (\u221210 to +30)" in texts(tree)
    (zero,) = of(tree, "line", "zero")
    low, high = at(of(tree, "line", "interval")[0], "x1", "x2")
    assert at(zero, "x1")[0] == pytest.approx(low + (high - low) / 4, abs=0.05)


def test_what_is_not_known_is_said_and_not_drawn() -> None:
    nan = float("nan")
    dots = [Dot(label="a", value=None), Dot(label="b", value=nan, low=nan, high=nan), *DOTS]
    tree = drawn(dot_plot(dots, title="t"))
    assert len(of(tree, "circle", "mark")) == 2
    assert len(of(tree, "line", "interval")) == 2
    assert texts(tree).count("\u2013") == 2


def test_an_end_without_end_reaches_the_edge() -> None:
    tree = drawn(dot_plot([Dot(label="a", value=1.0, low=0.0, high=float("inf"))], title="t"))
    (interval,) = of(tree, "line", "interval")
    assert 0.0 < at(interval, "x1")[0] < at(interval, "x2")[0] < WIDTH


def test_no_dots_are_a_drawing_too() -> None:
    drawn(dot_plot([], title="nothing"))
