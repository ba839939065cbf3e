"""Cohorts by when they began, against their age."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from segue.measurement.cohorts.results import CohortCell
from segue.measurement.literals import timestamp
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PERIODS = ("day", "week", "month", "quarter", "year")


def cohort_table(
    duck: "DuckDBPyConnection", starts: str, activity: str, *, now: datetime, period: str = "month"
) -> tuple[CohortCell, ...]:
    """Return cohorts by the ``period`` in which customers began, with what they did in each period since.

    ``starts`` (SQL after FROM) has customer_id and at (the earliest of a customer counts); ``activity`` has
    customer_id, at and value. Periods are calendar ones of the moments as given. Every age up to ``now`` has its cell,
    also where nobody was active; what happened before a customer's start, or after ``now``, is left out.
    """
    if period not in PERIODS:
        raise SegueError(f"There is no period {period!r}.", f"The periods are {', '.join(PERIODS)}.")
    moment = timestamp(now)
    rows = duck.execute(
        f"""
        WITH began AS (
            SELECT customer_id, min("at"::TIMESTAMP) AS began, date_trunc('{period}', min("at"::TIMESTAMP)) AS cohort
            FROM {starts} WHERE "at" <= {moment} GROUP BY customer_id
        ), sizes AS (SELECT cohort, count(*) AS customers FROM began GROUP BY cohort),
        cells AS (
            SELECT cohort, customers,
                unnest(range(date_diff('{period}', cohort, {moment}) + 1)) AS age FROM sizes
        ), done AS (
            SELECT cohort, date_diff('{period}', cohort, date_trunc('{period}', "at"::TIMESTAMP)) AS age,
                count(DISTINCT customer_id) AS active, sum(coalesce(value, 0))::DOUBLE AS total
            FROM (FROM {activity}) JOIN began USING (customer_id)
            WHERE "at"::TIMESTAMP >= began AND "at"::TIMESTAMP <= {moment} GROUP BY ALL
        )
        SELECT cohort::DATE, age, customers, coalesce(active, 0), coalesce(total, 0.0),
            date_add(cohort, to_{period}s(1) * (age + 1)) <= {moment}
        FROM cells LEFT JOIN done USING (cohort, age) ORDER BY cohort, age
        """
    ).fetchall()
    return tuple(_cell(*row) for row in rows)


def _cell(cohort: date, age: int, customers: int, active: int, total: float, is_complete: bool) -> CohortCell:
    return CohortCell(
        cohort=cohort,
        age=age,
        customers=customers,
        active=active,
        share=active / customers,
        total=total,
        is_complete=is_complete,
    )
