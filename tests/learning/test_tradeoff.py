"""A frontier moves with the weights, towards the objective that counts more."""

from contextlib import closing
from pathlib import Path

import pytest
from msgspec.structs import replace

from segue.learning.frames import TABLES
from segue.learning.off_policy import Interval
from segue.learning.tradeoff import FACTORS, Frontier, Point, find_frontier, with_dominated
from segue.measurement.segments import read_log
from segue.model.errors import SegueError
from segue.model.learning import Gates, Objective
from segue.model.time import DAY, Instant
from segue.model.workspace import PolicySpec, Workspace
from segue.runtimes.replay import replay
from tests.learning.shop import stored
from tests.learning.street import BEGIN, LEARNING, a_street, answers, visits

STREET = a_street(
    policy=PolicySpec(name="random"), groups={}, learning=replace(LEARNING, gates=Gates(effective_samples=100))
)


def frontier(folder: Path, workspace: Workspace = STREET, people: int = 120, *names: str) -> Frontier | None:
    from segue.core.world import build_world
    from segue.ports.store import Entry

    entries: list[Entry] = []
    until = Instant(BEGIN + 40 * DAY)
    replay(build_world(workspace), visits(people, 8), react=answers, until=until, sink=entries.append)
    with closing(read_log(stored(entries, workspace), folder, TABLES)) as duck:
        return find_frontier(duck, workspace, names, Instant(entries[-1].now))


def test_more_weight_brings_more_of_it(tmp_path: Path) -> None:
    found = frontier(tmp_path)

    assert found is not None
    assert (found.objectives, found.are_harms) == (("bought", "complained"), (False, True))
    assert found.policy == "bandit"
    assert tuple(point.factor for point in found.points) == FACTORS
    first, last = found.points[0], found.points[-1]
    assert first.first.value > last.first.value + 0.02
    assert first.second.value > last.second.value + 0.02
    assert [point.factor for point in found.points if point.is_present] == [1.0]
    assert found.points[0].weights == (1.0, 0.0)
    assert found.points[-1].weights == (0.0, 1.0)
    for point in found.points:
        assert point.first.low <= point.first.value <= point.first.high
    assert min(found.decisions, found.learnt_from) > 100


def test_too_few_decisions_give_no_frontier(tmp_path: Path) -> None:
    assert frontier(tmp_path, STREET, 5) is None


@pytest.mark.parametrize("names", [("bought",), ("bought", "bought"), ("bought", "fame"), ("a", "b", "c")])
def test_it_takes_two_objectives_that_are_declared(names: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(SegueError, match="between two objectives"):
        frontier(tmp_path, STREET, 3, *names)


def test_a_point_is_dominated_by_one_that_is_no_worse_in_both_and_better_in_one() -> None:
    points = [a_point(3.0, 3.0), a_point(2.0, 3.0), a_point(2.0, 1.0), a_point(1.0, 1.5)]

    # Of the second objective less is better.
    assert [point.is_dominated for point in with_dominated(points, (False, True))] == [False, True, False, True]
    assert [point.is_dominated for point in with_dominated(points, (False, False))] == [False, True, True, True]


def test_equal_points_do_not_dominate_each_other() -> None:
    points = [a_point(1.0, 1.0), a_point(1.0, 1.0)]

    assert not any(point.is_dominated for point in with_dominated(points, (False, False)))


def test_objectives_with_own_weights_keep_the_larger_one() -> None:
    from segue.learning.tradeoff import _weights

    assert _weights(1.0, 2.0, 3.0) == (2.0, 3.0)
    assert _weights(0.5, 2.0, 3.0) == (2.0, 1.5)
    assert _weights(4.0, 2.0, 3.0) == (0.5, 3.0)
    assert Objective(event="bought").weight == 1.0


def a_point(first: float, second: float) -> Point:
    one, other = (Interval(value, value - 1.0, value + 1.0, 0.5) for value in (first, second))
    return Point(
        factor=1.0,
        weights=(1.0, 1.0),
        first=one,
        second=other,
        value=one,
        effective_samples=2000.0,
        is_present=False,
        is_evident=True,
    )
