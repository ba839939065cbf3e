"""When customers are usually there: counts by group and hour of the week, over all customers."""

from segue.core.receptive import ALL, HOURS_PER_WEEK
from segue.model.shared import Tally

FULL = 65_536.0
"""All counts of a group halve when their sum reaches this: what was long ago fades."""

MOST_GROUPS = 64
"""A trait with more values than this is no group; what comes later counts for everybody only."""


def add_hour(hours: dict[str, float], tally: Tally) -> dict[str, float]:
    """Return ``hours`` after one more visit in the tally's group and hour."""
    group, total = tally.name, f"{tally.name}/{ALL}"
    hour = int(tally.amount)
    if not 0 <= hour < HOURS_PER_WEEK or (total not in hours and _groups(hours) >= MOST_GROUPS):
        return hours
    counted = hours.copy()
    for key in (f"{group}/{hour}", total):
        counted[key] = counted.get(key, 0.0) + 1.0
    return counted if counted[total] < FULL else _halved(counted, group)


def _groups(hours: dict[str, float]) -> int:
    return sum(key.endswith(f"/{ALL}") for key in hours)


def _halved(hours: dict[str, float], group: str) -> dict[str, float]:
    # The group is all before the last slash: a trait's value may hold one itself.
    return {key: count / 2 if key.rpartition("/")[0] == group else count for key, count in hours.items()}
