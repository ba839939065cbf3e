"""Periods and probabilities: what is known by when, and how likely it was that somebody got something."""

import numpy as np
import pytest

from segue.learning.jobs.periods import assigned_probability, assigned_shares, by_chance, in_two, option_shares
from tests.learning.jobs.frames import SHOP, a_frame

FRAME = a_frame(rows=1200)


def test_nothing_that_came_later_trains_what_judges_it() -> None:
    earlier, later = in_two(FRAME)
    assert earlier.closes_at.max() <= later.at.min()
    assert len(later) == pytest.approx(300, abs=10)
    assert len(in_two(FRAME.take(np.zeros(0, dtype=np.int64)))[0]) == 0


def test_weights_undo_the_draw_and_none_counts_for_all() -> None:
    weights = by_chance(np.array([0.5, 0.25, *[1.0] * 50, 1e-6]))
    assert weights[1] == 2.0 * weights[0]
    assert weights[-1] == pytest.approx(20.0 * np.mean(1.0 / np.array([0.5, 0.25, *[1.0] * 50, 1e-6])))


def test_the_shares_of_all_that_could_be_done_sum_to_one() -> None:
    for shares in (option_shares, lambda frame, action: assigned_shares(frame, action, SHOP)):
        assert sum(shares(FRAME, action) for action in ("voucher", "news", "")) == pytest.approx(np.ones(len(FRAME)))


def test_what_was_done_happened_as_often_as_its_probability_says() -> None:
    probability = assigned_probability(FRAME, SHOP)
    for action in ("voucher", "news", ""):
        done = FRAME.action == action
        assert (1.0 / probability[done]).sum() == pytest.approx(len(FRAME), rel=0.15)
