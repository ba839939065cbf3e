"""Schedule triggers: a time of day, in the customer's own zone.

- **Each occurrence fires once.** What is remembered is when the next one is due. A transition that comes late (the
  process was down) fires the latest occurrence that it missed, and only that one.
- An occurrence is a local date and the time of day: one that the clock skips in spring comes the same distance after
  the gap began, one that it repeats in autumn comes the first time. ``spread`` adds the customer's own distance.
- A customer begins with the first occurrence after their first event.
- **A change of zone** moves the pending occurrence to its local time in the new zone; if that has passed there, it is
  left out. So nobody gets one twice by travelling.
- A schedule whose times were changed in the workspace begins anew: its key says what was asked for.
"""

from bisect import bisect_right
from datetime import date, timedelta
from functools import lru_cache

import msgspec
from msgspec import Struct

from segue.core.chance import draw
from segue.core.expressions import Compiled
from segue.core.local_time import at_local
from segue.core.triggers.firing import Firing, Moment
from segue.model.ids import derive
from segue.model.time import DAY, HOUR, Instant, format_instant, parse_duration, to_datetime
from segue.model.triggers import ScheduleTrigger

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SEARCH_DAYS = 750
"""A weekday that has to fall on a given day of the month comes once within two years, with room to spare."""
_ZONES_APART = 14 * HOUR
"""How much earlier an occurrence comes in another zone, and up to 10 hours later: mostly it is UTC that was wrong, and
between UTC-10 and UTC+13 nearly everybody lives.
"""

Pending = tuple[tuple[str, Instant], ...]
"""(key of the schedule, when it is due) of each schedule, in the order of the definitions."""


class SchedulePlan(Struct, frozen=True):
    """A compiled schedule; ``minute`` of the local day, ``spread`` in microseconds.

    Attributes:
        key: the trigger's name, and a digest of its times.
        days: of the week, 0 is Monday; all where empty.
    """

    name: str
    key: str
    minute: int
    days: tuple[int, ...]
    day_of_month: int | None
    spread: int
    when: Compiled | None


def compile_schedule(name: str, trigger: ScheduleTrigger, when: Compiled | None) -> SchedulePlan:
    """Return the plan of one schedule trigger; ``when`` is its compiled condition."""
    hour, minute = trigger.at.split(":")
    times = msgspec.json.encode(msgspec.structs.replace(trigger, when=None)).decode()
    return SchedulePlan(
        name=name,
        key=f"{name}@{derive('schedule', times, size=4)}",
        minute=60 * int(hour) + int(minute),
        days=tuple(_DAYS.index(day) for day in trigger.days),
        day_of_month=trigger.day_of_month,
        spread=parse_duration(trigger.spread),
        when=when,
    )


def keep_schedules(
    pending: Pending, plans: tuple[SchedulePlan, ...], moment: Moment, *, may_have_moved: bool
) -> tuple[Pending, list[Firing]]:
    """Return what is pending after this transition, and the firings of what came due, earliest first.

    Args:
        may_have_moved: the event may have brought another zone.
    """
    if not may_have_moved and _is_settled(pending, plans, moment.now):
        return pending, []
    known = dict(pending)
    fired: list[tuple[Instant, Firing]] = []
    after: list[tuple[str, Instant]] = []
    for plan in plans:
        due = known.get(plan.key)
        if due is not None and due <= moment.now:
            latest = _latest(plan, due, moment)
            if moment.holds(plan.when):
                fired.append((latest, Firing(plan.name, {"scheduled_for": _told(latest)})))
            due = None
        elif due is not None and may_have_moved:
            due = _moved(plan, due, moment)
        after.append((plan.key, _next(plan, moment.now, moment) if due is None else due))
    fired.sort(key=lambda each: each[0])
    kept = tuple(after)
    return pending if kept == pending else kept, [firing for _, firing in fired]


def next_occurrence(plan: SchedulePlan, after: Instant, zone: str) -> Instant:
    """Return the first occurrence later than ``after`` in ``zone``, before anything is spread."""
    occurrences = _occurrences(plan.minute, plan.days, plan.day_of_month, zone, after // DAY)
    return occurrences[bisect_right(occurrences, after)]


@lru_cache(maxsize=1024)
def _occurrences(
    minute: int, days: tuple[int, ...], day_of_month: int | None, zone: str, utc_day: int
) -> tuple[Instant, ...]:
    """Return the occurrences of a day in UTC and the first one after it: the same for all who live in ``zone``."""
    begin, end = Instant(utc_day * DAY), Instant((utc_day + 1) * DAY)
    day = to_datetime(begin, zone).date() - timedelta(days=1)
    found: list[Instant] = []
    for _ in range(_SEARCH_DAYS):
        if _is_on(days, day_of_month, day):
            moment = at_local(day, zone, minute)
            if moment >= begin:
                found.append(moment)
            if moment >= end:
                return tuple(found)
        day += timedelta(days=1)
    raise AssertionError("a schedule has no next occurrence")


@lru_cache(maxsize=1024)
def _told(latest: Instant) -> str:
    """Return a schedule's moment as text: the same for all whom it wakes."""
    return format_instant(latest)


def _is_settled(pending: Pending, plans: tuple[SchedulePlan, ...], now: Instant) -> bool:
    """Tell whether every schedule has its next occurrence ahead: so it is after nearly every event."""
    if len(pending) != len(plans):
        return False
    for (key, due), plan in zip(pending, plans, strict=True):  # noqa: SIM110  # a loop is twice as fast
        if due <= now or key != plan.key:
            return False
    return True


def _is_on(days: tuple[int, ...], day_of_month: int | None, day: date) -> bool:
    if days and day.weekday() not in days:
        return False
    if day_of_month is None or day_of_month == day.day:
        return True
    is_last = (day + timedelta(days=1)).day == 1
    return is_last and day_of_month > day.day


def _distance(plan: SchedulePlan, moment: Moment) -> int:
    """Return the customer's own distance from the schedule's time, in [0, spread)."""
    return int(draw(moment.seed, "spread", plan.name, moment.customer_id) * plan.spread) if plan.spread else 0


def _next(plan: SchedulePlan, after: Instant, moment: Moment) -> Instant:
    distance = _distance(plan, moment)
    return Instant(next_occurrence(plan, Instant(after - distance), moment.zone) + distance)


def _latest(plan: SchedulePlan, due: Instant, moment: Moment) -> Instant:
    """Return the latest occurrence that is not later than now: ``due``, or one after it."""
    while (following := _next(plan, due, moment)) <= moment.now:
        due = following
    return due


def _moved(plan: SchedulePlan, due: Instant, moment: Moment) -> Instant | None:
    """Return when a pending occurrence is due in the present zone; None where that has passed.

    For which zone ``due`` was meant is not remembered, so it is the occurrence next to it.
    """
    moved = _next(plan, Instant(due - _ZONES_APART), moment)
    return moved if moved > moment.now else None
