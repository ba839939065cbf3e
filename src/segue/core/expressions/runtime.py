"""What generated Python calls at run time: conversions and functions that have no operator of their own.

None of them raises on any input: what cannot be converted is null.
"""

import re
from collections.abc import Callable
from math import floor, isfinite
from typing import Any

from segue.model.errors import SegueError
from segue.model.time import DAY, HOUR, Instant, parse_duration, parse_instant, to_datetime

FURTHEST = 2**62
"""Instants and durations lie within so many microseconds (146,000 years) of zero; what would lie beyond is null."""

DATE_PATTERN = r"[1-9]\d{3}-\d{2}-\d{2}"
TIME_PATTERN = r"[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
OFFSET_PATTERN = r"(Z|[+-](0\d|1[0-4]):[0-5]\d)"
"""Times as text: the common core of ISO 8601 and RFC 3339 that Python and DuckDB read alike; UTC without an offset."""

_INSTANT = re.compile(f"{DATE_PATTERN}({TIME_PATTERN}{OFFSET_PATTERN}?)?", re.ASCII)
_LOWER = {"İ": "i"}
_UPPER = {"ß": "ẞ"}


def as_instant(value: Any) -> int | None:
    """Return the instant that a property or trait holds: microseconds, or text; null for anything else."""
    if type(value) is int:
        return value
    if type(value) is not str or not _INSTANT.fullmatch(value):
        return None
    try:
        return parse_instant(value)
    except (SegueError, OverflowError):
        return None


def as_duration(value: Any) -> int | None:
    """Return the duration that a property holds as text ("48h"); null for anything else, bare numbers too."""
    if type(value) is not str:
        return None
    try:
        return parse_duration(value)
    except SegueError:
        return None


def whole(microseconds: float) -> int | None:
    """Return ``microseconds`` without their fraction; null where they lie beyond `FURTHEST`."""
    return int(microseconds) if -FURTHEST < microseconds < FURTHEST else None


def lower(text: str) -> str:
    """Return ``text`` in lower case, each character for itself, so that its length never changes."""
    if text.isascii():
        return text.lower()
    return "".join(_LOWER.get(c) or (small if len(small := c.lower()) == 1 else c) for c in text)


def upper(text: str) -> str:
    """Return ``text`` in upper case, each character for itself, so that its length never changes."""
    if text.isascii():
        return text.upper()
    return "".join(_UPPER.get(c) or _large(c) for c in text)


def _large(character: str) -> str:
    for large in (character.upper(), character.title()):
        if len(large) == 1:
            return large
    return character


def round_half_away(number: float) -> float:
    """Return the nearest whole number; halves go away from zero."""
    if not isfinite(number):
        return number
    down = floor(number)
    rest = number - down
    return down + 1 if rest > 0.5 or (rest == 0.5 and number > 0) else down


def floor_number(number: float) -> float:
    """Return the greatest whole number that is not above ``number``."""
    return floor(number) if isfinite(number) else number


def hour_in(instant: int, zone: str) -> int | None:
    """Return the hour of the day, 0 to 23, on the clocks of ``zone``; null outside the years 1 to 9999."""
    if zone == "UTC":
        return instant // HOUR % 24
    moment = _local(instant, zone)
    return None if moment is None else moment // HOUR % 24


def weekday_in(instant: int, zone: str) -> int | None:
    """Return the day of the week on the calendar of ``zone``: 1 for Monday to 7 for Sunday."""
    moment = instant if zone == "UTC" else _local(instant, zone)
    return None if moment is None else (moment // DAY + 3) % 7 + 1


def _local(instant: int, zone: str) -> int | None:
    try:
        moment = to_datetime(Instant(instant), zone)
    except (OverflowError, ValueError):
        return None
    offset = moment.utcoffset()
    assert offset is not None, "load_zone gives aware datetimes"
    return instant + round(offset.total_seconds()) * 1_000_000


HELPERS: dict[str, Callable[..., Any]] = {
    "as_duration": as_duration,
    "as_instant": as_instant,
    "floor_number": floor_number,
    "hour_in": hour_in,
    "lower": lower,
    "round_half_away": round_half_away,
    "upper": upper,
    "weekday_in": weekday_in,
    "whole": whole,
}
"""What generated source may call, by the name it has there."""
