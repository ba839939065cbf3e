"""Calendar periods: the day, the week from Monday or the month that a moment lies in, by the customer's own clock."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal, TypeAlias

from segue.model.time import Instant, from_datetime, load_zone, to_datetime

CalendarUnit: TypeAlias = Literal["day", "week", "month"]


def calendar_period(now: Instant, zone: str, unit: CalendarUnit) -> tuple[Instant, Instant]:
    """Return when the ``unit`` of ``zone`` that ``now`` lies in began, and when the next one begins.

    A period begins with the first midnight of its first day; where the clock skips that midnight, with the moment of
    the jump. So the periods of a zone follow one another without gap or overlap, also where a clock that is put back
    at midnight shows the old date again for an hour.
    """
    first = _first_day(to_datetime(now, zone).date(), unit)
    end = _midnight(_next_first_day(first, unit), zone)
    while end <= now:
        first = _next_first_day(first, unit)
        end = _midnight(_next_first_day(first, unit), zone)
    return _midnight(first, zone), end


def _first_day(day: date, unit: CalendarUnit) -> date:
    match unit:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)


def _next_first_day(first: date, unit: CalendarUnit) -> date:
    match unit:
        case "day":
            return first + timedelta(days=1)
        case "week":
            return first + timedelta(days=7)
        case "month":
            return (first + timedelta(days=31)).replace(day=1)


@lru_cache(maxsize=4096)
def _midnight(day: date, zone: str) -> Instant:
    # Of a midnight that the clock shows twice Python means the first one; of a skipped one, the moment of the jump.
    return from_datetime(datetime(day.year, day.month, day.day, tzinfo=load_zone(zone)))
