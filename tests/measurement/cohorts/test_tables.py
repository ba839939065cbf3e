"""Cohorts by start and age."""

from datetime import UTC, date, datetime

import duckdb
import pytest

from segue.measurement.cohorts.results import CohortCell
from segue.measurement.cohorts.tables import cohort_table
from segue.model.errors import SegueError

STARTS = """(VALUES (1, DATE '2026-01-10'), (1, DATE '2026-02-01'), (2, DATE '2026-01-31'), (3, DATE '2026-02-20'))
    AS t(customer_id, "at")"""
ACTIVITY = """(VALUES (1, DATE '2026-01-09', 99.0), (1, DATE '2026-01-12', 5.0), (1, DATE '2026-03-01', 7.0),
    (2, DATE '2026-03-02', 1.0), (2, DATE '2026-03-03', 2.0), (3, DATE '2026-02-21', NULL), (3, DATE '2026-04-01', 50.0)
    ) AS t(customer_id, "at", value)"""


def test_cohorts_by_month() -> None:
    cells = cohort_table(duckdb.connect(), STARTS, ACTIVITY, now=datetime(2026, 3, 15, tzinfo=UTC))

    january, february = date(2026, 1, 1), date(2026, 2, 1)
    assert [(cell.cohort, cell.age, cell.customers, cell.active, cell.total, cell.is_complete) for cell in cells] == [
        (january, 0, 2, 1, 5.0, True),
        (january, 1, 2, 0, 0.0, True),
        (january, 2, 2, 2, 10.0, False),
        (february, 0, 1, 1, 0.0, True),
        (february, 1, 1, 0, 0.0, False),
    ]
    assert cells[0] == CohortCell(cohort=january, age=0, customers=2, active=1, share=0.5, total=5.0, is_complete=True)


def test_periods_are_calendar_ones() -> None:
    for period, count in (("day", 65 + 44 + 24), ("week", 10 + 7 + 4), ("quarter", 1), ("year", 1)):
        cells = cohort_table(duckdb.connect(), STARTS, ACTIVITY, now=datetime(2026, 3, 15, tzinfo=UTC), period=period)
        assert len(cells) == count, period
    with pytest.raises(SegueError, match="no period 'fortnight'"):
        cohort_table(duckdb.connect(), STARTS, ACTIVITY, now=datetime(2026, 3, 15, tzinfo=UTC), period="fortnight")
