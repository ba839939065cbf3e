"""The guides to simulations: the file they show runs, and they name every key; the market they write lives."""

import re
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from msgspec.structs import fields

from segue.simulation.market import Assumption
from segue.simulation.markets import KINDS, make_market
from segue.simulation.sensitivity import variations, vary
from segue.simulation.side_by_side import run
from segue.simulation.spec import SimulationSpec, read_simulation
from tests.architecture.sources import ROOT
from tests.docs.snippets import snippets_of

SIMULATE = (ROOT / "docs/guides/simulate.md").read_text(encoding="utf-8")
MARKET = (ROOT / "docs/guides/write-a-market.md").read_text(encoding="utf-8")


def yaml_of(page: str, place: int = 0) -> str:
    return str(re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[place])


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    folder = tmp_path / "learning_shop"
    copytree(ROOT / "examples" / "learning_shop", folder, ignore=ignore_patterns(".segue", "simulations"))
    (folder / "simulations").mkdir()
    return folder


def test_the_file_of_the_guide_runs(shop: Path) -> None:
    (shop / "simulations" / "spring.yaml").write_text(yaml_of(SIMULATE))
    result, _ = run(read_simulation(shop, customers=8, weeks=1))
    assert result.arms == ("rules", "agent", "half")
    assert result.counted["rules"]["event/signed_up"] == 1.0


def test_the_arms_of_the_guide_learn_from_the_season_before(shop: Path) -> None:
    whole = yaml_of(SIMULATE)
    (shop / "simulations" / "spring.yaml").write_text(whole[: whole.index("arms:")] + yaml_of(SIMULATE, 1))
    simulation = read_simulation(shop)
    assert list(simulation.seasons) == ["bandit", "uplift", "long_term"]
    assert {(each.by, each.customers, each.weeks) for each in simulation.seasons.values()} == {("tried", 1000, 8)}


def test_the_guide_names_every_key_and_market() -> None:
    keys = set(re.findall(r"`(\w+)`", " ".join(line for line in SIMULATE.splitlines() if line.startswith("| `"))))
    assert {field.name for field in fields(SimulationSpec)} <= keys
    assert set(KINDS) <= keys


def test_the_market_of_the_guide_lives_and_heeds_its_assumptions(shop: Path) -> None:
    (block,) = snippets_of(MARKET)
    (shop / "simulations" / "town.py").write_text(block.code)
    (shop / "simulations" / "town.yaml").write_text(yaml_of(MARKET))
    simulation = read_simulation(shop, customers=40, weeks=3)
    result, accounts = run(simulation)
    counted = result.counted["rules"]
    assert counted["contact/email"] > 1.0
    assert counted["opt_out/email"] > 0.0
    assert counted["report/clicked"] > 0.0
    assert result.market.name == "town"
    stated = make_market(simulation.setting.market).describe().assumptions
    assert all(isinstance(each, Assumption) for each in stated)
    chosen = variations(simulation.setting.market)
    assert len(chosen) == 2 * len(stated)
    patience = tuple(each for each in chosen if each.assumption.name == "patience" and each.end == "low")
    (varied,) = vary(simulation, patience, accounts)
    messages = varied.of("agent", "messages")
    assert messages is not None
    assert messages.shift.value != 0.0
