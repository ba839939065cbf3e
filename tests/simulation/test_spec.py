"""A simulation's file: what it may say, and what is said about mistakes."""

from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from segue.model.errors import SegueError
from segue.model.time import parse_instant
from segue.simulation.spec import read_simulation, simulation_schema
from tests.simulation.shop import EXAMPLE

GOOD = """\
market: {kind: fatigue}
ending: cancelled
conversions: [ordered]
arms:
  usual: {policy: rules}
  agent: {}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    copytree(EXAMPLE, tmp_path / "shop", ignore=ignore_patterns(".segue", "simulations"))
    (tmp_path / "shop" / "simulations").mkdir()
    return tmp_path / "shop"


def write(shop: Path, text: str, name: str = "town") -> None:
    (shop / "simulations" / f"{name}.yaml").write_text(text)


def test_arms_are_workspaces_with_nobody_held_out(shop: Path) -> None:
    write(shop, GOOD)
    found = read_simulation(shop)
    assert (found.name, found.baseline, list(found.arms)) == ("town", "usual", ["usual", "agent"])
    assert [arm.policy.name for arm in found.arms.values()] == ["rules", "bandit"]
    assert all(not arm.groups for arm in found.arms.values())
    assert (found.setting.customers, found.setting.weeks) == (1_000, 12)


@pytest.mark.parametrize("begin", ["2026-03-02", "2026-03-02T00:00:00Z", '"2026-03-02T01:00:00+01:00"'])
def test_the_command_line_has_the_last_word(shop: Path, begin: str) -> None:
    write(shop, GOOD + f"customers: 50\nbegin: {begin}\n")
    found = read_simulation(shop, customers=70, weeks=2, seed="other").setting
    assert (found.customers, found.weeks, found.seed) == (70, 2, "other")
    assert found.begin == parse_instant("2026-03-02T00:00:00Z")


def test_another_folder_may_be_an_arm(shop: Path) -> None:
    other = shop.parent / "other"
    copytree(shop, other)
    (other / "segue.yaml").write_text((other / "segue.yaml").read_text().replace("name: learning_shop", "name: other"))
    write(shop, "market: {kind: fatigue}\narms: {here: {}, there: {workspace: ../other, groups: {holdout: 0.1}}}\n")
    arms = read_simulation(shop).arms
    assert arms["there"].name == "other"
    assert arms["there"].groups == {"holdout": 0.1}


def test_arms_may_learn_from_the_season_before(shop: Path) -> None:
    trained = "  long_term: {policy: value, train: {by: usual, customers: 70, weeks: 3}}\n  bandit: {train: {}}\n"
    write(shop, GOOD + trained)
    found = read_simulation(shop)
    assert set(found.seasons) == {"long_term", "bandit"}
    assert found.seasons["long_term"].workspace == found.arms["usual"]
    assert (found.seasons["long_term"].customers, found.seasons["long_term"].weeks) == (70, 3)
    lived = found.seasons["bandit"]
    assert (lived.by, lived.workspace.policy.name, lived.customers, lived.weeks) == ("random", "random", 1_000, 8)


def test_editors_know_what_a_simulation_may_say() -> None:
    assert set(simulation_schema()["$defs"]["ArmDeclared"]["properties"]) == {"workspace", "policy", "groups", "train"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (GOOD + "costumers: 3\n", "costumers"),
        (GOOD + "customers: 1\n", "customers"),
        (GOOD + "begin: yesterday\n", "begin"),
        (GOOD + "baseline: nobody\n", "no arm 'nobody'"),
        (GOOD.replace("policy: rules", "policy: best"), "no policy 'best'"),
        (GOOD.replace("{}", "{workspace: ../nowhere}"), "no workspace '../nowhere'"),
        ("market: {kind: fatigue}\narms: {}\n", "arms"),
        (GOOD.replace("{}", "{policy: rules, train: {}}"), "'rules' learns nothing"),
        (GOOD.replace("{}", "{train: {by: nobody}}"), "no such arm"),
        (GOOD.replace("{}", "{train: {by: agent}}"), "trained itself"),
        (GOOD.replace("{}", "{train: {customers: 1}}"), "customers"),
        ("market: [\n", "not right"),
    ],
)
def test_a_mistake_is_named_with_what_to_do(shop: Path, text: str, reason: str) -> None:
    write(shop, text)
    with pytest.raises(SegueError, match=reason) as caught:
        read_simulation(shop)
    assert caught.value.instruction


def test_which_one_is_asked_for_where_there_are_several(shop: Path) -> None:
    with pytest.raises(SegueError, match="no simulation"):
        read_simulation(shop)
    write(shop, GOOD)
    write(shop, GOOD, "village")
    with pytest.raises(SegueError, match="several") as caught:
        read_simulation(shop)
    assert "town, village" in caught.value.instruction
    assert read_simulation(shop, "village").name == "village"
    with pytest.raises(SegueError, match="no simulation 'city'"):
        read_simulation(shop, "city")
