"""Funnels: by hand, and against trying every chain."""

from itertools import pairwise, product
from statistics import median

import pytest

from segue.measurement.paths.funnels import funnel
from segue.model.errors import SegueError
from tests.measurement.paths.histories import by_case, cases_of, random_events


def test_a_later_start_can_be_the_one_in_time() -> None:
    cases = cases_of(
        [("1", 0.0, "a"), ("1", 40.0, "a"), ("1", 50.0, "x"), ("1", 60.0, "b"), ("2", 0.0, "a"), ("2", 30.0, "b")]
    )

    first, second = funnel(cases, ("a", "b"), window_days=1)

    assert (first.cases, second.cases, second.of_first) == (2, 1, 0.5)
    assert second.median_seconds == 20 * 3600


@pytest.mark.parametrize("window_days", [0.5, 2.0, 30.0])
@pytest.mark.parametrize("seed", range(4))
def test_every_chain_in_order_and_in_time_counts(seed: int, window_days: float) -> None:
    events = random_events(seed)
    names = ("a", "b", "a", "c")
    expected = []
    for level in range(1, len(names) + 1):
        fastest = [_fastest(rows, names[:level], window_days * 24) for rows in by_case(events).values()]
        reached = [hours for hours in fastest if hours is not None]
        expected.append((len(reached), median(reached) * 3600 if reached else 0.0))

    found = funnel(cases_of(events), names, window_days=window_days)

    assert [(each.cases, each.median_seconds) for each in found] == [(n, pytest.approx(m)) for n, m in expected]


def _fastest(rows: list[tuple[float, str]], names: tuple[str, ...], hours_max: float) -> float | None:
    places = [[hours for hours, activity in rows if activity == name] for name in names]
    chains = (chain for chain in product(*places) if all(one < two for one, two in pairwise(chain)))
    return min((chain[-1] - chain[0] for chain in chains if chain[-1] - chain[0] <= hours_max), default=None)


def test_a_funnel_of_one_activity_is_none() -> None:
    with pytest.raises(SegueError, match="two activities or more"):
        funnel(cases_of([("1", 0.0, "a")]), ("a",), window_days=1)
