"""A market where contacts tire: the fatigue and opt-out process of the long-term benchmark.

Customers buy by themselves now and then. A contact makes some of them buy, today or tomorrow, the fewer the more
contacts there were lately, and some withdraw at it, the more the more there were. Nothing here is of the planner's
family: response is a probit times a hyperbola of fatigue, withdrawal grows with a power of it, every customer forgets
at their own speed and bears as much as they bear, purchases come a day late, intent comes and goes, and the inputs
are noisy images of what matters, beside three that mean nothing.

What a policy sees: the inputs, and who was contacted when. Its own counters are its own affair.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.intp]

CHANNELS = ("email", "push", "sms", "call")
DOSES = np.array([0.4, 0.6, 1.4, 2.2])
COSTS = np.array([0.01, 0.005, 0.06, 0.6])
BASKETS = np.array([6.5, 6.0, 7.5, 10.0])
STRENGTHS = np.array([-1.9, -2.0, -1.8, -1.7])
DECAY = 0.75
"""Share of fatigue left after a day, in the middle of the customers."""

OPPORTUNITY = 0.85
"""Share of days on which there is something to say."""

LATE = 0.2
"""Share of purchases after a contact that come a day later."""

NOISE = 0.35
"""Standard deviation of what the inputs add to what they are images of."""

AFFINITY, LIKING, INTENT = 0.6, 0.9, 0.35
"""How much people differ in answering contacts at all, and each channel, and from day to day; on the probit."""

HAZARD = 0.0025
"""Of withdrawing at a contact of dose 1, in somebody who is not tired."""

STAYS = 0.8
"""Share of their own purchases that people go on with after they have withdrawn."""

INPUTS = ("affinity", "loyal", "likes_email", "likes_push", "likes_sms", "likes_call", "spends", "patient", "intent")
JUNK = ("junk_1", "junk_2", "junk_3")


class Customers(Struct, frozen=True):
    """What nobody sees, one entry for each customer."""

    organic: Floats
    affinity: Floats
    liking: Floats
    spend: Floats
    touchy: Floats
    decay: Floats
    bears: Floats
    image: Floats


class Day(Struct, frozen=True):
    """One day's decisions, before they are made: shape (n,) or (n, d)."""

    number: int
    x: Floats
    is_open: NDArray[np.bool_]


class Result(Struct, frozen=True):
    """What a policy brought: margin less costs a customer, share that has not withdrawn, contacts a customer-week."""

    value: float
    reachable: float
    weekly: float


Chooser: TypeAlias = Callable[[Day], Places]
"""Returns an arm for each customer, -1 for silence; what is chosen for those who are not open is ignored."""

Watcher: TypeAlias = Callable[[Day, Places, Floats, NDArray[np.bool_]], None]
"""Is told the day, what was done (-1 for nothing), margins of the day, and who withdrew."""


def draw_customers(count: int, seed: int) -> Customers:
    """Return ``count`` customers with their hidden traits."""
    chance = np.random.default_rng((seed, 1))
    affinity, loyal, spends, patient = chance.normal(size=(4, count))
    liking = chance.normal(size=(count, len(CHANNELS)))
    hidden = np.column_stack([affinity, 0.6 * affinity + 0.8 * loyal, liking, spends, patient])
    image = np.column_stack([hidden + NOISE * chance.normal(size=hidden.shape), chance.normal(size=(count, len(JUNK)))])
    return Customers(
        organic=0.05 * np.exp(0.4 * loyal - 0.08),
        affinity=affinity,
        liking=liking,
        spend=np.exp(0.3 * spends - 0.045),
        touchy=np.exp(-0.6 * patient + 0.4 * chance.normal(size=count) - 0.26),
        decay=1.0 / (1.0 + np.exp(-(np.log(DECAY / (1.0 - DECAY)) + 0.35 * chance.normal(size=count)))),
        bears=1.6 * np.exp(0.25 * chance.normal(size=count)),
        image=image,
    )


def simulate(customers: Customers, days: int, seed: int, choose: Chooser, watch: Watcher | None = None) -> Result:
    """Return what ``choose`` brings in ``days``; chance is the same for every policy."""
    count = len(customers.organic)
    everybody = np.arange(count)
    chance = np.random.default_rng((seed, 2))
    fatigue, reachable = np.zeros(count), np.ones(count, dtype=bool)
    intent, late = chance.normal(size=count), np.zeros(count)
    value = contacts = 0.0
    for number in range(days):
        intent = 0.7 * intent + np.sqrt(1.0 - 0.49) * chance.normal(size=count)
        seen_intent = intent + 0.5 * chance.normal(size=count)
        rolls, baskets = chance.random(size=(5, count)), chance.normal(size=(2, count))
        image = customers.image
        x = np.column_stack([image[:, : len(INPUTS) - 1], seen_intent, image[:, len(INPUTS) - 1 :]])
        day = Day(number, x, reachable & (rolls[0] < OPPORTUNITY))
        arms = np.where(day.is_open, choose(day), -1)
        sent, arm = arms >= 0, np.maximum(arms, 0)
        line = STRENGTHS[arm] + AFFINITY * customers.affinity + LIKING * customers.liking[everybody, arm]
        answers = sent & (rolls[1] < answering(line + INTENT * intent, fatigue, customers.bears))
        organic = customers.organic * np.exp(0.3 * intent) * np.where(reachable, 1.0, STAYS)
        size = customers.spend * np.exp(0.5 * baskets - 0.125)
        margin = 8.0 * size[0] * (rolls[2] < organic) + late
        is_late = rolls[3] < LATE
        brought = BASKETS[arm] * size[1] * answers
        margin, late = margin + brought * ~is_late, brought * is_late
        withdraws = sent & (rolls[4] < withdrawing(customers.touchy, fatigue, DOSES[arm]))
        reachable = reachable & ~withdraws
        fatigue = customers.decay * (fatigue + DOSES[arm] * sent)
        value += float(margin.sum() - COSTS[arm][sent].sum())
        contacts += float(sent.sum())
        if watch is not None:
            watch(day, arms, margin, withdraws)
    return Result(value / count, float(reachable.mean()), contacts / count / days * 7.0)


def answering(line: Floats, fatigue: Floats, bears: Floats) -> Floats:
    """Return how likely a contact makes customers buy."""
    return np.asarray(_probit(line) / (1.0 + (fatigue / bears) ** 2))


def withdrawing(touchy: Floats, fatigue: Floats, dose: Floats) -> Floats:
    """Return how likely customers withdraw at a contact."""
    return np.asarray(np.minimum(HAZARD * touchy * (1.0 + fatigue**2.2) * (0.5 + 0.5 * dose), 0.5))


def _probit(line: Floats) -> Floats:
    """Return the normal distribution function (Abramowitz and Stegun, 26.2.17; to 8e-8)."""
    z = np.abs(line)
    t = 1.0 / (1.0 + 0.2316419 * z)
    tail = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail *= np.exp(-0.5 * z * z) / np.sqrt(2.0 * np.pi)
    return np.asarray(np.where(line > 0.0, 1.0 - tail, tail))
