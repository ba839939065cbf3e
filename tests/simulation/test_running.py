"""Running an arm: the number of processes makes no difference to the result."""

import numpy as np

from segue.core.world import build_world
from segue.simulation import running
from segue.simulation.running import run_arm, shares
from tests.simulation.shop import learning_shop, plain_shop, setting


def test_several_processes_give_the_same_as_one(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(running, "PART", 8)
    plan, done = setting(customers=20, weeks=2), []
    alone = run_arm(plain_shop(), plan, progress=done.append)
    spread = run_arm(plain_shop(), plan, processes=2)
    assert sum(done) == 20
    assert alone.columns.keys() == spread.columns.keys()
    assert all(np.array_equal(alone.columns[name], spread.columns[name]) for name in alone.columns)
    assert all(np.array_equal(alone.weekly[name], spread.weekly[name]) for name in alone.weekly)


def test_it_is_known_what_customers_share() -> None:
    assert shares(build_world(learning_shop()))
    assert not shares(build_world(plain_shop()))


def test_an_arm_in_which_customers_share_something_runs_as_one() -> None:
    done: list[int] = []
    accounts = run_arm(learning_shop("rules"), setting(customers=12, weeks=1), processes=2, progress=done.append)
    assert done == [12]
    assert accounts.count == 12
    assert accounts.total("contact").sum() > 0
