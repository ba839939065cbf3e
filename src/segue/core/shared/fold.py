"""Add to the shared quantities what a transition tallied.

The same tallies in the same order give the same bytes: every sum runs in the order of the log.
"""

from math import isfinite

from segue.core.shared.hours import add_hour
from segue.core.shared.leases import spend
from segue.core.shared.outlook import add_offer, add_week
from segue.core.shared.plan import SharedPlan
from segue.core.shared.reach import add_pace
from segue.core.shared.stock import add_stock
from segue.model.shared import Shared, Tally
from segue.model.time import Instant


def fold(shared: Shared, tallies: tuple[Tally, ...], now: Instant, plan: SharedPlan) -> Shared:
    """Return ``shared`` with ``tallies`` of a transition at ``now`` added; the same object where nothing changes.

    A tally of something that ``plan`` does not have (any more) is ignored.
    """
    leases, entries, outlook, hours = shared.leases, shared.entries, shared.outlook, shared.hours
    stock, paces = shared.stock, shared.paces
    for tally in tallies:
        if not isfinite(tally.amount):
            continue
        match tally.kind:
            case "use" if (capacity := plan.capacities.get(tally.name)) is not None:
                leases = spend(leases, capacity, tally.amount, now)
            case "entry" if (rate := plan.entries.get(tally.name)) is not None:
                entries = spend(entries, rate, tally.amount, now)
            case "stock" if tally.name in plan.stock_keys:
                stock = add_stock(stock, tally)
            case "reached" | "others" | "chance" if (aim := plan.reaches.get(tally.name)) is not None:
                paces = add_pace(paces, aim, tally.kind, tally.amount, now)
            case "offer":
                outlook = add_offer(outlook, tally.amount, now)
            case "week":
                outlook = add_week(outlook, now)
            case "there":
                hours = add_hour(hours, tally)
            case _:
                pass
    is_as_before = leases is shared.leases and entries is shared.entries and outlook is shared.outlook
    if is_as_before and hours is shared.hours and stock is shared.stock and paces is shared.paces:
        return shared
    return Shared(leases, entries, outlook, hours, shared.neighbours, stock, paces, shared.held_out)
