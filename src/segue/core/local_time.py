"""Wall clocks: the next local time of day, and where a quiet window ends. Gaps and folds of daylight saving included.

A local time that does not exist (the hour skipped in spring) means the same distance after the gap began; one that
exists twice means the first.
"""

from datetime import datetime, timedelta

from segue.model.time import Instant, from_datetime, load_zone, to_datetime


def next_local(now: Instant, zone: str, minute_of_day: int, days: int = 0) -> Instant:
    """Return when it is ``minute_of_day`` in ``zone``, ``days`` days after today; with ``days`` 0 the next such moment.

    Args:
        minute_of_day: minutes since local midnight, 0 to 1439.
        days: 0 for the next occurrence (today or tomorrow), else counted from today's local date.
    """
    today = to_datetime(now, zone)
    moment = _at_minute(today + timedelta(days=days), zone, minute_of_day)
    if days == 0 and moment <= now:
        return _at_minute(today + timedelta(days=1), zone, minute_of_day)
    return moment


def quiet_until(now: Instant, zone: str, start: int, end: int) -> Instant | None:
    """Return when the quiet window that ``now`` lies in ends; None when it lies in none.

    The window is half open, [start, end), in local minutes of the day; it may span midnight; start = end is the whole
    day, which never ends (the end of the following day is returned).
    """
    local = to_datetime(now, zone)
    minute = local.hour * 60 + local.minute
    is_inside = start <= minute < end if start < end else minute >= start or minute < end
    if not is_inside:
        return None
    until = next_local(now, zone, end)
    # A fold can show the window's last minutes twice: ask again at the end found.
    later = to_datetime(until, zone)
    return until if later.hour * 60 + later.minute >= end or start == end else next_local(until, zone, end)


def _at_minute(day: datetime, zone: str, minute_of_day: int) -> Instant:
    hour, minute = divmod(minute_of_day, 60)
    return from_datetime(datetime(day.year, day.month, day.day, hour, minute, tzinfo=load_zone(zone)))
