"""The standing groups side by side, on logs whose truth is known."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from segue.learning.frames import TABLES
from segue.learning.groups import GroupValue, ahead_of, compare_groups, mean_of
from segue.measurement.segments import read_log
from segue.model.decisions import Decision
from segue.model.workspace import PolicySpec
from segue.ports.store import Entry
from tests.learning.shop import a_shop, history, log_of, stored


def a_log(policy: str = "rules", customers: int = 150, **groups: float) -> list[Entry]:
    return log_of(a_shop(PolicySpec(name=policy), groups=groups), history(customers, 6))


def compared(entries: list[Entry], folder: Path, objective: str = "bought") -> dict[str, GroupValue]:
    shop = a_shop()
    with closing(read_log(stored(entries, shop), folder, TABLES)) as duck:
        found = compare_groups(duck, shop, now=entries[-1].now, objective=objective)
    return {each.group: each for each in found}


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return a_log(holdout=0.3, random=0.2, rules=0.2)


@pytest.fixture(scope="module")
def found(entries: list[Entry], tmp_path_factory: pytest.TempPathFactory) -> dict[str, GroupValue]:
    return compared(entries, tmp_path_factory.mktemp("log"))


def decisions_of(entries: list[Entry], group: str) -> list[Decision]:
    return [each for entry in entries for each in entry.decisions if each.group == group]


def test_every_group_is_there_also_one_that_leaves_nothing_to_chance(
    entries: list[Entry], found: dict[str, GroupValue]
) -> None:
    assert list(found) == ["agent", "rules", "random", "holdout"]
    for group, each in found.items():
        mine = decisions_of(entries, group)
        assert each.customers == len({decision.customer_id for decision in mine})
        assert 0 < each.decisions <= len(mine)
        assert each.per_decision.low < each.per_decision.value < each.per_decision.high
        assert each.per_customer.low < each.per_customer.value < each.per_customer.high


def test_a_customer_s_events_count_once_however_many_windows_they_fall_in(
    entries: list[Entry], found: dict[str, GroupValue]
) -> None:
    for group, each in found.items():
        first = {decision.customer_id: decision.at for decision in reversed(decisions_of(entries, group))}
        bought = sum(
            reward.amount * 20.0
            for entry in entries
            for reward in entry.rewards
            if reward.objective == "bought" and entry.event.at > first.get(entry.event.customer_id, 2**62)
        )
        assert each.per_customer.value == pytest.approx(bought / len(first))


def test_without_an_objective_all_count_and_contacts_cost(entries: list[Entry], tmp_path: Path) -> None:
    whole, bought = compared(entries, tmp_path, ""), compared(entries, tmp_path)
    sent = [each for each in decisions_of(entries, "rules") if each.chosen != "silence"]
    costs = sum(row.scores["cost"] for each in sent for row in each.considered if row.key == each.chosen)
    margin = compared(entries, tmp_path, "margin")["rules"].per_customer.value
    expected = bought["rules"].per_customer.value + margin - costs / whole["rules"].customers
    assert whole["rules"].per_customer.value == pytest.approx(expected)


def test_the_held_out_are_what_the_others_are_compared_with_and_got_nothing(found: dict[str, GroupValue]) -> None:
    assert found["holdout"].ahead is None
    assert (found["holdout"].silent, found["rules"].silent) == (1.0, 0.0)
    assert 0.1 < found["random"].silent < 0.6
    ahead = found["agent"].ahead
    assert ahead is not None
    assert ahead.value == pytest.approx(found["agent"].per_customer.value - found["holdout"].per_customer.value)


def test_what_the_voucher_brings_is_seen_over_the_held_out(tmp_path: Path) -> None:
    agent = compared(a_log(customers=300, holdout=0.4), tmp_path)["agent"]
    assert agent.ahead is not None
    assert agent.ahead.low > 0.0


def test_groups_that_are_treated_alike_do_not_differ(tmp_path: Path) -> None:
    found = compared(a_log(rules=0.5), tmp_path)
    assert set(found) == {"agent", "rules"}
    assert found["agent"].ahead is not None
    assert found["agent"].ahead.low < 0.0 < found["agent"].ahead.high


def test_one_group_alone_is_compared_with_nobody(tmp_path: Path) -> None:
    found = compared(a_log(customers=30), tmp_path)
    assert list(found) == ["agent"]
    assert found["agent"].ahead is None


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """Both groups are drawn from the same customers again and again: the difference of nothing lies within, mostly."""
    rng, held = np.random.default_rng(7), 0
    for _ in range(300):
        one, other = (mean_of(rng.gamma(1.0, 5.0, 80) * rng.binomial(4, 0.3, 80)) for _ in range(2))
        ahead = ahead_of(one, other)
        held += ahead.low <= 0.0 <= ahead.high
    assert 273 <= held <= 296
