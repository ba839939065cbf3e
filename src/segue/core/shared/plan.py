"""What of a workspace draws on shared quantities, compiled."""

from math import fsum

from msgspec import Struct

from segue.core.catalogue import cost_of
from segue.model.catalogue import Action, Capacity, Variant
from segue.model.time import Instant, parse_duration, parse_instant
from segue.model.workspace import Workspace

AMPLE = 3.0
"""How many times its declared worth an offer may be worth to a customer (`core.decisioning.worth`): no price is higher
than what the best of all offers would bring then.
"""


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
    """

    capacities: dict[str, CapacityPlan] = {}
    entries: dict[str, CapacityPlan] = {}
    uses: dict[tuple[str, str], tuple[tuple[str, float], ...]] = {}


def compile_shared(workspace: Workspace) -> SharedPlan:
    """Return the plan of ``workspace``.

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
    return SharedPlan(capacities, entries, uses)


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
        max(action.value * variant.lift - cost_of(action, variant), 0.0) * unit / amount
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
