"""The directly-follows graph, whole ways, and Sankey links. Source: van der Aalst 2016, Process mining, 5.2."""

from segue.measurement.paths.cases import Cases
from segue.measurement.paths.results import Follow, SankeyLink, WholeWay


def follows(cases: Cases) -> tuple[Follow, ...]:
    """Return which activity directly follows which, most frequent first.

    Gaps of an activity are of its events, not of its cases.
    """
    rows = cases.duck.execute(
        f"""
        SELECT activity, next, count(*) AS times, count(DISTINCT case_id), median(epoch(next_at) - epoch("at"))
        FROM {cases.table} WHERE next IS NOT NULL GROUP BY activity, next ORDER BY times DESC, activity, next
        """
    ).fetchall()
    return tuple(
        Follow(activity=activity, next=following, times=times, cases=number, median_seconds=seconds)
        for activity, following, times, number, seconds in rows
    )


def whole_ways(cases: Cases, *, limit: int = 20) -> tuple[WholeWay, ...]:
    """Return the sequences that most cases took, at most ``limit``; ties in the order of their activities."""
    rows = cases.duck.execute(
        f"""
        WITH ways AS (
            SELECT list(activity ORDER BY place) AS way, epoch(max("at")) - epoch(min("at")) AS seconds
            FROM {cases.table} GROUP BY case_id
        )
        SELECT way, count(*) AS number, count(*) / sum(count(*)) OVER (), median(seconds)
        FROM ways GROUP BY way ORDER BY number DESC, way LIMIT {limit}
        """
    ).fetchall()
    return tuple(
        WholeWay(activities=tuple(way), cases=number, share=share, median_seconds=seconds)
        for way, number, share, seconds in rows
    )


def sankey_links(cases: Cases, *, steps: int = 6) -> tuple[SankeyLink, ...]:
    """Return the links of the first ``steps`` places: cases from each activity to each next one, or to their end."""
    rows = cases.duck.execute(
        f"""
        SELECT place, activity, coalesce(next, '') AS target, count(*) AS number
        FROM {cases.table} WHERE place <= {steps} GROUP BY ALL ORDER BY place, number DESC, activity, target
        """
    ).fetchall()
    return tuple(
        SankeyLink(step=place, source=activity, target=target, cases=number) for place, activity, target, number in rows
    )
