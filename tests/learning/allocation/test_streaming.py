"""The pacer: prices that follow what is left and who is still to come, and counters that nothing gets past."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.learning.allocation import Constraint, allocate, pose
from segue.learning.allocation.streaming import Earlier, Pacer

LIMITS = np.array([200.0, 90.0])
USES = np.array([[1.0, 1.0, 0.0], [0.0, 0.7, 0.1]])
"""Three actions: a message, a dear message, and something that only costs."""


def a_day(seed: int, customers: int = 3_000, level: float = 1.0) -> Earlier:
    rng = np.random.default_rng(seed)
    values = level * rng.lognormal(0.0, 1.0, (customers, 1)) * rng.uniform(0.2, [1.0, 2.0, 0.3], (customers, 3))
    values[rng.random(customers) < 0.2, 1] = -np.inf
    return Earlier(np.sort(rng.random(customers)), values)


def live(pacer: Pacer, day: Earlier, batches: int = 96) -> np.ndarray:
    edges = np.searchsorted(day.at, np.linspace(0.0, 1.0, batches + 1))
    parts = [pacer.decide(day.values[a:b], (n + 1) / batches) for n, (a, b) in enumerate(pairwise(edges))]
    return np.concatenate(parts)


def worth(day: Earlier, choice: np.ndarray) -> float:
    chosen = np.flatnonzero(choice < 3)
    return float(day.values[chosen, choice[chosen]].sum())


def hindsight(day: Earlier) -> float:
    constraints = [Constraint(name=f"{n}", limit=limit, amounts=USES[n]) for n, limit in enumerate(LIMITS.tolist())]
    return allocate(pose(day.values, constraints), engine="numpy").bound


def used(choice: np.ndarray) -> np.ndarray:
    return USES @ np.bincount(choice, minlength=4)[:3]


@pytest.mark.parametrize("level", [1.0, 0.6, 1.6])
def test_days_that_are_worth_more_or_less_than_expected_come_near_hindsight(level: float) -> None:
    pacer = Pacer(LIMITS, USES, a_day(0))
    for seed in (1, 2):
        day = a_day(seed, level=level)
        choice = live(pacer, day)

        assert (used(choice) <= LIMITS).all()
        assert 0.94 * hindsight(day) < worth(day, choice) <= hindsight(day) + 1e-6


@given(st.integers(0, 50), st.sampled_from([0.0, 1.0, 7.0, 200.0]), st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_nothing_is_overspent_whatever_the_prices(seed: int, limit: float, batches: int) -> None:
    limits = np.array([limit, 5.0])
    pacer = Pacer(limits, USES, a_day(seed + 1, 200))
    choice = live(pacer, a_day(seed, 400), batches)

    assert (used(choice) <= limits + 1e-9).all()
    assert pacer.left == pytest.approx(limits - used(choice))


def test_each_period_begins_with_all_there_is() -> None:
    pacer = Pacer(LIMITS, USES, a_day(0))
    live(pacer, a_day(1))
    assert pacer.left[0] < 20.0

    pacer.decide(a_day(2).values[:1], 0.01)

    assert pacer.left[0] >= LIMITS[0] - 1.0


def test_the_same_stream_gets_the_same_choices() -> None:
    once, again = (live(Pacer(LIMITS, USES, a_day(0)), a_day(1)) for _ in range(2))

    assert (once == again).all()


def test_an_empty_batch_is_no_trouble() -> None:
    pacer = Pacer(LIMITS, USES, a_day(0))

    assert pacer.decide(np.empty((0, 3)), 0.5).tolist() == []
