"""Funnels with a window: how many cases did these activities in this order, in so many days.

Exact, whatever start counts: going through a case in order, each event keeps the latest start of a chain that leads to
it; no other start could end within the window if that one cannot. One window function a step, no joins.
"""

from segue.core.expressions.sql_values import quoted
from segue.measurement.literals import listed
from segue.measurement.paths.cases import Cases
from segue.measurement.paths.results import FunnelStep
from segue.model.errors import SegueError


def funnel(cases: Cases, activities: tuple[str, ...], *, window_days: float) -> tuple[FunnelStep, ...]:
    """Return how many cases came how far through ``activities``, in order, within ``window_days`` of the first.

    Other activities may lie between. Medians are of each case's fastest way.
    """
    if len(activities) < 2 or window_days <= 0:
        raise SegueError("A funnel has two activities or more, and time.", "Name them in order, and a window in days.")
    seconds = window_days * 86_400.0
    levels = range(1, len(activities) + 1)
    chain = ['level_0 AS (SELECT case_id, place, epoch("at") AS at_second, activity FROM relevant)']
    for level in levels:
        chain.append(f"level_{level} AS ({_level(level, activities[level - 1], seconds)})")
    sums = ", ".join(f"min(at_second - start_{level}) AS took_{level}" for level in levels)
    counts = ", ".join(f"count(took_{level}), median(took_{level})" for level in levels)
    query = f"""
        WITH relevant AS (FROM {cases.table} WHERE list_contains({listed(activities)}, activity)), {", ".join(chain)},
        best AS (SELECT case_id, {sums} FROM level_{len(activities)} GROUP BY case_id)
        SELECT {counts} FROM best
    """
    (row,) = cases.duck.execute(query).fetchall()
    reached, medians = row[0::2], row[1::2]
    return tuple(
        FunnelStep(
            activity=activity,
            cases=number,
            of_first=number / reached[0] if reached[0] else 0.0,
            of_previous=number / before if before else 0.0,
            median_seconds=seconds or 0.0,
        )
        for activity, number, before, seconds in zip(
            activities, reached, (reached[0], *reached[:-1]), medians, strict=True
        )
    )


def _level(level: int, activity: str, seconds: float) -> str:
    """Return the rows of the level before with the latest start of a chain that reaches this level in time."""
    start = (
        "at_second"
        if level == 1
        else f"""max(start_{level - 1}) OVER (
            PARTITION BY case_id ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"""
    )
    return f"""
        SELECT * EXCLUDE (found),
            CASE WHEN activity = {quoted(activity)} AND at_second - found <= {seconds} THEN found END AS start_{level}
        FROM (SELECT *, {start} AS found FROM level_{level - 1})
    """
