"""Fold visits into a customer's receptive hours: how often they were there, by hour of the week in their own zone."""

from segue.core.receptive import hour_of_week, is_activity
from segue.model.events import Event
from segue.model.time import HOUR, Instant
from segue.model.workspace import Workspace

FULL = 200
"""All counts halve when their sum exceeds this: what was long ago fades."""


def fold_visit(
    hours: dict[int, int], event: Event, last_seen: Instant, zone: str, workspace: Workspace
) -> dict[int, int]:
    """Return ``hours`` after ``event``; the same object where it is no visit, or goes on with the one before.

    Args:
        last_seen: when the customer was last there, before ``event``. A visit counts once in each hour of the clock,
            however much is done in it.
    """
    if not is_activity(event, workspace):
        return hours
    hour = hour_of_week(event.at, zone)
    if last_seen and abs(event.at - last_seen) < HOUR and hour_of_week(last_seen, zone) == hour:
        return hours
    return _faded({**hours, hour: hours.get(hour, 0) + 1})


def merge_hours(ours: dict[int, int], theirs: dict[int, int]) -> dict[int, int]:
    """Return the hours of two customers as one: they were there whenever either was."""
    merged = {hour: ours.get(hour, 0) + theirs.get(hour, 0) for hour in dict.fromkeys((*ours, *theirs))}
    return _faded(merged)


def _faded(hours: dict[int, int]) -> dict[int, int]:
    while sum(hours.values()) > FULL:
        hours = {hour: count // 2 for hour, count in hours.items() if count > 1}
    return hours
