"""What could be reached on the market of `bench.fatigue_market` by somebody who sees all that is hidden.

Everybody's own affinities, patience and speed of forgetting, today's intent and the true fatigue: value iteration for
each customer alone, over fatigue and five levels of intent, drawn anew every day. No policy that learns can get there.
"""

import numpy as np

from bench import fatigue_market as market
from bench.fatigue_market import Customers, Day, Floats, Places, Result, answering, draw_customers, withdrawing

_POINTS, _HIGHEST, _SWEEPS, _GAMMA = 40, 8.0, 400, 0.99
_MOODS = np.array([-1.5, -0.75, 0.0, 0.75, 1.5])


def bound(count: int, days: int) -> Result:
    """Return what the policy that knows everything brings to ``count`` customers."""
    customers = draw_customers(count, seed=1)
    worth = _worth(customers)
    seen = np.random.default_rng((1, 2))
    fatigue, intent = np.zeros(count), seen.normal(size=count)

    def choose(day: Day) -> Places:
        nonlocal intent
        # The market draws these in the same order: so this one knows what the others only see an image of.
        intent = 0.7 * intent + np.sqrt(1.0 - 0.49) * seen.normal(size=count)
        seen.normal(size=count), seen.random(size=(5, count)), seen.normal(size=(2, count))
        options = _options(customers, fatigue[:, None], intent, worth)[:, :, 0]
        return np.asarray(options.argmax(axis=0) - 1)

    def watch(day: Day, arms: Places, margin: Floats, withdraws: Floats) -> None:
        nonlocal fatigue
        fatigue = customers.decay * (fatigue + np.where(arms >= 0, market.DOSES[arms], 0.0))

    return market.simulate(customers, days, 1, choose, watch)


def _worth(customers: Customers) -> Floats:
    """Return what all later days are worth by customer and fatigue, (n, points)."""
    count, grid = len(customers.organic), np.linspace(0.0, _HIGHEST, _POINTS)
    fatigue = np.tile(grid, (count, 1))
    chances = np.exp(-(_MOODS**2) / 2.0)
    chances /= chances.sum()
    worth = np.zeros((count, _POINTS))
    for _ in range(_SWEEPS):
        best = [_options(customers, fatigue, np.full(count, mood), worth).max(axis=0) for mood in _MOODS]
        idle = _GAMMA * _read(worth, customers.decay[:, None] * fatigue)
        opened = np.tensordot(chances, np.array(best), axes=1)
        updated = market.OPPORTUNITY * opened + (1.0 - market.OPPORTUNITY) * idle
        change, worth = float(np.abs(updated - worth).max()), updated
        if change < 0.01:
            break
    return worth


def _options(customers: Customers, fatigue: Floats, intent: Floats, worth: Floats) -> Floats:
    """Return what silence and each channel are worth at ``fatigue`` (n, k): (1 + channels, n, k)."""
    lost = 8.0 * customers.organic * customers.spend * (1.0 - market.STAYS) / (1.0 - _GAMMA)
    options = [_GAMMA * _read(worth, customers.decay[:, None] * fatigue)]
    for arm, dose in enumerate(market.DOSES):
        line = market.STRENGTHS[arm] + market.AFFINITY * customers.affinity + market.LIKING * customers.liking[:, arm]
        chance = answering((line + market.INTENT * intent)[:, None], fatigue, customers.bears[:, None])
        leaves = withdrawing(customers.touchy[:, None], fatigue, dose)
        later = _GAMMA * _read(worth, customers.decay[:, None] * (fatigue + dose))
        gain = chance * market.BASKETS[arm] * customers.spend[:, None] - market.COSTS[arm]
        options.append(gain + (1.0 - leaves) * later - leaves * lost[:, None])
    return np.array(options)


def _read(worth: Floats, fatigue: Floats) -> Floats:
    place = np.clip(fatigue / (_HIGHEST / (_POINTS - 1)), 0.0, _POINTS - 1.001)
    low = place.astype(np.intp)
    rows = np.arange(len(worth))[:, None]
    return np.asarray(worth[rows, low] + (place - low) * (worth[rows, low + 1] - worth[rows, low]))
