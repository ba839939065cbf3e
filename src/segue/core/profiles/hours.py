"""Fold visits into a customer's receptive hours: how often they were there, by hour of the week in their own zone."""

from segue.core.receptive import hour_of_week
from segue.model.time import HOUR, Instant

FULL = 200
"""All counts halve when their sum exceeds this: what was long ago fades."""


def fold_visit(hours: dict[int, int], at: Instant, there_at: Instant, zone: str) -> dict[int, int]:
    """Return ``hours`` after a visit at ``at``; the same object where it goes on with the one before.

    Args:
        there_at: when the customer was last there before it, 0 for never. A visit counts once in each hour of the
            clock, however much is done in it.
    """
    hour = hour_of_week(at, zone)
    if there_at and abs(at - there_at) < HOUR and hour_of_week(there_at, zone) == hour:
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
