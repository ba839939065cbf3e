"""Instants, durations and local time.

An instant is a whole number of microseconds since 1970-01-01T00:00Z, so it is UTC by construction, compares and
subtracts in one machine instruction, and encodes in nine bytes. It becomes a ``datetime`` only where a person's wall
clock matters. (docs/decisions/0002-instants-are-integers.md)
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NewType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from segue.model.errors import SegueError

Instant = NewType("Instant", int)
Duration = NewType("Duration", int)

MICROSECOND = 1
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
MONTH_DAYS = 30.4375
"""A twelfth of a mean year, for rates told by the month."""
NEVER = Instant(2**62)

_UNITS = {"ms": 1_000, "s": SECOND, "min": MINUTE, "m": MINUTE, "h": HOUR, "d": DAY, "w": WEEK}
_DURATION = re.compile(r"(\d+)\s*(ms|s|min|m|h|d|w)")
DURATION_PATTERN = r"^\s*(\d+\s*(ms|s|min|m|h|d|w)\s*)+$"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
Clock = Callable[[], Instant]


@lru_cache(maxsize=1024)
def parse_duration(text: str) -> Duration:
    """Return the duration that ``text`` names: "48h", "1d 12h", "30min".

    Raises:
        SegueError: the text is not a duration.
    """
    if not re.fullmatch(DURATION_PATTERN, text):
        raise SegueError(f"{text!r} is not a duration.", 'Write a number and a unit, such as "48h", "7d" or "1d 12h".')
    return Duration(sum(int(count) * _UNITS[unit] for count, unit in _DURATION.findall(text)))


def parse_instant(text: str) -> Instant:
    """Return the instant of an ISO 8601 / RFC 3339 text; a text without an offset is read as UTC.

    Raises:
        SegueError: the text is not a time.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise SegueError(f"{text!r} is not a time.", 'Write it like "2011-03-04T09:30:00Z".') from None
    return from_datetime(moment) if moment.tzinfo else from_datetime(moment.replace(tzinfo=UTC))


def from_datetime(moment: datetime) -> Instant:
    """Return the instant of an aware ``datetime``."""
    return Instant((moment - _EPOCH) // _MICROSECOND)


def to_datetime(instant: Instant, zone: str = "UTC") -> datetime:
    """Return ``instant`` as an aware ``datetime`` in ``zone`` (an IANA name)."""
    return (_EPOCH + timedelta(microseconds=instant)).astimezone(load_zone(zone))


def format_instant(instant: Instant, zone: str = "UTC") -> str:
    """Return ``instant`` as RFC 3339 text, ``Z`` for UTC, with no more digits than it needs; "never" for `NEVER`."""
    if instant >= NEVER:
        return "never"
    moment = to_datetime(instant, zone)
    text = moment.isoformat(
        timespec="microseconds" if instant % 1000 else "milliseconds" if instant % SECOND else "seconds"
    )
    return text.replace("+00:00", "Z")


@lru_cache(maxsize=1024)
def load_zone(name: str) -> ZoneInfo:
    """Return the zone called ``name``.

    Raises:
        SegueError: no such zone in the IANA database.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SegueError(f"There is no time zone {name!r}.", 'Use an IANA name such as "Europe/London".') from None


def is_zone(name: str) -> bool:
    """Tell whether ``name`` is a zone of the IANA database."""
    try:
        load_zone(name)
    except SegueError:
        return False
    return True
