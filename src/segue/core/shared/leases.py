"""Leases: how much of each capacity the present period has left, and its shadow price.

A lease is a hard counter; the price makes it go to those for whom it does most. The price follows **online dual
descent** (Balseiro, Lu and Mirrokni, "Dual mirror descent for online allocation problems", ICML 2020; the same rule
paces advertising budgets): after each slice of a period it rises where more was used than an even use of what was left
would have been, and falls where less was,

    price <- max(0, price + step * (use / target - 1)),   target = left at its begin / slices left then,

and each period starts with the price at which the one before it ended. A step is at most a share of the price itself
(as in multiplicative descent, the other form that they analyse): else the price of a large capacity, which is far
below what its best users bring, would jump with every rush. Time alone lowers the price, so it is stepped when it is
read, too; nothing has to be folded for time to pass.
"""

from math import ceil, inf, log, sqrt

from segue.core.catalogue import ActionPlan, VariantPlan
from segue.core.shared.plan import CapacityPlan, SharedPlan
from segue.model.shared import Lease, Shared, Tally
from segue.model.time import Instant

SLICES = 100
STEP = 0.3
"""How far the price of a capacity for n contacts moves: `STEP` / sqrt(n) of the typical worth for each contact too
many. The square root is what the bound on the loss asks for; the factor was chosen by ``bench/arbitration.py``.
"""

STEEPEST = 0.2
"""A step is at most this share of the price (or of `LEAST_PRICE`). Chosen by ``bench/allocation.py``."""

LEAST_PRICE = 0.1
"""Of the typical worth: a lower price rises, and falls to nothing, as if it were this."""

STEEPEST_RISE = 2.5
"""A slice raises the price by at most so many times itself (or `LEAST_PRICE`), whatever was used."""


def uses_of(plan: SharedPlan, action: ActionPlan, variant: VariantPlan) -> tuple[tuple[str, float], ...]:
    """Return (capacity, amount) of all that carrying ``variant`` out takes."""
    return plan.uses.get((action.action.action, variant.channel.name), ()) if plan.uses else ()


def taken(plan: SharedPlan, action: ActionPlan, variant: VariantPlan) -> tuple[Tally, ...]:
    """Return the tallies of a contact that was just promised."""
    return tuple(Tally("use", capacity, amount) for capacity, amount in uses_of(plan, action, variant))


def given_back(plan: SharedPlan, action: str, channel: str, promised_at: Instant, now: Instant) -> tuple[Tally, ...]:
    """Return the tallies of a contact promised at ``promised_at`` that is not made.

    What was left of a period is gone with it: only what was promised in the present one comes back.
    """
    return tuple(
        Tally("use", capacity, -amount)
        for capacity, amount in plan.uses.get((action, channel), ())
        if promised_at // plan.capacities[capacity].period == now // plan.capacities[capacity].period
    )


def left(shared: Shared, plan: SharedPlan, capacity: str, now: Instant) -> float:
    """Return what is left of ``capacity`` in the present period, 0 or more."""
    return _left(shared.leases, plan.capacities[capacity], now)


def period_end(plan: SharedPlan, capacity: str, now: Instant) -> Instant:
    """Return when the next period of ``capacity`` begins."""
    return _period_end(plan.capacities[capacity], now)


def entries_left(shared: Shared, plan: SharedPlan, journey: str, now: Instant) -> float:
    """Return how many may still enter ``journey`` in the present period; infinity where it has no rate."""
    spec = plan.entries.get(journey)
    return inf if spec is None else _left(shared.entries, spec, now)


def entry_period_end(plan: SharedPlan, journey: str, now: Instant) -> Instant:
    """Return when the next period of the entry rate of ``journey`` begins; ``now`` where it has none."""
    spec = plan.entries.get(journey)
    return now if spec is None else _period_end(spec, now)


def price(shared: Shared, plan: SharedPlan, capacity: str, now: Instant) -> float:
    """Return what one more of ``capacity`` is worth at ``now``, in the workspace's currency."""
    spec = plan.capacities[capacity]
    lease = _find(shared.leases, spec)
    return 0.0 if lease is None else _stepped(lease, spec, now).price


def spend(leases: tuple[Lease, ...], spec: CapacityPlan, amount: float, now: Instant) -> tuple[Lease, ...]:
    """Return ``leases`` after ``amount`` of ``spec`` was used, or given back where it is negative."""
    known = _find(leases, spec)
    lease = _stepped(known or _new_lease(spec, now), spec, now)
    spent = Lease(
        lease.capacity, lease.period, max(lease.used + amount, 0.0), lease.price, lease.stepped_at, lease.stepped_used
    )
    return tuple(
        sorted((*(other for other in leases if other.capacity != spec.name), spent), key=lambda each: each.capacity)
    )


def _find(leases: tuple[Lease, ...], spec: CapacityPlan) -> Lease | None:
    """Return the lease of ``spec``; one of periods of another length starts anew, and keeps its price."""
    for lease in leases:
        if lease.capacity == spec.name:
            if lease.stepped_at // spec.period == lease.period:
                return lease
            period, dearest = lease.stepped_at // spec.period, spec.dearest / spec.unit
            return Lease(spec.name, period, 0.0, min(lease.price, dearest), lease.stepped_at, 0.0)
    return None


def _new_lease(spec: CapacityPlan, now: Instant) -> Lease:
    return Lease(spec.name, now // spec.period, 0.0, stepped_at=now)


def _left(leases: tuple[Lease, ...], spec: CapacityPlan, now: Instant) -> float:
    period, lease = now // spec.period, _find(leases, spec)
    used = lease.used if lease is not None and lease.period >= period else 0.0
    return max(_allowance(spec, period) - used, 0.0)


def _allowance(spec: CapacityPlan, period: int) -> float:
    if not spec.ramp:
        return spec.limit
    step = max(period - spec.ramp_from // spec.period, 0)
    return spec.limit * spec.ramp[step] if step < len(spec.ramp) else spec.limit


def _period_end(spec: CapacityPlan, now: Instant) -> Instant:
    return Instant((now // spec.period + 1) * spec.period)


def _stepped(lease: Lease, spec: CapacityPlan, now: Instant) -> Lease:
    """Return ``lease`` as of the slice that ``now`` lies in; a clock that went back changes nothing."""
    period, slice_now = _place(spec, now)
    last, slice_then = _place(spec, lease.stepped_at)
    if (period, slice_now) <= (last, slice_then):
        return lease
    used = lease.used if period == last else 0.0
    if not spec.dearest:
        return Lease(spec.name, period, used, lease.price, now, used)
    idle = (period - last) * SLICES + slice_now - slice_then - 1
    if _allowance(spec, last) - lease.used < spec.least:
        # Nothing was left, so that nothing was used says nothing until the next period.
        idle -= min(idle, SLICES - 1 - slice_then)
    worth = _after_idle(_after_slice(lease, spec, slice_then), spec, idle, period)
    return Lease(spec.name, period, used, worth, now, used)


def _after_slice(lease: Lease, spec: CapacityPlan, slice_then: int) -> float:
    """Return the price after the slice that the lease was last stepped in."""
    at_begin = max(_allowance(spec, lease.period) - lease.stepped_used, spec.unit)
    target = at_begin / (SLICES - slice_then)
    use = max(lease.used - lease.stepped_used, 0.0)
    reach = max(lease.price, _least_price(spec))
    step = min(_step(spec, lease.period), STEEPEST * reach)
    moved = lease.price + min(step * (use / target - 1.0), STEEPEST_RISE * reach)
    return min(max(moved, 0.0), spec.dearest / spec.unit)


def _after_idle(price: float, spec: CapacityPlan, slices: int, period: int) -> float:
    """Return the price after so many slices without use: it falls by whole steps while it is high, then by a share of
    itself, and at last evenly to nothing. The same whether it is asked for at once or in between.
    """
    step, least = _step(spec, period), _least_price(spec)
    high = max(step / STEEPEST, least)
    if slices > 0 and price > high:
        steps = min(slices, ceil((price - high) / step))
        price, slices = price - steps * step, slices - steps
    if slices > 0 and price > least:
        steps = min(slices, ceil(log(least / price) / log(1.0 - STEEPEST)))
        price, slices = price * (1.0 - STEEPEST) ** steps, slices - steps
    return max(price - slices * min(step, STEEPEST * least), 0.0)


def _least_price(spec: CapacityPlan) -> float:
    return LEAST_PRICE * spec.typical / spec.unit


def _step(spec: CapacityPlan, period: int) -> float:
    """Return how far a slice moves the price of one of the capacity for each of its targets too many, at most."""
    contacts = max(_allowance(spec, period) / spec.unit, 1.0)
    return STEP * sqrt(contacts) / SLICES * spec.typical / spec.unit


def _place(spec: CapacityPlan, at: Instant) -> tuple[int, int]:
    """Return the period that ``at`` lies in, and the slice of it."""
    period, rest = divmod(at, spec.period)
    return period, rest * SLICES // spec.period
