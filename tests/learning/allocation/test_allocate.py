"""Allocate: never more than there is, nearly as good as the best, the same every time."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from segue.learning.allocation import Constraint, Problem, allocate, pose
from segue.model.errors import SegueError
from tests.learning.allocation.instances import best_by_trying, keeps, shop, uses, worth

HIGHEST = 3.25
numbers = st.sampled_from([-2.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, HIGHEST])


@st.composite
def tiny(draw: st.DrawFn, *, has_floor: bool = False) -> Problem:
    """A problem of up to five customers and three actions that can be solved by trying everything."""
    customers, actions = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    cell = st.one_of(numbers, st.just(-np.inf))
    values = np.array(draw(st.lists(cell, min_size=customers * actions, max_size=customers * actions)))
    costs = np.array(draw(st.lists(st.sampled_from([0.0, 0.25, 1.0]), min_size=values.size, max_size=values.size)))
    amounts = np.array(draw(st.lists(st.sampled_from([0.0, 1.0, 2.0]), min_size=actions, max_size=actions)))
    constraints = [
        Constraint(name="seats", limit=draw(st.integers(0, 4)), amounts=amounts),
        Constraint(name="budget", limit=draw(st.sampled_from([0.0, 0.5, 2.0])), counts="cost"),
    ]
    if has_floor:
        members = np.array(draw(st.lists(st.booleans(), min_size=customers, max_size=customers)))
        constraints.append(Constraint(name="reach", limit=draw(st.integers(0, 3)), sense="at_least", members=members))
    return pose(values.reshape(customers, actions), constraints, costs.reshape(customers, actions))


@given(tiny())
@settings(max_examples=150, deadline=None)
def test_no_limit_is_exceeded_and_the_best_lies_between_value_and_bound(problem: Problem) -> None:
    found, best = allocate(problem, engine="numpy"), best_by_trying(problem)

    assert keeps(problem, found.choice)
    assert found.value == pytest.approx(worth(problem, found.choice))
    assert best is not None
    assert found.value <= best + 1e-9 <= found.bound + 2e-9
    # An optimal corner of the linear programme splits at most one customer for each constraint.
    assert found.value >= best - len(problem.names) * HIGHEST


@given(tiny(has_floor=True))
@settings(max_examples=150, deadline=None)
def test_a_floor_is_reached_wherever_it_can_be(problem: Problem) -> None:
    best = best_by_trying(problem)
    if best is None:
        with pytest.raises(SegueError, match="reach"):
            allocate(problem, engine="numpy")
        return
    found = allocate(problem, engine="numpy")

    assert keeps(problem, found.choice)
    assert found.value <= best + 1e-9 <= found.bound + 2e-9


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_linear_optimum_is_reached_to_a_tenth_of_a_thousandth(seed: int) -> None:
    pytest.importorskip("highspy")
    from bench.allocation_highs import linear_optimum

    problem = shop(2_000, seed)
    found = allocate(problem, engine="numpy")
    optimum, prices = linear_optimum(problem)

    assert keeps(problem, found.choice)
    assert found.bound == pytest.approx(optimum, rel=1e-4)
    assert found.value == pytest.approx(optimum, rel=5e-4)
    scarce = prices > 0.05 * prices.max()
    assert found.prices[scarce] == pytest.approx(prices[scarce], rel=0.1)


def test_the_gap_is_small_where_a_sample_starts_the_prices() -> None:
    problem = shop(60_000)
    found = allocate(problem, engine="numpy")

    assert keeps(problem, found.choice)
    assert -1e-6 < found.gap < 1e-4
    assert found.used.tolist() == pytest.approx(uses(problem, found.choice))


@pytest.mark.parametrize("problem", [shop(5_000), shop(45_000), shop(3_000, dtype=np.float64)])
def test_numba_and_numpy_give_the_same_allocation(problem: Problem) -> None:
    pytest.importorskip("numba")
    fast, plain = allocate(problem, engine="numba"), allocate(problem, engine="numpy")

    assert (fast.choice == plain.choice).all()
    assert (fast.prices == plain.prices).all()
    assert (fast.value, fast.bound) == (plain.value, plain.bound)


def test_the_same_problem_has_the_same_allocation_every_time() -> None:
    once, again = (allocate(shop(30_000), engine="numpy") for _ in range(2))

    assert once.choice.tobytes() == again.choice.tobytes()
    assert once.prices.tobytes() == again.prices.tobytes()


def test_yesterdays_prices_lead_to_the_same_bound() -> None:
    problem = shop(30_000)
    cold = allocate(problem, engine="numpy")
    warm = allocate(problem, engine="numpy", warm=cold.prices * 1.2)

    assert warm.bound == pytest.approx(cold.bound, rel=1e-5)
    assert keeps(problem, warm.choice)


def test_no_limits_give_everybody_their_best() -> None:
    found = allocate(pose(np.array([[1.0, 2.0], [-1.0, -3.0], [0.0, -np.inf]]), ()), engine="numpy")

    assert found.choice.tolist() == [1, 2, 2]
    assert (found.value, found.bound, found.gap) == (2.0, 2.0, 0.0)


@pytest.mark.parametrize(
    ("values", "limit", "choice", "value"),
    [
        ([[-1.0, -2.0]] * 3, 2.0, [2, 2, 2], 0.0),
        ([[-np.inf, -np.inf]] * 2, 2.0, [2, 2], 0.0),
        ([[5.0, 4.0]], 1.0, [0], 5.0),
        ([[5.0, 4.0]], 0.0, [2], 0.0),
        ([[2.0, 2.0]] * 3, 3.0, [0, 0, 0], 6.0),
        ([[1.0, 0.5], [3.0, 1.0], [2.0, 1.0]], 2.0, [2, 0, 0], 5.0),
        (np.empty((0, 2)), 1.0, [], 0.0),
    ],
    ids=["all silent", "nobody eligible", "one customer", "no capacity", "ties by index", "the best two", "nobody"],
)
def test_small_cases(values: Any, limit: float, choice: list[int], value: float) -> None:
    problem = pose(np.array(values), [Constraint(name="sends", limit=limit)])
    found = allocate(problem, engine="numpy")

    assert found.choice.tolist() == choice
    assert found.value == value
    assert found.used.tolist() == [sum(each < 2 for each in choice)]


def test_equals_share_what_is_there_to_the_last_one() -> None:
    problem = pose(np.ones((1_000, 3), np.float32), [Constraint(name="sends", limit=333)])
    found = allocate(problem, engine="numpy")

    assert found.value == 333.0
    assert found.used.tolist() == [333.0]
    assert found.bound == pytest.approx(333.0)


def test_a_floor_for_a_segment_costs_as_little_as_it_can() -> None:
    values = np.array([[5.0], [4.0], [3.0], [1.0], [0.5], [-2.0]])
    members = np.array([False, False, False, True, True, True])
    sends = Constraint(name="sends", limit=3)
    floor = Constraint(name="newcomers", limit=2, sense="at_least", members=members)
    found = allocate(pose(values, [sends, floor]), engine="numpy")

    assert found.choice.tolist() == [0, 1, 1, 0, 0, 1]
    assert found.value == 6.5
    assert found.prices[1] < 0.0


def test_a_floor_lets_people_be_asked_who_bring_nothing() -> None:
    floor = Constraint(name="reach", limit=2, sense="at_least")
    found = allocate(pose(np.array([[-1.0], [-3.0], [-2.0]]), [floor]), engine="numpy")

    assert found.choice.tolist() == [0, 1, 0]
    assert found.value == -3.0


def test_a_floor_beyond_what_there_is_says_how_much_could_be_reached() -> None:
    values = np.array([[1.0], [1.0], [-np.inf]])
    floor = Constraint(name="reach", limit=3, sense="at_least")

    with pytest.raises(SegueError, match="The floor 'reach' asks for 3; at most 2 can be reached"):
        allocate(pose(values, [floor]), engine="numpy")


def test_floors_that_contend_for_one_limit_are_refused_together() -> None:
    old, new = np.array([True, True, False, False]), np.array([False, False, True, True])
    constraints = [
        Constraint(name="sends", limit=3),
        Constraint(name="old", limit=2, sense="at_least", members=old),
        Constraint(name="new", limit=2, sense="at_least", members=new),
    ]

    with pytest.raises(SegueError, match="cannot all be reached together"):
        allocate(pose(np.ones((4, 1)), constraints), engine="numpy")


def test_what_is_scarcer_is_dearer() -> None:
    problem = shop(5_000)
    tight = replace(problem, limits=problem.limits * 0.5)
    ample, scarce = (allocate(each, engine="numpy") for each in (problem, tight))

    assert scarce.value < ample.value
    assert (scarce.prices >= ample.prices - 1e-6).sum() >= 5
