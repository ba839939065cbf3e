"""Quiet hours, in the customer's own zone."""

from msgspec import Struct

from segue.core.arbitration.verdicts import Verdict
from segue.core.local_time import quiet_until
from segue.model.contact_rules import QuietHours
from segue.model.decisions import Reason
from segue.model.time import Instant


class QuietPlan(Struct, frozen=True):
    """Compiled quiet hours: minutes of the local day; no channels means all."""

    start: int
    end: int
    channels: tuple[str, ...]
    holds: bool


def compile_quiet_hours(hours: tuple[QuietHours, ...]) -> tuple[QuietPlan, ...]:
    """Return the plans of ``hours``."""
    return tuple(QuietPlan(_minute(h.start), _minute(h.end), h.channels, h.then == "hold") for h in hours)


def check_quiet_hours(channel: str, zone: str, now: Instant, plans: tuple[QuietPlan, ...]) -> Verdict | None:
    """Refuse contact inside a quiet window, until the moment that no window covers any more.

    Where windows overlap, one that drops is enough.
    """
    concerned = [plan for plan in plans if not plan.channels or channel in plan.channels]
    until, holds = now, True
    for _ in range(len(concerned) + 1):
        covering = [(end, plan) for plan in concerned if (end := quiet_until(until, zone, plan.start, plan.end))]
        if not covering:
            break
        until = max(end for end, _ in covering)
        holds = holds and all(plan.holds for _, plan in covering)
    if until == now:
        return None
    return Verdict(Reason.QUIET_DEFERRED, zone, until) if holds else Verdict(Reason.QUIET_DROPPED, zone)


def _minute(time_of_day: str) -> int:
    hour, minute = time_of_day.split(":")
    return int(hour) * 60 + int(minute)
