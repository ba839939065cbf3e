"""The streaming part of `bench.allocation`: what each way of pricing brings of what hindsight would have brought.

Every way has the same hard counters: an action is chosen only where there is room for it. Hindsight is the bound of
the dual over a whole day, which nobody could exceed who knew all of its customers beforehand.
"""

from collections.abc import Callable, Sequence

import numpy as np

from bench.allocation_market import CHANNEL, CHANNELS, COSTS, OFFER, Day, draw_day, uses_of_day
from segue.core.shared import SharedPlan, compile_shared, fold, left, price
from segue.learning.allocation import Allocation, Constraint, allocate, pose
from segue.learning.allocation.streaming import Earlier, Pacer
from segue.model.catalogue import Action, Capacity, ChannelSpec, Variant
from segue.model.shared import NOTHING_SHARED, Shared, Tally
from segue.model.time import DAY, Instant
from segue.model.workspace import Workspace

BATCHES = 288
"""Micro-batches in a day: one for each five minutes."""

Chooser = Callable[[np.ndarray, np.ndarray, int, float], np.ndarray]
"""(when, values, number of the day, end of the batch) -> choices."""


def compare(customers: int, days: int) -> tuple[dict[str, float], int]:
    """Return each way's share of hindsight over ``days`` days, and how often a limit was exceeded: never."""
    uses, limits = uses_of_day(customers)
    stream = [draw_day(customers, day) for day in range(days + 1)]
    constraints = [Constraint(name=f"{n}", limit=limits[n], amounts=each) for n, each in enumerate(uses)]
    plans = [allocate(pose(day.values, constraints)) for day in stream]
    ways = {
        "no prices": _fixed(uses, limits, [np.zeros(len(limits))] * (days + 1)),
        "yesterday's prices": _fixed(uses, limits, [plans[0].prices, *(plan.prices for plan in plans)]),
        "one dual step a slice (core.shared)": _production(uses, customers, plans[0]),
        "priced anew (Pacer)": _paced(Pacer(limits, uses, Earlier(*stream[0]))),
    }
    hindsight = sum(plan.bound for plan in plans[1:])
    shares, overspent = {}, 0
    for name, choose in ways.items():
        brought = 0.0
        for number, day in enumerate(stream[1:], 1):
            choice = live(day, number, choose)
            chosen = np.flatnonzero(choice < uses.shape[1])
            brought += float(day.values[chosen, choice[chosen]].sum(dtype=np.float64))
            used = uses @ np.bincount(choice, minlength=uses.shape[1] + 1)[:-1]
            overspent += int((used > limits * (1 + 1e-9)).sum())
        shares[name] = brought / hindsight
    return shares, overspent


def live(day: Day, number: int, choose: Chooser) -> np.ndarray:
    """Return the choices of a day, batch by batch."""
    choices, begin = [], 0
    for end in np.linspace(0.0, 1.0, BATCHES + 1)[1:].tolist():
        until = int(np.searchsorted(day.at, end))
        choices.append(choose(day.at[begin:until], day.values[begin:until], number, end))
        begin = until
    return np.concatenate(choices)


def _paced(pacer: Pacer) -> Chooser:
    return lambda at, values, number, end: pacer.decide(values, end)


def _fixed(uses: np.ndarray, limits: np.ndarray, prices: Sequence[np.ndarray]) -> Chooser:
    """Choose at the prices of each day, that do not change while it lasts."""
    state = {"day": -1, "left": limits}

    def choose(at: np.ndarray, values: np.ndarray, number: int, end: float) -> np.ndarray:
        if state["day"] != number:
            state.update(day=number, left=limits.astype(float))
        choices = np.full(len(values), uses.shape[1])
        for row, scores in enumerate(values - prices[number] @ uses):
            scores[(uses > state["left"][:, None] * (1 + 1e-12)).any(axis=0)] = -np.inf
            best = int(scores.argmax())
            if scores[best] > 0.0:
                choices[row] = best
                state["left"] = state["left"] - uses[:, best]
        return choices

    return choose


def _production(uses: np.ndarray, customers: int, plan: Allocation) -> Chooser:
    """Choose by the leases and shadow prices of the runtime, which know nothing of a plan beforehand."""
    shared_plan = shop_plan(customers, plan.value / max(float((plan.choice < uses.shape[1]).sum()), 1.0))
    names = list(shared_plan.capacities)
    state: dict[str, Shared] = {"shared": NOTHING_SHARED}

    def choose(at: np.ndarray, values: np.ndarray, number: int, end: float) -> np.ndarray:
        choices = np.full(len(values), uses.shape[1])
        for row, (moment, brings) in enumerate(zip(at.tolist(), values, strict=True)):
            now, shared = Instant(int((number + moment) * DAY)), state["shared"]
            prices = np.array([price(shared, shared_plan, name, now) for name in names])
            room = np.array([left(shared, shared_plan, name, now) for name in names])
            scores = brings - prices @ uses
            scores[(uses > room[:, None]).any(axis=0)] = -np.inf
            best = int(scores.argmax())
            if scores[best] > 0.0:
                choices[row] = best
                tallies = tuple(Tally("use", n, float(u)) for n, u in zip(names, uses[:, best], strict=True) if u)
                state["shared"] = fold(shared, tallies, now, shared_plan)
        return choices

    return choose


def shop_plan(customers: int, typical: float) -> SharedPlan:
    """Return the runtime's plan of the shop's capacities.

    Args:
        typical: what a contact brings on average; each action declares it in proportion to its channel's effect.
    """
    _, limits = uses_of_day(customers)
    families = {name: "task" if name == "call" else "message" for name in CHANNELS}
    effect = {name: typical * share for name, share in zip(CHANNELS, (0.5, 0.6, 1.0, 4.0, 12.0), strict=True)}
    actions = tuple(
        Action(
            action=f"offer_{offer}",
            value=1.0,
            variants=tuple(
                Variant(channel=CHANNELS[c], cost=float(COSTS[c]), lift=effect[CHANNELS[c]] + float(COSTS[c]))
                for c in CHANNEL[offer == OFFER].tolist()
            ),
        )
        for offer in range(6)
    )
    rooms = {name: Capacity(limit=float(limits[c]), per="1d", channels=(name,)) for c, name in enumerate(CHANNELS)}
    rooms["stock"] = Capacity(limit=float(limits[5]), per="1d", actions=("offer_1",))
    rooms["budget"] = Capacity(limit=float(limits[6]), per="1d", counts="cost")
    channels = tuple(ChannelSpec(name=name, family=families[name]) for name in CHANNELS)  # type: ignore[arg-type]
    return compile_shared(Workspace(name="shop", channels=channels, actions=actions, capacities=rooms))
