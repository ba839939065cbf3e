"""Numbers as people read them."""

import pytest

from segue.measurement.drawing.numbers import SHARE, between, digits_for, number

MINUS = "\u2212"


@pytest.mark.parametrize(
    ("value", "told"),
    [(1234.5, "1,234"), (0.04567, "0.0457"), (-2.0, f"{MINUS}2.00"), (0.0, "0"), (12345678.0, "12,345,678")],
)
def test_three_digits_count(value: float, told: str) -> None:
    assert number(value) == told


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_what_is_not_known_is_a_dash(value: float | None) -> None:
    assert number(value) == "\u2013"
    assert between(value, 0.0, 1.0) == "\u2013"


def test_there_is_no_minus_nothing() -> None:
    assert number(-0.001, digits=1, signed=True) == "0.0"
    assert between(-0.0004, -0.2, 0.2, signed=True) == f"0.00 ({MINUS}0.20 to +0.20)"


def test_an_interval_says_how_many_digits_are_worth_telling() -> None:
    assert between(0.70711, 0.6123, 0.8019) == "0.71 (0.61 to 0.80)"
    assert between(-0.40912, -0.4531, -0.3621, SHARE, signed=True) == f"{MINUS}40.9 % ({MINUS}45.3 to {MINUS}36.2)"
    assert between(123.4, 23.4, 223.4) == "123 (23 to 223)"
    assert between(-6.0, -12.0, -0.1) == f"{MINUS}6.0 ({MINUS}12.0 to {MINUS}0.1)", "an end beside 0 is not told as 0"
    assert between(3.0, 3.0, 3.0) == "3.00 (3.00 to 3.00)"
    assert between(3.0, None, 4.0) == "3.00"
    assert digits_for(0.0) is None
    assert digits_for(1e-12) == 6
