"""Windows: stretches of days on somebody's clock, and when the next one opens or closes.

A date means its first midnight, as an end that of the day after it; a moment with an offset is the same for everybody.
Windows are half open: what ends on a day is over at midnight, to the microsecond.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import get_args

from msgspec import Struct

from segue.core.calendar import calendar_period
from segue.model.catalogue import Weekday, Window
from segue.model.errors import SegueError
from segue.model.time import NEVER, Instant, from_datetime, load_zone, to_datetime

_WEEKDAYS = get_args(Weekday)
_ANY_DAY = tuple(range(7))
_EDGES_MAX = 64
"""Beyond so many edges one after the other, what is asked about counts as never."""


class WindowPlan(Struct, frozen=True):
    """A compiled window.

    Attributes:
        begins, ends: moments; those without an offset are read on the clock of whoever the window is for. Half open.
        weekdays: Monday is 0; all seven for every day.
        zone: the workspace's, "" for the customer's own.
    """

    begins: datetime | None
    ends: datetime | None
    weekdays: tuple[int, ...]
    zone: str


def compile_window(window: Window, workspace_zone: str) -> WindowPlan:
    """Return the plan of ``window``.

    Raises:
        SegueError: its beginning or end is neither a date nor a moment.
    """
    return WindowPlan(
        begins=parse_bound(window.begins) if window.begins else None,
        ends=parse_bound(window.ends, is_end=True) if window.ends else None,
        weekdays=tuple(_WEEKDAYS.index(day) for day in window.weekdays) or _ANY_DAY,
        zone=workspace_zone if window.zone == "workspace" else "",
    )


def parse_bound(text: str, *, is_end: bool = False) -> datetime:
    """Return the moment that ``text`` names, without an offset where it has none; an end's date is included.

    Raises:
        SegueError: the text is neither a date nor a moment.
    """
    try:
        if "T" not in text:
            day = date.fromisoformat(text)
            if text != day.isoformat():
                raise ValueError(text)
            return datetime.combine(day + timedelta(days=is_end), time())
        return datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise SegueError(f"{text!r} is not a date.", 'Write it like "2026-11-20" or "2026-11-20T18:00".') from None


def is_open(window: WindowPlan, now: Instant, zone: str) -> bool:
    """Tell whether ``now`` lies in ``window``, for a customer in ``zone``."""
    zone = window.zone or zone
    if window.begins is not None and now < _instant(window.begins, zone):
        return False
    if window.ends is not None and now >= _instant(window.ends, zone):
        return False
    return len(window.weekdays) == len(_WEEKDAYS) or to_datetime(now, zone).weekday() in window.weekdays


def opens_at(windows: Sequence[WindowPlan], now: Instant, zone: str) -> Instant:
    """Return the first moment from ``now`` on that lies in any of ``windows``; `NEVER` where none is to come."""
    return min((_opening(window, now, zone) for window in windows), default=NEVER)


def closes_at(windows: Sequence[WindowPlan], now: Instant, zone: str) -> Instant:
    """Return the first moment from ``now`` on that lies in none of ``windows``; `NEVER` where one goes on for ever."""
    until = now
    for _ in range(_EDGES_MAX):
        closing = max((_closing(window, until, zone) for window in windows if is_open(window, until, zone)), default=0)
        if not closing or closing == NEVER:
            return Instant(closing or until)
        until = Instant(closing)
    return NEVER


def _opening(window: WindowPlan, now: Instant, zone: str) -> Instant:
    zone = window.zone or zone
    moment = now if window.begins is None else max(now, _instant(window.begins, zone))
    for _ in range(len(_WEEKDAYS) + 1):
        if is_open(window, moment, zone):
            return moment
        if window.ends is not None and moment >= _instant(window.ends, zone):
            return NEVER
        moment = calendar_period(moment, zone, "day")[1]
    return NEVER


def _closing(window: WindowPlan, now: Instant, zone: str) -> Instant:
    """Return when ``window``, which is open at ``now``, closes."""
    zone = window.zone or zone
    end = NEVER if window.ends is None else _instant(window.ends, zone)
    if len(window.weekdays) == len(_WEEKDAYS):
        return end
    moment = now
    while moment < end and to_datetime(moment, zone).weekday() in window.weekdays:
        moment = calendar_period(moment, zone, "day")[1]
    return min(moment, end)


@lru_cache(maxsize=4096)
def _instant(bound: datetime, zone: str) -> Instant:
    return from_datetime(bound if bound.tzinfo else bound.replace(tzinfo=load_zone(zone)))
