"""Drop-off: at which activity, and how long after their first one, cases leave short of the goal.

A case has left when it has been quiet for longer than ``quiet_days`` at ``now``. One that was active later than that is
open: it counts as under way as long as it was seen, and then neither as left nor as staying (censored).
"""

from datetime import datetime

from segue.measurement.literals import listed, timestamp
from segue.measurement.paths.cases import Cases
from segue.measurement.paths.results import DropOff, Leaving, LeavingTime

DAYS = (0.0, 1.0, 3.0, 7.0, 14.0, 30.0, 60.0, 90.0, 180.0, 365.0)


def drop_off(
    cases: Cases, goal: tuple[str, ...], *, now: datetime, quiet_days: float, days: tuple[float, ...] = DAYS
) -> DropOff:
    """Return where and when cases leave before any activity of ``goal``; ``now`` is UTC, without or with its zone.

    ``days`` are the limits of the stretches since the first activity; the last one is open-ended.
    """
    _create_ends(cases, goal, now, quiet_days)
    by_activity = cases.duck.execute(
        """
        SELECT activity, count(*), count(*) FILTER (state = 'left' AND activity = last_activity) AS gone
        FROM path_ends_seen JOIN path_ends USING (case_id) GROUP BY activity ORDER BY gone DESC, activity
        """
    ).fetchall()
    by_time = [_stretch(cases, first, last) for first, last in zip(days, (*days[1:], float("inf")), strict=True)]
    totals = "SELECT count(*), count(*) FILTER (state = 'goal'), count(*) FILTER (state = 'open') FROM path_ends"
    ((number, reached, unfinished),) = cases.duck.execute(totals).fetchall()
    return DropOff(
        by_activity=tuple(
            Leaving(activity=activity, cases=seen, left=left, share=left / seen) for activity, seen, left in by_activity
        ),
        by_time=tuple(stretch for stretch in by_time if stretch.under_way),
        cases=number,
        reached_goal=reached,
        open=unfinished,
    )


def _create_ends(cases: Cases, goal: tuple[str, ...], now: datetime, quiet_days: float) -> None:
    """Create the tables of cases' ends before the goal: what they had seen, and whether they left."""
    moment = timestamp(now)
    is_goal = f"list_contains({listed(goal)}, activity)"
    cases.duck.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE path_ends AS
        WITH known AS (SELECT * FROM {cases.table} WHERE "at" <= {moment})
        SELECT case_id, arg_max(activity, place) AS last_activity,
            (epoch(max("at")) - epoch(min("at"))) / 86400.0 AS lasted_days,
            CASE WHEN bool_or({is_goal}) THEN 'goal'
                WHEN epoch({moment}) - epoch(max("at")) > {quiet_days * 86_400.0} THEN 'left'
                ELSE 'open' END AS state,
            (epoch(min("at") FILTER ({is_goal})) - epoch(min("at"))) / 86400.0 AS goal_days
        FROM known GROUP BY case_id
        """
    )
    cases.duck.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE path_ends_seen AS
        SELECT DISTINCT case_id, activity FROM {cases.table}
        WHERE "at" <= {moment} AND NOT {is_goal}
        """
    )


def _stretch(cases: Cases, first: float, last: float) -> LeavingTime:
    """Return who left in [first, last) days, of those still under way at ``first``."""
    until = "coalesce(goal_days, lasted_days)"
    upper = f"AND lasted_days < {last}" if last != float("inf") else ""
    query = f"""
        SELECT count(*) FILTER ({until} >= {first}),
            count(*) FILTER (state = 'left' AND lasted_days >= {first} {upper}) FROM path_ends
    """
    ((under_way, left),) = cases.duck.execute(query).fetchall()
    return LeavingTime(
        from_days=first, to_days=last, under_way=under_way, left=left, share=left / under_way if under_way else 0.0
    )
