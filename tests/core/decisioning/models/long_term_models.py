"""A long-term model small enough to be followed by hand: two inputs, three variants, two segments."""

import numpy as np
from msgspec.structs import replace

from segue.model.snapshots import Curve, Linear, LongTermModel

INPUTS = ("orders", "age")


def line(intercept: float, orders: float = 0.0, age: float = 0.0) -> Linear:
    return Linear(INPUTS, intercept, (orders, age), (0.0, 0.0), (1.0, 1.0))


def constant(value: float) -> Curve:
    return Curve(line(value))


NEVER, EVEN = -1e9, 0.0
"""Logits of 0 and of 1/2."""


def a_model(**changes: object) -> LongTermModel:
    """Silence brings 0; ``offer/email`` brings 1/2 x 8, any other contact 1/2 x 4; nobody withdraws.

    Later decisions are worth 10, 8, 6 at doses 0, 1, 2 to those of index 0, and twice as much to those of index 4.
    """
    keys = ("", "*", "*/email", "offer/email", "offer/sms")
    chances = {key: constant(NEVER if key == "" else EVEN) for key in keys}
    amounts = {key: constant(8.0 if key == "offer/email" else 4.0) for key in keys}
    model = LongTermModel(
        inputs=INPUTS,
        count="fatigue_dose",
        counts={},
        half_life_days=3.0,
        doses={"sms": 2.0},
        gamma=0.99,
        chances=chances,
        amounts=amounts,
        hazards={key: constant(NEVER) for key in keys},
        least_amount=0.0,
        most_amount=100.0,
        loss=0.0,
        objectives={},
        usual=np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], "<f8").tobytes(),
        costs={},
        dose_price=0.0,
        hazard_price=0.0,
        centers=(0.0, 4.0),
        later=np.array([[10.0, 8.0, 6.0], [20.0, 16.0, 12.0]], "<f8").tobytes(),
        step=1.0,
        scale=1.0,
        effective_rows=10_000.0,
        evidence={"offer/email": 500.0, "offer/sms": 500.0},
    )
    return replace(model, **changes)
