"""Opportunity cost: what a customer's free slot is likely to bring if it is kept.

A cap leaves k slots for a while. Until then offers keep coming, at random, each worth something: those of this customer
as often as they came so far, shrunk to how often they come to everybody; their worth is that of all customers' offers
(`segue.model.shared.Outlook`). What k slots bring from here on, V(k), obeys the recursion of the stochastic knapsack
(Gallego and van Ryzin 1994; Kleywegt and Papastavrou 1998):

    dV(k)/ds = E[max(0, X - (V(k) - V(k-1)))],   s = how many offers are still to come.

A slot is given away for what is worth more than V(k) - V(k-1), and is kept otherwise. In units of s the table depends
on the distribution of X only, so it is computed once for each published outlook.
(docs/decisions/0009-silence-is-worth-what-the-slot-would-bring.md)
"""

from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from math import log
from typing import TypeAlias

from msgspec import Struct

from segue.core.calendar import CalendarUnit, calendar_period
from segue.core.view import View
from segue.model.contact_rules import Cap
from segue.model.customers import Contacts
from segue.model.shared import Outlook
from segue.model.time import WEEK, Instant, parse_duration

MOST_SLOTS = 8
"""Of more slots, these stand for all, with as many fewer offers to come."""

PRIOR_WEEKS = 2.0
"""For how long a customer must have been known until their own rate of offers weighs as much as everybody's."""

Table: TypeAlias = tuple[tuple[float, ...], ...]

_HALF_LIFE = 4 * WEEK
_LOG2 = log(2.0)
_FIRST, _RATIO, _POINTS = 0.05, 1.15, 66


class SlotCap(Struct, frozen=True):
    """A cap over all channels, as far as slots go; ``window`` in microseconds, 0 where ``calendar`` says it."""

    limit: int
    window: int
    calendar: CalendarUnit | None
    counts: tuple[str, ...]
    obeys: tuple[str, ...]


def compile_slot_caps(caps: tuple[Cap, ...]) -> tuple[SlotCap, ...]:
    """Return the caps whose slots messages of any channel compete for."""
    return tuple(
        SlotCap(
            cap.limit,
            parse_duration(cap.window) if cap.window is not None else 0,
            cap.calendar,
            cap.counts,
            cap.obeys,
        )
        for cap in caps
        if cap.scope == "all"
    )


def opportunity_cost(view: View, contacts: Contacts, category: str, caps: tuple[SlotCap, ...]) -> float:
    """Return what a slot must bring at least to be worth giving away now: the greatest over the caps that ask."""
    outlook = view.shared.outlook
    if not outlook.shares:
        return 0.0
    rate, highest, table = 0.0, 0.0, _table(outlook.shares)
    for cap in caps:
        if category not in cap.counts or category not in cap.obeys:
            continue
        slots, horizon = _slots(cap, contacts, view)
        if slots <= 0:
            continue
        rate = rate or offers_per_week(view, contacts, outlook)
        highest = max(highest, _read(table, slots, rate * horizon / WEEK))
    return highest


def offers_per_week(view: View, contacts: Contacts, outlook: Outlook) -> float:
    """Return how many offers this customer is likely to get in a week."""
    known_for = max(view.now - view.profile.first_seen, 0) if view.profile.first_seen else 0
    # Weights halve with age on both sides: so many weeks have been seen, and so many offers in them.
    seen_weeks = _HALF_LIFE / WEEK / _LOG2 * (1.0 - 0.5 ** (known_for / _HALF_LIFE))
    seen_offers = contacts.offered * 0.5 ** (max(view.now - contacts.offered_at, 0) / _HALF_LIFE)
    return float((seen_offers + PRIOR_WEEKS * outlook.rate) / (seen_weeks + PRIOR_WEEKS))


def slot_worth(shares: tuple[tuple[float, float], ...], slots: int, offers: float) -> float:
    """Return what one of ``slots`` brings when ``offers`` are still to come; never more than the best of them.

    Args:
        shares: (worth, share of all offers), ascending.
    """
    return _read(_table(shares), slots, offers)


def _read(table: Table, slots: int, offers: float) -> float:
    if slots > MOST_SLOTS:
        slots, offers = MOST_SLOTS, offers * MOST_SLOTS / slots
    row = table[slots - 1]
    if offers <= _FIRST:
        return row[0] * max(offers, 0.0) / _FIRST
    place = log(offers / _FIRST) / log(_RATIO)
    index = int(place)
    if index >= _POINTS - 1:
        return row[-1]
    low, high = _FIRST * _RATIO**index, _FIRST * _RATIO ** (index + 1)
    between = row[index] + (row[index + 1] - row[index]) * (offers - low) / (high - low)
    return min(between, row[index + 1])


def _slots(cap: SlotCap, contacts: Contacts, view: View) -> tuple[int, int]:
    """Return how many slots are left, and for how long (microseconds): until the next one comes back."""
    now = view.now
    if cap.calendar:
        begin, end = calendar_period(now, view.zone, cap.calendar)
    else:
        begin, end = Instant(now - cap.window), Instant(now + cap.window)
    used, oldest = 0, now
    for contact in contacts.ledger:
        if contact.at > begin and contact.category in cap.counts:
            used += 1
            oldest = min(oldest, contact.at)
    if used and not cap.calendar:
        end = Instant(oldest + cap.window)
    return cap.limit - used, end - now


@lru_cache(maxsize=16)
def _table(shares: tuple[tuple[float, float], ...]) -> Table:
    """Return V(k) - V(k-1) by k - 1 and by the grid of offers to come."""
    excess = _Excess(shares)
    values = [0.0] * (MOST_SLOTS + 1)
    rows: list[list[float]] = [[] for _ in range(MOST_SLOTS)]
    at = 0.0
    for point in range(_POINTS):
        until = _FIRST * _RATIO**point
        for _ in range(2):
            values = _advanced(values, (until - at) / 2.0, excess)
        at = until
        for slots in range(1, MOST_SLOTS + 1):
            marginal = values[slots] - values[slots - 1]
            rows[slots - 1].append(min(max(marginal, 0.0), shares[-1][0]))
    return tuple(tuple(row) for row in rows)


def _advanced(values: list[float], step: float, excess: "_Excess") -> list[float]:
    """Return V after ``step`` more offers (Runge and Kutta's fourth order)."""

    def slope(at: list[float]) -> list[float]:
        return [0.0, *(excess(at[k] - at[k - 1]) for k in range(1, len(at)))]

    first = slope(values)
    second = slope([v + step / 2.0 * d for v, d in zip(values, first, strict=True)])
    third = slope([v + step / 2.0 * d for v, d in zip(values, second, strict=True)])
    fourth = slope([v + step * d for v, d in zip(values, third, strict=True)])
    return [
        v + step / 6.0 * (a + 2.0 * b + 2.0 * c + d)
        for v, a, b, c, d in zip(values, first, second, third, fourth, strict=True)
    ]


class _Excess:
    """E[max(0, X - bar)] for any bar, by one look into sums from above."""

    def __init__(self, shares: tuple[tuple[float, float], ...]) -> None:
        self._worths = [worth for worth, _ in shares]
        falling = list(reversed(shares))
        self._share_above = [0.0, *accumulate(share for _, share in falling)][::-1]
        self._worth_above = [0.0, *accumulate(worth * share for worth, share in falling)][::-1]

    def __call__(self, bar: float) -> float:
        index = bisect_right(self._worths, bar)
        return self._worth_above[index] - bar * self._share_above[index]
