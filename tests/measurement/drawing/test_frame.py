"""Frames: titles for those who listen, shapes for those who do not see colours."""

from segue.measurement.drawing.frame import SERIES, legend, mark, svg
from tests.measurement.drawing.reading import drawn


def test_a_drawing_says_what_it_is() -> None:
    tree = drawn(svg(100, 50, "Clicks & more", "rises"))
    ids = (tree.get("aria-labelledby") or "").split()
    told = {each.get("id"): each.text for each in tree}
    assert [told[each] for each in ids] == ["Clicks & more", "rises"]
    assert (tree.get("role"), tree.get("viewBox")) == ("img", "0 0 100 50")


def test_every_series_has_a_shape_or_a_filling_of_its_own() -> None:
    shapes = [mark(series, 50.0, 50.0) for series in range(SERIES)]
    assert len({shape.replace(f"s{series}", "") for series, shape in enumerate(shapes)}) == SERIES - 1, (
        "the first two are circles: one hollow, one filled"
    )
    assert len(set(shapes)) == SERIES
    assert mark(SERIES, 0.0, 0.0) == mark(0, 0.0, 0.0)


def test_a_legend_names_each_series() -> None:
    made = legend([(0, "usual"), (1, "<agent>")])
    assert "&lt;agent&gt;" in made
    assert made.count("<svg") == 2
