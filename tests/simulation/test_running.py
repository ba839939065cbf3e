"""Running an arm: the number of processes makes no difference to the result."""

import numpy as np
import pytest

from segue.core.world import build_world
from segue.simulation import running
from segue.simulation.running import run_arm, run_arms, shares
from tests.simulation.shop import learning_shop, plain_shop, setting


def test_several_processes_give_the_same_as_one(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(running, "PART", 8)
    plan, done, told = setting(customers=20, weeks=2), [], []
    arms = {"plain": plain_shop(), "learning": learning_shop("rules")}
    alone = run_arms(arms, plan, progress=lambda arm, count: done.append((arm, count)))
    spread = run_arms(arms, plan, processes=2, progress=lambda arm, count: told.append((arm, count)))
    for heard in (done, told):
        assert {arm: sum(count for each, count in heard if each == arm) for arm in arms} == {
            "plain": 20,
            "learning": 20,
        }
        assert len(heard) > 10, "progress is told within an arm"
    for arm in arms:
        ours, theirs = alone[arm], spread[arm]
        assert ours.total("contact").sum() > 0
        assert ours.columns.keys() == theirs.columns.keys()
        assert all(np.array_equal(ours.columns[name], theirs.columns[name]) for name in ours.columns)
        assert all(np.array_equal(ours.weekly[name], theirs.weekly[name]) for name in ours.weekly)


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_how_large_parts_are_makes_no_difference(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    plan, arms = setting(customers=20, weeks=2), {"plain": plain_shop()}
    monkeypatch.setattr(running, "PART", 20)
    whole = run_arms(arms, plan)["plain"]
    monkeypatch.setattr(running, "PART", size)
    parts = run_arms(arms, plan)["plain"]
    assert whole.columns.keys() == parts.columns.keys()
    assert all(np.array_equal(whole.columns[name], parts.columns[name]) for name in whole.columns)
    for ours, theirs in ((whole.weekly, parts.weekly), (whole.blocks, parts.blocks)):
        assert ours.keys() == theirs.keys()
        for name, total in ours.items():  # sums of money, added up in another order, may differ in their last digit
            assert np.allclose(total, theirs[name], rtol=1e-12, atol=0.0)


def test_an_arm_by_itself_is_the_same_and_tells_its_log() -> None:
    plan, log = setting(customers=12, weeks=1), []
    alone = run_arm(learning_shop("rules"), plan, log.append)
    assert alone.count == 12
    assert [entry.seq for entry in log] == list(range(1, len(log) + 1))
    together = run_arms({"only": learning_shop("rules")}, plan)["only"]
    assert all(np.array_equal(alone.columns[name], together.columns[name]) for name in alone.columns)


def test_a_log_is_in_the_order_of_time_also_where_nothing_is_shared() -> None:
    plan, log = setting(customers=6, weeks=2), []
    lived = run_arm(plain_shop(), plan, log.append)
    assert [entry.now for entry in log] == sorted(entry.now for entry in log)
    apart = run_arms({"only": plain_shop()}, plan)["only"]
    assert all(np.array_equal(lived.columns[name], apart.columns[name]) for name in apart.columns)


def test_it_is_known_what_customers_share() -> None:
    assert shares(build_world(learning_shop()))
    assert not shares(build_world(plain_shop()))
