"""Time to an event, orchestrated against control: the source that survival reads, from starts and events."""

from datetime import datetime

from segue.measurement.literals import timestamp


def times_to(starts: str, events: str, *, now: datetime) -> str:
    """Return the source (SQL after FROM) of each customer's days until their first event, or until ``now``.

    ``starts`` has customer_id, group_name and at (assignment or entry; the earliest counts); ``events`` has customer_id
    and at. An event before the start does not count; one after ``now`` has not happened yet.

    read_times(duck, times_to("assigned", "(FROM events WHERE name = 'order')", now=now))
    """
    moment = timestamp(now)
    return f"""(
        WITH began AS (
            SELECT customer_id, arg_min(group_name, "at") AS group_name, min("at"::TIMESTAMP) AS began
            FROM {starts} WHERE "at"::TIMESTAMP < {moment} GROUP BY customer_id
        ), first AS (
            SELECT customer_id, min("at"::TIMESTAMP) AS happened
            FROM (FROM {events}) JOIN began USING (customer_id)
            WHERE "at"::TIMESTAMP >= began AND "at"::TIMESTAMP <= {moment} GROUP BY customer_id
        )
        SELECT group_name, epoch(coalesce(happened, {moment}) - began) / 86400.0 AS days,
            happened IS NOT NULL AS has_happened
        FROM began LEFT JOIN first USING (customer_id)
    )"""
