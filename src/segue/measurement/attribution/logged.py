"""The sources that attribution reads, from the tables of a log (`segue.measurement.segments`): contacts, conversions,
and who was decided for on a channel and then contacted or kept as a ghost.

For contributions, a customer counts once a channel: from the first decision on it in the period, with all that followed
until its end. Holdouts are drawn by customer, so this is what having the channel brings, not one contact of it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from segue.core.expressions.sql_values import quoted
from segue.measurement.literals import timestamp
from segue.model.assignments import HOLDOUT

LOGGED_CONTACTS = (
    """(SELECT customer_id, "at", channel FROM decisions WHERE slot = 'message' AND channel <> '' AND NOT is_ghost)"""
)
"""Contacts decided and not withheld: customer_id, at, channel."""


def logged_conversions(objective: str) -> str:
    """Return the source of what counted for an objective: customer_id, at, value."""
    return f"""(SELECT customer_id, "at", amount AS value FROM rewards WHERE objective = {quoted(objective)})"""


def decided_on_channels(holdouts: Mapping[str, Sequence[str]], objective: str, begin: datetime, end: datetime) -> str:
    """Return the source of `contributions`: channel, customer_id, is_ghost, conversions, value.

    ``holdouts`` names, by channel, the holdouts that leave it out. A customer is a ghost whose first decision on the
    channel from ``begin`` (included) to ``end`` (not) was kept by one of them. Customers of the holdout of everything,
    and those kept by another holdout, are left out: they lack more than this channel, or not all of it.
    """
    return _decided("channel", holdouts, objective, begin, end)


def decided_in_journeys(holdouts: Mapping[str, Sequence[str]], objective: str, begin: datetime, end: datetime) -> str:
    """Return the same for journeys, whose names stand as ``channel``: what each of them proposed, where it won."""
    return _decided("if(starts_with(won.source, 'journey:'), won.source[9:], '')", holdouts, objective, begin, end)


def _decided(part: str, holdouts: Mapping[str, Sequence[str]], objective: str, begin: datetime, end: datetime) -> str:
    """Return the source of `contributions` for what ``part`` (SQL over a decision and what ``won``) names."""
    pairs = [(name, holdout) for name, names in holdouts.items() for holdout in names]
    named = ", ".join(f"({quoted(name)}, {quoted(holdout)})" for name, holdout in pairs)
    first, last = timestamp(begin), timestamp(end)
    return f"""(
        WITH chosen_ones AS (
            SELECT *, list_filter(
                from_json(considered, '[{{"key": "VARCHAR", "source": "VARCHAR", "detail": "VARCHAR"}}]'),
                lambda c: c.key = chosen
            )[1] AS won
            FROM decisions
            WHERE slot = 'message' AND channel <> '' AND "group" <> '{HOLDOUT}' AND "at" >= {first} AND "at" < {last}
        ), decided AS (
            SELECT {part} AS part, customer_id, "at", is_ghost, won.detail AS kept_by FROM chosen_ones
        ), firsts AS (
            SELECT part, customer_id, min("at") AS begun, arg_min(is_ghost, "at") AS is_ghost,
                arg_min(kept_by, "at") AS kept_by
            FROM decided GROUP BY part, customer_id
        ), used AS (
            SELECT * FROM firsts SEMI JOIN (VALUES {named}) AS named(part, kept_by) USING (part)
            WHERE NOT is_ghost OR (part, kept_by) IN (VALUES {named})
        )
        SELECT part AS channel, used.customer_id, is_ghost, count(amount)::DOUBLE AS conversions,
            coalesce(sum(amount), 0.0)::DOUBLE AS value
        FROM used LEFT JOIN rewards ON rewards.customer_id = used.customer_id AND objective = {quoted(objective)}
            AND rewards."at" >= begun AND rewards."at" < {last}
        GROUP BY part, used.customer_id, is_ghost
    )"""
