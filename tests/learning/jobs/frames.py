"""Frames with a known response, made without a log: who buys is up to `response`, and the policy drew at random."""

from collections.abc import Callable

import numpy as np

from segue.core.world import build_world
from segue.learning.frames import Frame, Options
from segue.model.time import DAY, HOUR, NEVER, Instant
from segue.model.workspace import Workspace
from tests.learning.shop import BEGIN, a_shop

Response = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""(whether the customer is a buyer, what was done) -> probability to buy."""

SHOP = a_shop()
INPUTS = build_world(SHOP).context.names
ARMS = ("voucher", "news", "")
NOW = Instant(BEGIN + 200 * DAY)


def helped(buyer: np.ndarray, action: np.ndarray) -> np.ndarray:
    """Buyers buy, and half as often again after a voucher; the others hardly ever."""
    return np.where(buyer > 0.5, 0.3 + 0.3 * (action == "voucher"), 0.01)


def untouched(buyer: np.ndarray, action: np.ndarray) -> np.ndarray:
    """Whatever is done, everybody buys equally often."""
    return np.full(len(buyer), 0.2)


def a_frame(
    rows: int = 4000, response: Response = helped, *, customers: int = 500, seed: int = 1, shop: Workspace = SHOP
) -> Frame:
    """Return decisions over 150 days among voucher, news and silence, each with probability 1/3; a tenth are ghosts."""
    chance = np.random.default_rng(seed)
    who = chance.integers(customers, size=rows)
    x = np.zeros((rows, len(INPUTS)))
    x[:, 0] = 1.0
    x[:, INPUTS.index("buyer")] = who % 2 == 0
    x[:, INPUTS.index("known_for")] = chance.random(rows)
    x[:, INPUTS.index("fatigue_dose")] = chance.exponential(1.0, rows)
    is_ghost = who // 2 % 10 == 9
    chosen = chance.integers(3, size=rows)
    action = np.where(is_ghost, "", np.array(ARMS)[chosen]).astype(object)
    bought = (chance.random(rows) < response(x[:, INPUTS.index("buyer")], action)).astype(float)
    at = BEGIN + np.sort(chance.integers(150 * DAY // HOUR, size=rows)) * HOUR
    rewards = np.column_stack((bought, 10.0 * bought))
    objects = {name: np.full(rows, name, dtype=object) for name in ("message", "random@1", "agent")}
    costs = np.array([0.5, 0.1, np.nan])
    return Frame(
        inputs=INPUTS,
        x=x,
        decision_id=np.array([f"d{row}" for row in range(rows)], dtype=object),
        customer_id=np.array([f"c{each}" for each in who], dtype=object),
        at=at,
        closes_at=at + 3 * DAY,
        slot=objects["message"],
        group=np.where(is_ghost, "holdout", objects["agent"]).astype(object),
        policy=objects["random@1"],
        action=action,
        channel=np.where(action == "", "", "email").astype(object),
        probability=np.where(is_ghost, 1.0, 1 / 3),
        chosen=chosen,
        is_ghost=is_ghost,
        is_exploration=np.zeros(rows, dtype=bool),
        cost=np.where(action == "voucher", 0.5, np.where(action == "news", 0.1, 0.0)),
        options=Options(
            np.arange(rows + 1) * 3,
            np.array(ARMS * rows, dtype=object),
            np.array(("email", "email", "") * rows, dtype=object),
            np.full(3 * rows, 1 / 3),
            {"cost": np.tile(costs, rows), "value": np.tile([20.0, 5.0, np.nan], rows)},
        ),
        objectives=("bought", "margin"),
        rewards=rewards,
        is_closed=np.ones(rows, dtype=bool),
        steps=rewards,
        next_at=np.full(rows, NEVER),
        events=("bought",),
        happened=bought[:, None] > 0.5,
        withdrew_at=np.where((action == "voucher") & (chance.random(rows) < 0.05), at + HOUR, NEVER),
    )
