"""Curves: a line for each series, with its name at its end."""

from itertools import pairwise

import pytest

from segue.measurement.drawing.curves import Line, line_chart
from tests.measurement.drawing.reading import at, drawn, of, texts

ALONG = ("1", "2", "3", "4")


def test_a_curve_goes_through_its_values() -> None:
    tree = drawn(line_chart([Line(label="a", values=(0.0, 1.0, 2.0, 4.0))], title="t", along=ALONG))
    (curve,) = of(tree, "polyline", "curve")
    points = [tuple(map(float, point.split(","))) for point in (curve.get("points") or "").split()]
    heights = [points[0][1] - y for _, y in points]
    assert heights == pytest.approx([0.0, heights[3] / 4, heights[3] / 2, heights[3]], abs=0.05)
    assert [points[number + 1][0] - points[number][0] for number in range(3)] == pytest.approx(
        [(points[3][0] - points[0][0]) / 3] * 3, abs=0.05
    )
    assert texts(tree)[-1] == "a"


def test_a_gap_is_a_gap() -> None:
    lines = [Line(label="a", values=(1.0, 2.0, None, 2.0)), Line(label="b", values=(float("nan"),) * 4)]
    tree = drawn(line_chart(lines, title="t", along=ALONG))
    assert len(of(tree, "polyline", "curve")) == 1
    assert len(of(tree, "circle", "mark")) == 3
    assert "b" not in texts(tree), "what has no end has no name there"


def test_a_band_lies_around_its_curve() -> None:
    line = Line(label="a", values=(1.0, 2.0, 3.0, 3.0), lows=(0.0, 1.0, 2.0, None), highs=(2.0, 3.0, 4.0, None))
    (band,) = of(drawn(line_chart([line], title="t", along=ALONG)), "polygon", "band")
    assert len((band.get("points") or "").split()) == 6


def test_names_do_not_cover_each_other() -> None:
    lines = [Line(label=f"arm {number}", values=(1.0, 1.0), series=number) for number in range(5)]
    names = of(drawn(line_chart(lines, title="t", along=("1", "2"))), "text", "name")
    heights = sorted(at(each, "y")[0] for each in names)
    assert all(below - above >= 14.9 for above, below in pairwise(heights))


def test_a_name_that_does_not_fit_is_cut() -> None:
    line = Line(label="an agent with a tenth of all customers held out", values=(1.0, 2.0))
    (name,) = of(drawn(line_chart([line], title="t", along=("1", "2"))), "text", "name")
    assert (name.text or "").startswith("an agent with")
    assert (name.text or "").endswith("\u2026")


def test_it_may_be_as_wide_as_there_is_room() -> None:
    tree = drawn(line_chart([Line(label="a", values=(1.0, 2.0))], title="t", along=("1", "2"), width=900.0))
    assert (tree.get("viewBox") or "").split()[2] == "900"
    (curve,) = of(tree, "polyline", "curve")
    assert float((curve.get("points") or "").split()[1].split(",")[0]) > 800.0


def test_only_as_many_places_are_named_as_fit() -> None:
    along = [str(week) for week in range(1, 53)]
    tree = drawn(line_chart([Line(label="a", values=tuple(map(float, along)))], title="t", along=along))
    below = {at(each, "y") for each in of(tree, "text", "tick") if each.text == "1"}
    named = [each.text for each in of(tree, "text", "tick") if at(each, "y") in below]
    assert named == ["1", "8", "15", "22", "29", "36", "43", "50"]


@pytest.mark.parametrize("along", [(), ("1",)])
def test_little_is_a_drawing_too(along: tuple[str, ...]) -> None:
    drawn(line_chart([Line(label="a", values=(1.0,) * len(along))] if along else [], title="t", along=along))
