"""What channels add: contacts carried out against ghosts of the same decision, by channel and in all.

A ghost is a contact that was decided and then withheld by chance, so both sides were equally likely to buy. The
increment of a channel with n contacts is n (mean - ghost mean). Its variance comes from each customer's influence on
it, added within customers first: several contacts of one customer, and customers in several channels, are counted as
what they are. Sources: Johnson, Lewis and Nubbemeyer 2017, Ghost ads; Liang and Zeger 1986 (clustered variance).
"""

import math
from typing import TYPE_CHECKING

from segue.measurement.attribution.results import Contribution
from segue.measurement.intervals import interval
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LEAST_CUSTOMERS = 2


def contributions(
    duck: "DuckDBPyConnection", source: str, *, outcome: str = "conversions", level: float = 0.95
) -> tuple[Contribution, ...]:
    """Return each channel's contribution, the largest first, and last that of all channels together.

    ``source`` (SQL after FROM) has one row for each contact decided: channel, customer_id, is_ghost, and the column
    ``outcome`` with what the customer did in the window after it. A channel without ghosts, or without contacts, is an
    error: there is nothing to compare with.
    """
    arms = duck.execute(_arms(source, outcome)).fetchall()
    if not arms:
        raise SegueError("There are no contacts.", "Choose a period in which something was sent and withheld.")
    for channel, _, _, customers, ghost_customers, *_ in arms:
        if min(customers, ghost_customers) < LEAST_CUSTOMERS:
            raise SegueError(
                f"{channel} has {customers} customers contacted and {ghost_customers} held out.",
                f"Leave it out, or hold out some of its contacts for as long as it takes ({LEAST_CUSTOMERS} a side).",
            )
    spreads = dict(duck.execute(_spreads(source, outcome)).fetchall())
    found = [_contribution(arm, outcome, spreads[arm[0]], level) for arm in arms]
    found.sort(key=lambda each: (-each.incremental.estimate, each.channel))
    return (*found, _all_channels(found, arms, spreads[""], level))


_Arm = tuple[str, int, int, int, int, float, float]


def _contribution(arm: _Arm, outcome: str, spread: float, level: float) -> Contribution:
    channel, contacts, ghosts, customers, ghost_customers, mean, ghost_mean = arm
    difference, error = mean - ghost_mean, math.sqrt(spread)
    freedom = min(customers, ghost_customers) - 1
    return Contribution(
        channel=channel,
        outcome=outcome,
        contacts=contacts,
        ghosts=ghosts,
        mean=mean,
        ghost_mean=ghost_mean,
        per_contact=interval(difference, error / contacts, level=level, freedom=freedom),
        incremental=interval(difference * contacts, error, level=level, freedom=freedom),
    )


def _all_channels(found: list[Contribution], arms: list[_Arm], spread: float, level: float) -> Contribution:
    contacts = sum(each.contacts for each in found)
    ghosts = sum(each.ghosts for each in found)
    incremental = sum(each.incremental.estimate for each in found)
    error, freedom = math.sqrt(spread), min(min(arm[3], arm[4]) for arm in arms) - 1
    mean = sum(each.mean * each.contacts for each in found) / contacts
    return Contribution(
        channel="",
        outcome=found[0].outcome,
        contacts=contacts,
        ghosts=ghosts,
        mean=mean,
        ghost_mean=mean - incremental / contacts,
        per_contact=interval(incremental / contacts, error / contacts, level=level, freedom=freedom),
        incremental=interval(incremental, error, level=level, freedom=freedom),
    )


def _arms(source: str, outcome: str) -> str:
    return f"""
        SELECT channel, count(*) FILTER (NOT is_ghost), count(*) FILTER (is_ghost),
            count(DISTINCT customer_id) FILTER (NOT is_ghost), count(DISTINCT customer_id) FILTER (is_ghost),
            avg({outcome}) FILTER (NOT is_ghost), avg({outcome}) FILTER (is_ghost)
        FROM {source} GROUP BY channel ORDER BY channel
    """


def _spreads(source: str, outcome: str) -> str:
    """Return the query of (channel, variance of its increment), and of all channels under the name ""."""
    return f"""
        WITH sides AS (
            SELECT channel, is_ghost, avg({outcome}) AS mean, count(*) AS size,
                count(DISTINCT customer_id) AS customers
            FROM {source} GROUP BY channel, is_ghost
        ), sums AS (
            SELECT channel, is_ghost, customer_id, sum({outcome}) AS total, count(*) AS rows
            FROM {source} GROUP BY channel, is_ghost, customer_id
        ), influence AS (
            SELECT sums.channel, customer_id, sum(
                CASE WHEN sums.is_ghost THEN -1 ELSE 1 END * sent.size / sides.size
                * sqrt(sides.customers / (sides.customers - 1)) * (total - rows * sides.mean)
            ) AS moves
            FROM sums JOIN sides USING (channel, is_ghost)
            JOIN sides AS sent ON sent.channel = sums.channel AND NOT sent.is_ghost
            GROUP BY sums.channel, customer_id
        ), together AS (SELECT customer_id, sum(moves) AS moves FROM influence GROUP BY customer_id)
        SELECT channel, sum(moves * moves) FROM influence GROUP BY channel
        UNION ALL SELECT '', sum(moves * moves) FROM together
    """
