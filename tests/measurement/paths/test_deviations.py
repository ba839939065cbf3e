"""Shortcuts and detours, spelled out."""

import pytest

from segue.measurement.paths.deviations import detours, shortcuts
from segue.model.errors import SegueError
from tests.measurement.paths.histories import spelled

ORDER = ("a", "b", "c", "d")


def test_shortcuts_are_first_arrivals_that_skip() -> None:
    found = shortcuts(spelled("abcd", "abcd", "abc", "acd", "ac", "cab", "acbd"), ORDER)

    assert [(each.source, each.target, each.skipped, each.cases) for each in found] == [
        ("a", "c", ("b",), 3),
        ("", "c", ("a", "b"), 1),
    ]
    assert found[0].share == pytest.approx(3 / 7)
    assert (found[0].arrived, found[0].arrived_others) == (pytest.approx(2 / 3), pytest.approx(2 / 3))
    assert found[1].arrived == 0.0


def test_detours_are_what_lies_outside_the_order() -> None:
    found = detours(spelled("axxbcd", "axb", "abax", "xa", "aab", "abcdx"), ORDER)

    assert [(each.after, each.activity, each.is_return, each.cases, each.times, each.went_on) for each in found] == [
        ("a", "x", False, 2, 3, 1.0),
        ("", "x", False, 1, 1, 1.0),
        ("b", "a", True, 1, 1, 0.0),
        ("b", "x", False, 1, 1, 0.0),
    ]
    assert [each.median_seconds for each in found] == [1.5 * 3600, 3600.0, None, None]


def test_an_order_names_each_step_once() -> None:
    with pytest.raises(SegueError, match="two different steps"):
        shortcuts(spelled("ab"), ("a", "a"))
    with pytest.raises(SegueError, match="two different steps"):
        detours(spelled("ab"), ("a",))
