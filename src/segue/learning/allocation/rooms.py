"""Rooms: what the capacities of a workspace leave for a plan, by day; and the targets it has to reach.

A capacity of a day or longer has one room for each of its periods that the plan touches, and days of one period share
it. Of a shorter one all periods of a day are put together; within the day the runtime keeps to each.
"""

from collections.abc import Sequence
from math import ceil, fsum

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from segue.core.shared import SharedPlan, left, stock_left
from segue.learning.allocation.problem import Bools, Constraint, Doubles
from segue.model.reach import Reach
from segue.model.shared import Shared
from segue.model.time import DAY, Instant, parse_duration
from segue.model.workspace import Workspace

Option = tuple[str, str]
"""(action, channel)"""


class Room(Struct, frozen=True, eq=False):
    """What there is of something scarce.

    Attributes:
        counts: contacts or cost.
        amounts: (K,) what a contact of each option takes of it, in contacts or in shares of its cost.
        periods: (D,) which period each day of the plan belongs to.
        left: (P,) what is left in each period.
        limit: of the whole plan.
    """

    name: str
    counts: str
    amounts: Doubles
    periods: tuple[int, ...]
    left: tuple[float, ...]

    @property
    def limit(self) -> float:
        """What is left in all periods together."""
        return fsum(self.left)


def plan_days(now: Instant, days: int) -> tuple[Instant, ...]:
    """Return when each day of a plan begins: now, then every midnight (UTC)."""
    return (now, *(Instant((now // DAY + day) * DAY) for day in range(1, days)))


def rooms_of(
    workspace: Workspace, plan: SharedPlan, shared: Shared, options: Sequence[Option], days: Sequence[Instant]
) -> tuple[Room, ...]:
    """Return the room of each capacity, and of each stock that contacts take from, in the order of their names."""
    rooms = [_room(name, workspace, plan, shared, options, days) for name in sorted(plan.capacities)]
    for action, stock in sorted(plan.stocks.items()):
        if stock.by_contact:
            amounts = np.array([float((name, channel) in plan.taking and name == action) for name, channel in options])
            left_now = (stock_left(shared, stock),)
            rooms.append(Room(f"stock of {action}", "contacts", amounts, (0,) * len(days), left_now))
    return tuple(room for room in rooms if room.amounts.any())


def constraints_of(rooms: Sequence[Room]) -> list[Constraint]:
    """Return the rooms as limits of a whole plan."""
    return [
        Constraint(name=room.name, limit=room.limit, counts=room.counts, amounts=room.amounts)  # type: ignore[arg-type]
        for room in rooms
    ]


def floor_of(name: str, reach: Reach, options: Sequence[Option], members: Bools | None, days: int) -> Constraint:
    """Return the part of a target of contacts that falls on a plan of so many days: all of it in a whole period.

    Args:
        members: (N,) for whom it is meant; None for everybody.
    """
    share = min(days * DAY / max(parse_duration(reach.per), 1), 1.0)
    amounts = [
        float((not reach.actions or action in reach.actions) and (not reach.channels or channel in reach.channels))
        for action, channel in options
    ]
    limit = ceil((reach.at_least or 0) * share - 1e-9)
    return Constraint(name=name, limit=limit, sense="at_least", amounts=np.array(amounts), members=members)


def _room(
    name: str,
    workspace: Workspace,
    plan: SharedPlan,
    shared: Shared,
    options: Sequence[Option],
    days: Sequence[Instant],
) -> Room:
    capacity, spec = workspace.capacities[name], plan.capacities[name]
    categories = {action.action: action.category for action in workspace.actions}
    amounts = [
        float(
            categories[action] in capacity.obeys
            and (not capacity.actions or action in capacity.actions)
            and (not capacity.channels or channel in capacity.channels)
        )
        for action, channel in options
    ]
    used = replace(shared, leases=tuple(each for each in shared.leases if each.capacity == name))
    periods = [day // max(spec.period, DAY) for day in days]
    first = {period: day for day, period in zip(reversed(days), reversed(periods), strict=True)}
    rooms = tuple(_left_of(name, plan, used, first[period], spec.period) for period in dict.fromkeys(periods))
    order = {period: number for number, period in enumerate(dict.fromkeys(periods))}
    return Room(name, capacity.counts, np.array(amounts), tuple(order[period] for period in periods), rooms)


def _left_of(name: str, plan: SharedPlan, shared: Shared, begin: Instant, period: int) -> float:
    """Return what is left from ``begin`` on: in its period, or in all periods until midnight."""
    if period >= DAY:
        return left(shared, plan, name, begin)
    end = (begin // DAY + 1) * DAY
    moments = [begin, *range((begin // period + 1) * period, end, period)]
    return fsum(left(shared, plan, name, Instant(moment)) for moment in moments)
