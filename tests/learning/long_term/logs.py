"""Logs of a shop whose customers tire, with everything about it known: for tests of what is learnt."""

import numpy as np
from msgspec import Struct

from segue.learning.long_term.blocks import Floats
from segue.learning.long_term.log import DecisionLog
from segue.model.time import DAY

DECAY = 0.5 ** (1.0 / 3.0)
ARMS = (("offer", "email"), ("offer", "call"))
INPUTS = ("one", "orders", "last_contact", "fatigue_email", "fatigue_call", "fatigue_dose")
DOSES = np.array([0.5, 1.5])


class Shop(Struct, frozen=True, kw_only=True):
    """What is true: logits. Contacts tire by `DOSES`; ``wear`` is what a dose does to answers, ``anger`` to leaving."""

    idle: float = -3.0
    contact: float = -1.0
    slope: float = 1.0
    wear: float = 0.6
    leave: float = -5.0
    anger: float = 0.7
    amount: float = 10.0


def a_log(shop: Shop = Shop(), customers: int = 400, days: int = 30, seed: int = 1, eager: float = 0.0) -> DecisionLog:  # noqa: B008
    """Return decisions of ``customers``, one a day; each arm at 1/4, the more so with ``eager`` those with orders."""
    chance = np.random.default_rng(seed)
    orders = chance.normal(size=customers)
    counts, is_here = np.zeros((customers, 2)), np.ones(customers, dtype=bool)
    columns: dict[str, list[Floats]] = {name: [] for name in ("who", "day", "x", "arm", "p", "reward", "left")}
    share = 0.5 / (1.0 + np.exp(-eager * orders)) if eager else np.full(customers, 0.25)
    for day in range(days):
        arm = np.where(chance.random(customers) < 2.0 * share, chance.integers(2, size=customers), -1)
        sent = arm >= 0
        dose = counts @ DOSES
        logit = np.where(sent, shop.contact + shop.slope * orders - shop.wear * dose, shop.idle)
        bought = chance.random(customers) < _logistic(logit)
        left = sent & (chance.random(customers) < _logistic(shop.leave + shop.anger * dose))
        total = counts.sum(axis=1)
        seen = np.column_stack([np.ones(customers), orders, np.minimum(total, 1.0), np.log1p(counts), total])
        who = np.flatnonzero(is_here)
        for name, values in {
            "who": np.arange(customers),
            "day": np.full(customers, day),
            "x": seen,
            "arm": arm,
            "p": np.where(sent, share, 1.0 - 2.0 * share),
            "reward": bought * shop.amount * chance.uniform(0.5, 1.5, customers),
            "left": left,
        }.items():
            columns[name].append(values[who])
        counts[sent, arm[sent]] += 1.0
        counts *= DECAY
        is_here &= ~left
    joined = {name: np.concatenate(values) for name, values in columns.items()}
    return DecisionLog(
        customer=joined["who"],
        at=joined["day"] * DAY,
        inputs=INPUTS,
        x=joined["x"],
        arms=ARMS,
        arm=joined["arm"],
        probability=joined["p"],
        reward=joined["reward"],
        opted_out=joined["left"].astype(bool),
    )


def _logistic(values: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-values)))
