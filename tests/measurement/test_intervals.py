"""Intervals of estimates."""

import pytest

from segue.measurement.intervals import Interval, interval


def test_student_is_wider_than_the_normal() -> None:
    normal, student = interval(5.0, 2.0, level=0.95), interval(5.0, 2.0, level=0.95, freedom=4)

    assert (normal.estimate, normal.level) == (5.0, 0.95)
    assert (normal.low, normal.high) == (pytest.approx(5 - 1.959963985 * 2), pytest.approx(5 + 1.959963985 * 2))
    assert student.high == pytest.approx(5 + 2.776445105 * 2)


def test_an_interval_covers_its_bounds() -> None:
    found = Interval(estimate=1.0, low=0.0, high=2.0, level=0.9)

    assert (found.covers(0.0), found.covers(2.0), found.covers(2.1)) == (True, True, False)
