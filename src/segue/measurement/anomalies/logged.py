"""What to watch in a log, from the tables of segments: sources for series, and for their causes."""

from segue.core.expressions.sql_values import quoted

_SOURCE_OF_CHOSEN = """list_filter(
    from_json(considered, '[{"key": "VARCHAR", "source": "VARCHAR"}]'), lambda c: c.key = chosen)[1].source"""

LOGGED_DECISIONS = f"""(
    SELECT 'decisions' AS series, "at", 1 AS value, if(channel = '', 'silence', channel) AS channel, action,
        "group", policy, slot, if(starts_with(source, 'journey:'), source[9:], '') AS journey,
        if(starts_with(source, 'journey:'), '', source) AS rule, revision
    FROM (SELECT *, coalesce({_SOURCE_OF_CHOSEN}, '') AS source FROM decisions)
)"""
"""Every decision, with the dimensions that can be its causes: channel, action, group, policy, slot, journey, rule."""

LOGGED_ENTRIES = """(SELECT journey AS series, "at", 1 AS value FROM steps WHERE how = 'entered')"""
"""Entries into journeys, by journey."""

LOGGED_GHOSTS = """(
    SELECT channel AS series, "at", is_ghost::INT AS value, 1 AS trials FROM decisions WHERE channel <> ''
)"""
"""The rate of decisions withheld, by channel: a holdout that leaks or grows."""


def logged_outcomes(status: str) -> str:
    """Return the source of the rate of reports with ``status`` (such as ``bounced``) among all reports, by channel."""
    return f"""(
        SELECT told.channel AS series, report.now AS "at", (report.status = {quoted(status)})::INT AS value, 1 AS trials
        FROM deliveries AS report
        JOIN (SELECT DISTINCT delivery_id, channel FROM deliveries WHERE kind <> 'reported') AS told USING (delivery_id)
        WHERE report.kind = 'reported'
    )"""
