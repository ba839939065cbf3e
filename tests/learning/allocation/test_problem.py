"""A problem is checked when it is posed, and counts what a choice uses."""

from typing import Any

import numpy as np
import pytest

from segue.learning.allocation.problem import Constraint, pose
from segue.model.errors import SegueError
from tests.learning.allocation.instances import shop, uses

VALUES = np.ones((3, 2))


@pytest.mark.parametrize(
    ("values", "constraints", "costs", "words"),
    [
        ([[np.nan, 1.0]], [], None, "NaN or infinite"),
        ([[np.inf, 1.0]], [], None, "NaN or infinite"),
        ([1.0, 2.0], [], None, "shape"),
        (np.ones((3, 0)), [], None, "shape"),
        (VALUES, [Constraint(name="x", limit=-1)], None, "limit of 'x' is -1"),
        (VALUES, [Constraint(name="x", limit=float("nan"))], None, "limit of 'x'"),
        (VALUES, [Constraint(name="x", limit=1, counts="cost")], None, "no costs are given"),
        (VALUES, [Constraint(name="x", limit=1, counts="cost")], np.ones((2, 2)), "costs has the shape"),
        (VALUES, [Constraint(name="x", limit=1, counts="cost")], -VALUES, "negative, NaN or infinite"),
        (VALUES, [Constraint(name="x", limit=1, counts="cost")], VALUES * np.nan, "negative, NaN or infinite"),
        (VALUES, [Constraint(name="x", limit=1, amounts=np.ones(3))], None, "amounts of 'x'"),
        (VALUES, [Constraint(name="x", limit=1, amounts=-np.ones(2))], None, "amounts of 'x'"),
        (VALUES, [Constraint(name="x", limit=1, members=np.ones(2, bool))], None, "members of 'x'"),
    ],
)
def test_what_makes_no_sense_is_refused(values: Any, constraints: list[Constraint], costs: Any, words: str) -> None:
    with pytest.raises(SegueError, match=words):
        pose(np.array(values), constraints, costs)


def test_segments_that_overlap_in_too_many_ways_are_refused() -> None:
    members = np.random.default_rng(1).random((12, 2_000)) < 0.5
    constraints = [Constraint(name=f"{n}", limit=1, members=each) for n, each in enumerate(members)]

    with pytest.raises(SegueError, match="overlap in"):
        pose(np.ones((2_000, 1)), constraints)


def test_uses_are_counted_as_one_by_one() -> None:
    problem = shop(500, dtype=np.float64)
    choice = np.random.default_rng(1).integers(0, 13, 500).astype(np.int16)

    assert problem.uses(choice) == pytest.approx(uses(problem, choice))


def test_kinds_of_customers_are_those_of_the_same_segments() -> None:
    young, loyal = np.array([True, True, False, False]), np.array([True, False, True, False])
    problem = pose(
        np.ones((4, 1)),
        [Constraint(name="young", limit=1, members=young), Constraint(name="loyal", limit=1, members=loyal)],
    )

    assert problem.by_contact.shape == (2, 4, 1)
    assert problem.uses(np.zeros(4, np.int16)).tolist() == [2.0, 2.0]
    assert problem.uses(np.array([0, 1, 1, 0], np.int16)).tolist() == [1.0, 1.0]


def test_what_there_is_nothing_of_is_charged_infinity() -> None:
    problem = pose(VALUES, [Constraint(name="x", limit=0, amounts=np.array([1.0, 0.0]))])

    assert problem.charges(np.zeros(1))[0].tolist() == [[np.inf, 0.0]]
