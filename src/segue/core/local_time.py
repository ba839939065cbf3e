"""Wall clocks: the next local time of day, and where a quiet window ends. Gaps and folds of daylight saving included.

A local time that does not exist (the hour skipped in spring) means the same distance after the gap began; one that
exists twice means the first.
"""

from datetime import date, datetime, timedelta

from segue.model.time import DAY, MINUTE, SECOND, Instant, from_datetime, load_zone, to_datetime

_MINUTES = DAY // MINUTE


def next_local(now: Instant, zone: str, minute_of_day: int, days: int = 0) -> Instant:
    """Return when it is ``minute_of_day`` in ``zone``, ``days`` days after today; with ``days`` 0 the next such moment.

    Args:
        minute_of_day: minutes since local midnight, 0 to 1439.
        days: 0 for the next occurrence (today or tomorrow), else counted from today's local date.
    """
    today = to_datetime(now, zone)
    moment = at_local(today + timedelta(days=days), zone, minute_of_day)
    if days == 0 and moment <= now:
        return at_local(today + timedelta(days=1), zone, minute_of_day)
    return moment


def at_local(day: date, zone: str, minute_of_day: int) -> Instant:
    """Return when it is ``minute_of_day`` (0 to 1439) on the local date ``day`` in ``zone``."""
    hour, minute = divmod(minute_of_day, 60)
    return from_datetime(datetime(day.year, day.month, day.day, hour, minute, tzinfo=load_zone(zone)))


def quiet_until(now: Instant, zone: str, start: int, end: int) -> Instant | None:
    """Return the first moment outside the quiet window that ``now`` lies in; None when it lies in none.

    The window is half open, [start, end), in local minutes of the day; it may span midnight; start = end is the whole
    day, which never ends (a moment at most a day ahead is returned).
    """
    local = to_datetime(now, zone)
    minute = local.hour * 60 + local.minute
    is_inside = start <= minute < end if start < end else minute >= start or minute < end
    if not is_inside:
        return None
    into_minute = local.second * SECOND + local.microsecond
    until = Instant(now - into_minute + ((end - minute) % _MINUTES or _MINUTES) * MINUTE)
    changed = _clock_change(now, until, zone)
    if changed is None:
        return until
    # The clock jumps on the way: that may lead out of the window, or make it longer or shorter.
    return quiet_until(changed, zone, start, end) or changed


def _clock_change(after: Instant, until: Instant, zone: str) -> Instant | None:
    """Return when the zone's offset changes between two moments less than a day apart; None when it does not."""
    before = to_datetime(after, zone).utcoffset()
    if to_datetime(until, zone).utcoffset() == before:
        return None
    low, high = after, until
    while high - low > 1:
        middle = Instant((low + high) // 2)
        if to_datetime(middle, zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high
