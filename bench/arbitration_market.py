"""The market of ``bench/arbitration.py``: what is offered to whom, when, and what the best choice in hindsight is.

Customers visit at random (a Poisson process with a rate of their own); a visit sets off one or more messages within two
hours, cheap ones often and dear ones seldom. All chance is seeded.
"""

import random
from collections.abc import Sequence

from msgspec import Struct

from segue.model.time import DAY, HOUR, WEEK, Instant, parse_instant

BEGIN = parse_instant("2026-03-02T00:00:00Z")
VALUES = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 15.0, 40.0)
"""What each action is worth; the dearer, the rarer: an action's weight is 1 / its worth ** `RARITY`."""

RARITY = 0.7
VISITS_A_WEEK = 4.0
MORE_OFFERS = 0.8
DAILY, WEEKLY = 1, 4


class Offer(Struct, frozen=True):
    """A message that becomes due for a customer; ``action`` is an index into `VALUES`."""

    at: Instant
    customer: int
    action: int


def draw_offers(customers: int, weeks: int, seed: int = 1) -> list[Offer]:
    """Return all offers, in order of time."""
    chance = random.Random(seed)
    weights = [value**-RARITY for value in VALUES]
    offers: list[Offer] = []
    for customer in range(customers):
        # A gamma distribution over customers: most come seldom, some daily.
        rate = chance.gammavariate(2.0, VISITS_A_WEEK / 2.0)
        at = float(BEGIN)
        while rate > 0:
            at += chance.expovariate(rate / WEEK)
            if at >= BEGIN + weeks * WEEK:
                break
            for _ in range(1 + _poisson(chance, MORE_OFFERS)):
                due = Instant(int(at + chance.uniform(0, 2 * HOUR)))
                offers.append(Offer(due, customer, chance.choices(range(len(VALUES)), weights)[0]))
    return sorted(offers, key=lambda offer: (offer.at, offer.customer, offer.action))


def hindsight(offers: Sequence[Offer], delay: int = 0) -> float:
    """Return the most that one customer's ``offers`` can bring under the caps, had all of them been known before.

    Exact, over which of them are carried out at the moment they come. With ``delay`` it is an upper bound for whoever
    may wait so long: two moments that may each be moved by it are nearer by it at most, so the caps' windows shrink.
    """
    best: dict[tuple[Instant, ...], float] = {(): 0.0}
    for offer in offers:
        grown = dict(best)
        for sent, worth in best.items():
            if sent and offer.at - sent[-1] < DAY - delay:
                continue
            if len(sent) == WEEKLY and offer.at - sent[0] < WEEK - delay:
                continue
            moments = (*sent, offer.at)[-WEEKLY:]
            total = worth + VALUES[offer.action]
            if total > grown.get(moments, -1.0):
                grown[moments] = total
        best = _forgotten(grown, offer.at, delay)
    return max(best.values())


def _forgotten(best: dict[tuple[Instant, ...], float], now: Instant, delay: int) -> dict[tuple[Instant, ...], float]:
    """Return the states without moments that bind nothing any more; of equal ones the best."""
    kept: dict[tuple[Instant, ...], float] = {}
    for sent, worth in best.items():
        binding = tuple(moment for moment in sent if now - moment < WEEK - delay)
        if worth > kept.get(binding, -1.0):
            kept[binding] = worth
    return kept


def _poisson(chance: random.Random, mean: float) -> int:
    count, at = 0, chance.expovariate(1.0)
    while at < mean:
        count += 1
        at += chance.expovariate(1.0)
    return count
