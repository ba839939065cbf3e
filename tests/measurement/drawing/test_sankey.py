"""Sankey drawings: as wide as what goes along."""

import re
from itertools import pairwise

import pytest

from segue.measurement.drawing.sankey import Ribbon, sankey
from tests.measurement.drawing.reading import at, drawn, of, texts

RIBBONS = [
    Ribbon(step=1, source="visit", target="cart", amount=60.0),
    Ribbon(step=1, source="visit", target="", amount=40.0),
    Ribbon(step=2, source="cart", target="<order>", amount=45.0),
    Ribbon(step=2, source="cart", target="", amount=15.0),
]


def thickness(path: str) -> tuple[float, float]:
    numbers = [float(each) for each in re.findall(r"-?[\d.]+", path)]
    return numbers[-1] - numbers[1], numbers[9] - numbers[7]


def test_ribbons_are_as_wide_as_what_goes_along_at_both_ends() -> None:
    tree = drawn(sankey(RIBBONS, title="t"))
    wide = [thickness(each.get("d") or "") for each in of(tree, "path", "ribbon")]
    assert len(wide) == 4
    for start, end in wide:
        assert start == pytest.approx(end, abs=0.3)
    whole = sum(start for start, _ in wide)
    assert sorted(start / whole * 160.0 for start, _ in wide) == pytest.approx([15.0, 40.0, 45.0, 60.0], abs=0.2)


def test_places_stand_in_columns_and_do_not_overlap() -> None:
    tree = drawn(sankey(RIBBONS, title="t"))
    bars = [at(each, "x", "y", "height") for each in of(tree, "rect", "bar")]
    assert len({x for x, _, _ in bars}) == 3
    for x in {x for x, _, _ in bars}:
        column = sorted((y, height) for x2, y, height in bars if x2 == x)
        for (above, height), (below, _) in pairwise(column):
            assert above + height <= below
    assert {"visit 100", "cart 60", "<order> 45", "ended 40", "ended 15"} == set(texts(tree))


def test_the_smallest_places_are_drawn_as_one() -> None:
    many = [Ribbon(step=1, source="start", target=f"page {number}", amount=100.0 - number) for number in range(20)]
    told = texts(drawn(sankey(many, title="t", most=4)))
    assert len(told) == 5
    assert f"others {sum(100 - number for number in range(3, 20)):,}" in told


def test_nothing_is_a_drawing_too() -> None:
    drawn(sankey([], title="t"))
    drawn(sankey([Ribbon(step=1, source="a", target="b", amount=0.0)], title="t"))
