"""What of a workspace draws on shared quantities, compiled."""

from collections.abc import Mapping
from math import fsum

from msgspec import Struct

from segue.core.catalogue import cost_of
from segue.core.shared.reach import ReachPlan
from segue.core.shared.stock import StockPlan, compile_stock
from segue.core.view import Condition
from segue.model.catalogue import Action, Capacity, Variant
from segue.model.reach import Reach
from segue.model.time import Instant, parse_duration, parse_instant
from segue.model.workspace import Workspace

AMPLE = 3.0
"""How many times its declared worth an offer may be worth to a customer (`core.decisioning.worth`): no price is higher
than what the best of all offers would bring then.
"""


_NO_CONDITIONS: Mapping[str, Condition] = {}


class CapacityPlan(Struct, frozen=True):
    """A compiled capacity, or the entry rate of a journey.

    Attributes:
        period: microseconds.
        ramp: shares of ``limit`` in the periods from ``ramp_from`` (an instant) on; before them the first share.
        unit: the amount that a contact takes on average.
        least: the smallest amount that any contact takes.
        typical: what one contact that uses it is worth on average, for each ``unit``.
        dearest: the highest sensible price of a ``unit``.
    """

    name: str
    limit: float
    period: int
    obeys: tuple[str, ...] = ()
    ramp: tuple[float, ...] = ()
    ramp_from: Instant = Instant(0)
    unit: float = 1.0
    least: float = 1.0
    typical: float = 0.0
    dearest: float = 0.0


class SharedPlan(Struct, frozen=True):
    """What a workspace shares.

    Attributes:
        capacities: by name.
        entries: the entry rate of each journey that has one, by journey.
        uses: (capacity, amount) of each variant that is a contact and uses one, by (action, channel).
        taking: the variants of which each contact takes one of the stock, as (action, channel).
        stocks: by action; ``sold_by``: those that an event takes one of, by its name; ``stock_keys``: of all of them.
        reaches: targets by name; ``aims``: those that a contact counts for, by (action, channel).
    """

    capacities: dict[str, CapacityPlan] = {}
    entries: dict[str, CapacityPlan] = {}
    uses: dict[tuple[str, str], tuple[tuple[str, float], ...]] = {}
    taking: frozenset[tuple[str, str]] = frozenset()
    stocks: dict[str, StockPlan] = {}
    sold_by: dict[str, tuple[StockPlan, ...]] = {}
    stock_keys: frozenset[str] = frozenset()
    reaches: dict[str, ReachPlan] = {}
    aims: dict[tuple[str, str], tuple[ReachPlan, ...]] = {}


def compile_shared(workspace: Workspace, conditions: Mapping[str, Condition] = _NO_CONDITIONS) -> SharedPlan:
    """Return the plan of ``workspace``; ``conditions`` by the keys of `core.expression_sites`.

    Raises:
        SegueError: a duration or a date cannot be read.
    """
    uses: dict[tuple[str, str], tuple[tuple[str, float], ...]] = {}
    capacities: dict[str, CapacityPlan] = {}
    contacts = _contacts(workspace)
    for name, capacity in workspace.capacities.items():
        users = [(action, variant, _amount(capacity, action, variant)) for action, variant in contacts]
        users = [user for user in users if user[2] > 0]
        capacities[name] = _compile_capacity(name, capacity, users)
        for action, variant, amount in users:
            key = (action.action, variant.channel)
            uses[key] = (*uses.get(key, ()), (name, amount))
    rates = {journey.journey: journey.entry.rate for journey in workspace.journeys}
    entries = {
        journey: CapacityPlan(journey, float(rate.limit), max(parse_duration(rate.per), 1))
        for journey, rate in rates.items()
        if rate is not None
    }
    stocks = {action.action: stock for action in workspace.actions if (stock := compile_stock(action)) is not None}
    by_contact = [name for name, stock in stocks.items() if stock.by_contact]
    keys = frozenset((action.action, variant.channel) for action, variant in contacts if action.action in by_contact)
    reaches = {name: _compile_reach(name, reach, contacts, conditions) for name, reach in workspace.reach.items()}
    return SharedPlan(
        *(capacities, entries, uses, keys, stocks, _sold_by(stocks)),
        frozenset(stock.key for stock in stocks.values()),
        reaches,
        _aims(workspace, reaches, contacts),
    )


def _sold_by(stocks: Mapping[str, StockPlan]) -> dict[str, tuple[StockPlan, ...]]:
    by_event: dict[str, tuple[StockPlan, ...]] = {}
    for stock in stocks.values():
        if not stock.by_contact:
            by_event[stock.event] = (*by_event.get(stock.event, ()), stock)
    return by_event


def _compile_reach(
    name: str, reach: Reach, contacts: list[tuple[Action, Variant]], conditions: Mapping[str, Condition]
) -> ReachPlan:
    # What such a contact is worth; for one that is worth nothing what it costs, because that is what it has to make up.
    worths = [
        max(action.value * variant.lift * action.lever - cost_of(action, variant), cost_of(action, variant))
        for action, variant in contacts
        if counts_for(reach, action, variant)
    ] or [0.0]
    dearest = AMPLE * max(worths)
    typical = fsum(worths) / len(worths)
    return ReachPlan(
        name=name,
        target=reach.at_least or 0,
        share=reach.share or 0.0,
        period=max(parse_duration(reach.per), 1),
        who=conditions.get(f"reach.{name}.who"),
        typical=typical or (reach.most or 0.0) / AMPLE,
        most=dearest if reach.most is None else reach.most,
    )


def _aims(
    workspace: Workspace, reaches: Mapping[str, ReachPlan], contacts: list[tuple[Action, Variant]]
) -> dict[tuple[str, str], tuple[ReachPlan, ...]]:
    aims: dict[tuple[str, str], tuple[ReachPlan, ...]] = {}
    for name, reach in workspace.reach.items():
        for action, variant in contacts:
            if counts_for(reach, action, variant):
                key = (action.action, variant.channel)
                aims[key] = (*aims.get(key, ()), reaches[name])
    return aims


def counts_for(reach: Reach, action: Action, variant: Variant) -> bool:
    """Tell whether carrying ``variant`` out is what ``reach`` counts, if it is a contact."""
    is_on_channel = not reach.channels or variant.channel in reach.channels
    return is_on_channel and (not reach.actions or action.action in reach.actions)


def _contacts(workspace: Workspace) -> list[tuple[Action, Variant]]:
    families = {channel.name: channel.family for channel in workspace.channels}
    return [
        (action, variant)
        for action in workspace.actions
        for variant in action.variants
        if families.get(variant.channel) in ("message", "task")
    ]


def _amount(capacity: Capacity, action: Action, variant: Variant) -> float:
    """Return what one contact takes of ``capacity``, 0 where it takes nothing."""
    if capacity.channels and variant.channel not in capacity.channels:
        return 0.0
    if capacity.actions and action.action not in capacity.actions:
        return 0.0
    return 1.0 if capacity.counts == "contacts" else cost_of(action, variant)


def _compile_capacity(name: str, capacity: Capacity, users: list[tuple[Action, Variant, float]]) -> CapacityPlan:
    amounts = [amount for _, _, amount in users] or [1.0]
    unit = fsum(amounts) / len(amounts)
    # Per unit of the capacity, so that a dear channel and a cheap one that draw on one budget have one price.
    worths = [
        max(action.value * variant.lift * action.lever - cost_of(action, variant), 0.0) * unit / amount
        for action, variant, amount in users
        if action.category in capacity.obeys
    ] or [0.0]
    return CapacityPlan(
        name=name,
        limit=float(capacity.limit),
        period=max(parse_duration(capacity.per), 1),
        obeys=capacity.obeys,
        ramp=capacity.ramp,
        ramp_from=parse_instant(capacity.ramp_from) if capacity.ramp_from else Instant(0),
        unit=unit,
        least=min(amounts),
        typical=fsum(worths) / len(worths),
        dearest=AMPLE * max(worths),
    )
