"""Cohorts: customers by the month or week of their first event, and how many of them were still active since."""

from segue.measurement.cohorts import cohort_table
from segue.measurement.cohorts.results import CohortCell
from segue.measurement.drawing import Line, line_chart
from segue.measurement.reports.period import Period
from segue.measurement.reports.sections import Section, Table, percent

WEEKLY_UP_TO_DAYS = 120
SHOWN = 12

_STARTS = """(SELECT customer_id, min("at") AS "at" FROM events WHERE kind = 'tracked' GROUP BY customer_id)"""
_ACTIVITY = """(SELECT customer_id, "at", 1.0 AS value FROM events WHERE kind = 'tracked')"""


def cohorts_section(period: Period) -> Section | None:
    """Return the cohorts; None where there is only one period of age."""
    every = "week" if (period.end - period.begin).days <= WEEKLY_UP_TO_DAYS else "month"
    cells = cohort_table(period.duck, _STARTS, _ACTIVITY, now=period.end, period=every)
    cohorts = sorted({cell.cohort for cell in cells})
    ages = range(max((cell.age for cell in cells), default=0) + 1)
    if len(ages) < 2:
        return None
    by_place = {(cell.cohort, cell.age): cell for cell in cells}
    rows = []
    for cohort in cohorts[:SHOWN]:
        known = [by_place.get((cohort, age)) for age in ages[:SHOWN]]
        size = next((cell.customers for cell in known if cell is not None), 0)
        shares = (percent(cell.share, 0) if cell is not None and cell.is_complete else "" for cell in known)
        rows.append((cohort.isoformat(), f"{size:,}", *shares))
    return Section(
        name="cohorts",
        title="Cohorts",
        lead=f"{len(cohorts)} cohorts by the {every} of the first event; the share active in each {every} since.",
        tables=(
            Table(
                head=("first", "customers", *(str(age) for age in ages[:SHOWN])),
                rows=tuple(rows),
                right=tuple(range(1, len(ages[:SHOWN]) + 2)),
            ),
        ),
        notes=(f"Active is who did anything that is tracked. A {every} that is not over is left empty.",),
        data=cells,
        drawings=_drawing(cells, len(ages), every),
    )


def _drawing(cells: tuple[CohortCell, ...], ages: int, every: str) -> tuple[str, ...]:
    shares = []
    for age in range(ages):
        known = [cell for cell in cells if cell.age == age and cell.is_complete]
        customers = sum(cell.customers for cell in known)
        shares.append(sum(cell.active for cell in known) / customers if customers else None)
    line = Line(label="all cohorts", values=tuple(shares))
    along = [f"{every} {age}" for age in range(ages)]
    return (line_chart([line], title="Share active since the first event", along=along),)
