"""Cases for the tests of paths: by hand as words, or at random."""

from datetime import UTC, datetime, timedelta

import duckdb
import numpy as np

from segue.measurement.paths import Cases, read_cases

START = datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None)
Event = tuple[str, float, str]


def cases_of(events: list[Event]) -> Cases:
    """Return the cases of (case, hours since the start, activity)."""
    duck = duckdb.connect()
    duck.execute('CREATE TABLE events (case_id VARCHAR, "at" TIMESTAMP, activity VARCHAR)')
    rows = [(case, START + timedelta(hours=hours), activity) for case, hours, activity in events]
    duck.executemany("INSERT INTO events VALUES (?, ?, ?)", rows)
    return read_cases(duck, "events")


def spelled(*words: str) -> Cases:
    """Return one case for each word, with an activity of one letter every hour."""
    return cases_of(
        [(str(number), float(hour), letter) for number, word in enumerate(words) for hour, letter in enumerate(word)]
    )


def random_events(seed: int, cases: int = 60) -> list[Event]:
    """Return events of random cases at whole and half hours, each at its own moment."""
    rng = np.random.default_rng(seed)
    events = []
    for case in range(cases):
        hours = np.sort(rng.choice(400, int(rng.integers(1, 14)), replace=False)) / 2
        events += [(str(case), float(hour), "abcdxy"[int(rng.integers(0, 6))]) for hour in hours]
    return events


def by_case(events: list[Event]) -> dict[str, list[tuple[float, str]]]:
    """Return each case's (hours, activity) in order."""
    grouped: dict[str, list[tuple[float, str]]] = {}
    for case, hours, activity in sorted(events, key=lambda event: (event[0], event[1])):
        grouped.setdefault(case, []).append((hours, activity))
    return grouped
