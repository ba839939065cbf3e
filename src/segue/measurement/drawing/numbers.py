"""Numbers as people read them: as many digits as the interval deserves, a real minus, a dash for what is not known."""

from math import ceil, floor, isfinite, log10

from msgspec import Struct

NONE = "\u2013"
MINUS = "\u2212"
MOST_DIGITS = 6


class Unit(Struct, frozen=True):
    """How an amount is told: times ``factor``, followed by ``suffix``."""

    factor: float = 1.0
    suffix: str = ""


AMOUNT = Unit()
SHARE = Unit(100.0, " %")
POINTS = Unit(100.0, " points")
"""Differences of shares, which are not percents of anything."""


def is_known(value: float | None) -> bool:
    """Return whether ``value`` is a finite number."""
    return value is not None and isfinite(value)


def number(value: float | None, unit: Unit = AMOUNT, *, digits: int | None = None, signed: bool = False) -> str:
    """Return ``value`` in words; three digits that count where ``digits`` after the point are not given.

    >>> number(1234.5), number(0.04567, SHARE), number(2.0, signed=True)
    ('1,234', '4.57 %', '+2.00')
    """
    if value is None or not isfinite(value):
        return NONE
    amount = value * unit.factor
    if digits is None:
        digits = _clamped(2 - floor(log10(abs(amount)))) if amount else 0
    told = f"{amount:{'+' if signed else ''},.{digits}f}"
    if float(told.replace(",", "")) == 0.0:
        told = told.lstrip("+-")
    return told.replace("-", MINUS) + unit.suffix


def between(
    value: float | None, low: float | None, high: float | None, unit: Unit = AMOUNT, *, signed: bool = False
) -> str:
    """Return an estimate with its interval; the digits are those that the interval does not make meaningless.

    >>> between(0.7071, 0.61, 0.8), between(0.409, 0.362, 0.453, SHARE, signed=True)
    ('0.71 (0.61 to 0.80)', '+41 % (+36 to +45)')
    """
    if value is None or not isfinite(value):
        return NONE
    if low is None or high is None or not (isfinite(low) and isfinite(high)):
        return number(value, unit, signed=signed)
    digits = digits_for((high - low) / 2.0 * unit.factor)
    if digits is not None and any(end and not round(end * unit.factor, digits) for end in (low, high)):
        digits = _clamped(digits + 1)
    ends = (number(each, Unit(unit.factor), digits=digits, signed=signed) for each in (low, high))
    return f"{number(value, unit, digits=digits, signed=signed)} ({' to '.join(ends)})"


def digits_for(error: float) -> int | None:
    """Return how many digits after the point an error of this size deserves; None where there is no error."""
    if error <= 0.0:
        return None
    place = log10(error)
    return _clamped(ceil(-place) + (10.0 ** (place - floor(place)) < 5.0 - 1e-9))


def _clamped(digits: int) -> int:
    return min(max(digits, 0), MOST_DIGITS)
