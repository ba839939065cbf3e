"""A crowd: what is simulated is what is shipped; and nobody's life depends on who else is simulated."""

from itertools import pairwise

import numpy as np
import pytest

from segue.core.world import build_world
from segue.ports.store import Entry, pack
from segue.runtimes.population import Population
from segue.simulation.account import Accounts, gather
from segue.simulation.crowd import Crowd, parts_of
from segue.simulation.markets import make_market
from tests.simulation.shop import learning_shop, plain_shop, setting


def crowd(
    workspace: object, first: int = 0, count: int = 30, log: list[Entry] | None = None, **changes: object
) -> Crowd:
    plan = setting(**changes)  # type: ignore[arg-type]
    return Crowd(
        build_world(workspace),  # type: ignore[arg-type]
        make_market(plan.market),
        seed=plan.seed,
        first=first,
        count=count,
        begin=plan.begin,
        weeks=plan.weeks,
        ending=plan.ending,
        values=plan.values,
        sink=None if log is None else log.append,
    )


def same(ours: Accounts, theirs: Accounts) -> bool:
    return ours.columns.keys() == theirs.columns.keys() and all(
        np.array_equal(ours.columns[name], theirs.columns[name]) for name in ours.columns
    )


@pytest.mark.parametrize("policy", ["bandit", "rules"])
def test_the_production_population_decides_the_same_from_the_same_events(policy: str) -> None:
    workspace, log = learning_shop(policy), []
    crowd(workspace, count=40, weeks=4, log=log).live_together()
    population, merges = Population(build_world(workspace)), 0
    for entry in log:
        advanced = population.advance(entry.event, entry.now)
        again = advanced.entry
        assert pack(again.decisions) == pack(entry.decisions)
        assert (again.commands, again.moved, again.tallies, again.rewards) == (
            *(entry.commands, entry.moved, entry.tallies, entry.rewards),
        )
        merges += type(entry.event).__name__ == "Merged"
    assert merges > 3
    assert sum(len(entry.decisions) for entry in log) > 400
    by_bandit = sum(decision.policy == "bandit@1" for entry in log for decision in entry.decisions)
    assert (by_bandit > 50) is (policy == "bandit")


def test_alone_or_together_makes_no_difference_where_nothing_is_shared() -> None:
    shop = plain_shop()
    assert same(crowd(shop).live_apart(), crowd(shop).live_together())


def test_a_life_does_not_depend_on_who_else_is_there() -> None:
    shop = plain_shop()
    whole = crowd(shop).live_apart()
    parts = [crowd(shop, first, count).live_apart() for first, count in parts_of(30, 7)]
    assert same(gather(parts[::-1]), whole)


def test_nobody_looks_at_a_context_that_no_policy_asks_for_and_no_log_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    log: list[Entry] = []
    told = crowd(learning_shop("rules"), count=8, weeks=1, log=log).live_together()
    assert any(decision.context for entry in log for decision in entry.decisions)
    monkeypatch.setattr("segue.core.decisioning.context.nearness", None)  # who reads a context calls it
    assert same(crowd(learning_shop("rules"), count=8, weeks=1).live_together(), told)
    with pytest.raises(TypeError):
        crowd(learning_shop("bandit"), count=8, weeks=1).live_together()


def test_shared_things_cannot_be_simulated_apart() -> None:
    with pytest.raises(AssertionError, match="shared"):
        crowd(learning_shop()).live_apart()


def test_the_same_seed_gives_the_same_log_and_another_seed_another() -> None:
    logs: list[list[Entry]] = [[], [], []]
    for log, seed in zip(logs, ("a", "a", "b"), strict=True):
        crowd(learning_shop(), count=10, log=log, seed=seed).live_together()
    assert pack(logs[0]) == pack(logs[1]) != pack(logs[2])


def test_events_come_in_the_order_of_time() -> None:
    log: list[Entry] = []
    crowd(learning_shop(), count=15, log=log).live_together()
    assert [entry.seq for entry in log] == list(range(1, len(log) + 1))
    assert all(before.now <= after.now for before, after in pairwise(log))
