"""Contacts per household and calendar week, in the stores' zone."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import duckdb

from bench.complete_journey.rows import ZONE
from segue.model.time import Instant, to_datetime

Week = tuple[str, date]
"""A household and the Monday of a week."""

EVERY = timedelta(days=7)


def per_household_week(contacts: Iterable[tuple[str, Instant]]) -> Counter[Week]:
    """Return how many of ``contacts`` each household had in each week it had one."""
    return Counter((household, _monday(to_datetime(at, ZONE).date())) for household, at in contacts)


def planned(events: Path) -> Counter[Week]:
    """Return the contacts as the table of campaigns has them: each campaign once a week from its first to its last
    day, whatever else the household gets.
    """
    local = f"timezone('{ZONE}', timezone('UTC', {{}}))"
    rows = duckdb.execute(
        f"SELECT household, {local.format('moment')}::DATE, {local.format('ends')}::DATE"
        f" FROM '{events}' WHERE kind = 'assigned'"
    ).fetchall()
    weeks: Counter[Week] = Counter()
    for household, day, end in rows:
        while day < end:
            weeks[str(household), _monday(day)] += 1
            day += EVERY
    return weeks


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
