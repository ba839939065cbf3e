"""Cells: what is small keeps the digits that count, whatever form the report has."""

from math import inf

import pytest

from segue.measurement.reports.sections import amount, between, list_of, percent


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (0.0, "0.00"),
        (1234.567, "1,234.57"),
        (0.1, "0.10"),
        (0.0999, "0.0999"),
        (0.0123456, "0.0123"),
        (-0.0000417, "-0.0000417"),
        (0.00003, "0.0000300"),
        (3.21e-8, "0.00000003"),
        (3.21e-10, "3.2e-10"),
    ],
)
def test_an_amount_that_is_small_is_not_told_as_nothing(value: float | None, cell: str) -> None:
    assert amount(value) == cell


@pytest.mark.parametrize(
    ("value", "digits", "cell"),
    [
        (None, 1, ""),
        (0.0, 1, "0.0 %"),
        (0.123, 1, "12.3 %"),
        (0.123, 0, "12 %"),
        (0.0006, 1, "0.1 %"),
        (0.0004, 1, "0.040 %"),
        (-0.00004, 1, "-0.0040 %"),
        (0.004, 0, "0.40 %"),
        (0.000004, 1, "0.00040 %"),
    ],
)
def test_a_share_that_is_small_is_not_told_as_nothing(value: float | None, digits: int, cell: str) -> None:
    assert percent(value, digits) == cell


def test_an_interval_without_ends_is_unknown() -> None:
    assert between(-0.0004, 1.5) == "-0.000400 to 1.50"
    assert between(-inf, inf) == "unknown"
    assert list_of(["a", "b", "c"]) == "a, b and c"
