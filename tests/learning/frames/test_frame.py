"""Frames: what decisions brought, and which of them may teach whom."""

from pathlib import Path

import numpy as np
import pytest
from msgspec import structs

from segue.learning.frames import Frame
from segue.model.errors import SegueError
from segue.model.learning import Objective
from segue.model.time import DAY, Instant
from tests.learning.shop import BEGIN, OBJECTIVES, a_shop, framed, history, log_of

SHOP = a_shop()
ENTRIES = log_of(SHOP, history(customers=24, visits=8))


@pytest.fixture
def frame(tmp_path: Path) -> Frame:
    return framed(ENTRIES, SHOP, tmp_path, include_open=True)


def test_a_reward_is_what_happened_by_value_and_weight_less_what_was_spent(frame: Frame) -> None:
    objectives = {**OBJECTIVES, "bought": Objective(event="bought", value=20.0, weight=0.5)}
    costs = {"voucher": 0.5, "news": 0.1, "": 0.0}
    expected = [
        10.0 * bought + margin - costs[action]
        for (bought, margin), action in zip(frame.rewards.tolist(), frame.action, strict=True)
    ]

    assert frame.reward(objectives) == pytest.approx(expected)
    assert frame.reward(objectives, net_of_cost=False) == pytest.approx(np.array(expected) + frame.cost)
    assert frame.reward({}, net_of_cost=False).tolist() == [0.0] * len(frame)


def test_objectives_and_inputs_are_asked_for_by_name(frame: Frame) -> None:
    assert frame.objective("margin").tolist() == frame.rewards[:, 1].tolist()
    assert frame.columns(("buyer", "unheard_of")).tolist() == [[row[2], 0.0] for row in frame.x]
    with pytest.raises(SegueError, match="bought, margin"):
        frame.objective("fame")


def test_a_split_teaches_nothing_that_was_not_known_by_then(frame: Frame) -> None:
    at = Instant(BEGIN + 8 * DAY)
    earlier, later = frame.split(at)

    assert len(earlier) > 0
    assert len(later) > 0
    assert (earlier.closes_at <= at).all()
    assert (later.at >= at).all()
    between = (frame.at < at) & (frame.closes_at > at)
    assert len(earlier) + len(later) + between.sum() == len(frame)
    assert earlier.considered[-1] == frame.considered[int(np.flatnonzero(frame.closes_at <= at)[-1])]


def test_closed_decisions_stand_for_the_open_ones_of_their_kind(frame: Frame) -> None:
    longer = np.arange(len(frame)) % 2 == 0  # as if every other decision had been open to a slower channel
    closes_at = frame.closes_at + np.where(longer, 4 * DAY, 0)
    mixed = structs.replace(frame, closes_at=closes_at, is_closed=closes_at <= ENTRIES[-1].now)
    weights = mixed.closed_weights()

    assert (weights[~mixed.is_closed] == 0.0).all()
    assert weights[longer].sum() == pytest.approx(longer.sum())
    assert weights[~longer].sum() == pytest.approx((~longer).sum())
    assert weights[longer & mixed.is_closed].min() > weights[~longer & mixed.is_closed].max()
