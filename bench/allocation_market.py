"""A shop's base and its days: who could get which of 24 actions, and what it would bring.

What customers spend has a heavy tail (log-normal, sigma 1); whether they answer depends on traits that they share with
channels and offers; every second offer is a discount, which costs a share of the basket where it is taken; consent
rules channels out. In a stream customers come during a day, most of them in the morning and in the evening; what they
are worth changes with the hour and drifts from day to day, for each channel in its own way.
"""

from typing import NamedTuple

import numpy as np

from segue.learning.allocation import Constraint

CHANNELS = ("push", "email", "sms", "letter", "call")
COSTS = np.array([0.001, 0.003, 0.06, 0.7, 4.0])
EFFECT = np.array([0.8, 1.0, 1.5, 3.0, 8.0])
CONSENT = np.array([0.5, 0.7, 0.4, 0.8, 0.6])
SHARES = np.array([0.20, 0.25, 0.08, 0.04, 0.008])
"""Room on each channel, for each customer."""

STOCK, BUDGET, DAY_BUDGET = 0.05, 0.093, 0.06
"""Of the second offer, and money, for each customer: of the base, and of a day, when no discount is paid. All seven
limits bind.
"""

PAIRS = [(offer, channel) for offer in range(6) for channel in range(5) if channel != 3 + offer % 2]
OFFER, CHANNEL = (np.array(each) for each in zip(*PAIRS, strict=True))
AT_ONCE = 100_000


class Base(NamedTuple):
    """(N, K) values and costs of a base, as float32."""

    values: np.ndarray
    costs: np.ndarray


class Day(NamedTuple):
    """A day's customers in the order in which they come: (n,) when, as a share of the day, and (n, K) values."""

    at: np.ndarray
    values: np.ndarray


def draw_base(customers: int, seed: int = 1) -> Base:
    """Return a base; the same customers come first in a larger one."""
    values = np.empty((customers, len(PAIRS)), np.float32)
    costs = np.empty_like(values)
    for block, begin in enumerate(range(0, customers, AT_ONCE)):
        count = min(AT_ONCE, customers - begin)
        worth, cost = _draw(AT_ONCE, np.random.default_rng([seed, block]))
        values[begin : begin + count], costs[begin : begin + count] = worth[:count], cost[:count]
    return Base(values, costs)


def limits_of(customers: int) -> list[Constraint]:
    """Return six capacities and a budget for a base of so many customers."""
    rooms = [
        Constraint(name=name, limit=int(share * customers), amounts=(channel == CHANNEL).astype(np.float64))
        for channel, (name, share) in enumerate(zip(CHANNELS, SHARES, strict=True))
    ]
    stock = Constraint(name="stock", limit=int(STOCK * customers), amounts=(OFFER == 1).astype(np.float64))
    return [*rooms, stock, Constraint(name="budget", limit=BUDGET * customers, counts="cost")]


def draw_day(customers: int, day: int, seed: int = 1) -> Day:
    """Return a day of a stream: two rushes, values that change with the hour, and a drift of 3 % a day upwards or
    downwards by channel, with a general level that is up to a quarter higher or lower by chance.
    """
    rng = np.random.default_rng([seed, 7, day])
    rush = rng.random(customers) < 0.65
    at = np.where(rush, rng.choice([0.38, 0.83], customers) + rng.normal(0, 0.06, customers), rng.random(customers))
    at = np.sort(at % 1.0)
    worth, cost = _draw(customers, rng, flat_cost=True)
    season = 1.0 + 0.35 * np.sin(2 * np.pi * (at[:, None] + CHANNEL / 5.0))
    drift = 1.03 ** (day * np.where(CHANNEL % 2, 1, -1)) * (1.0 + rng.uniform(-0.25, 0.25))
    return Day(at, ((worth + cost) * season * drift - cost).astype(np.float32))


def uses_of_day(customers: int) -> tuple[np.ndarray, np.ndarray]:
    """Return (R, K) what each action uses of each limit in a stream, and (R,) the limits of a day."""
    constraints = limits_of(customers)
    uses = np.array([each.amounts for each in constraints[:-1]] + [COSTS[CHANNEL]])
    return uses, np.array([*(each.limit for each in constraints[:-1]), DAY_BUDGET * customers])


def _draw(customers: int, rng: np.random.Generator, *, flat_cost: bool = False) -> tuple[np.ndarray, np.ndarray]:
    fixed = np.random.default_rng(99)  # what channels and offers are like is the same for every customer and day
    of_channel, of_offer = fixed.normal(0, 0.5, (5, 4)), fixed.normal(0, 0.5, (6, 4))
    basket = rng.lognormal(1.0, 1.0, customers)[:, None]
    traits = rng.normal(size=(customers, 4))
    taste = traits @ (of_channel[CHANNEL] + of_offer[OFFER]).T + rng.normal(0, 0.4, (customers, len(PAIRS)))
    response = EFFECT[CHANNEL] / (1.0 + np.exp(3.5 - taste))
    costs = np.broadcast_to(COSTS[CHANNEL], response.shape)
    if not flat_cost:
        costs = costs + 0.1 * basket * np.minimum(response, 1.0) * (OFFER % 2 == 0)
    values = basket * response - costs
    permitted = rng.random((customers, 5)) < CONSENT
    values[~permitted[:, CHANNEL]] = -np.inf
    return values, costs
