"""The fitness app: both workspaces are right and tell their stories, and every market is ready to be simulated."""

import re
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from examples.cases.knowing import CLICKED, SENT, WAYS, knowing, live
from examples.fitness_retention import calibrate
from segue.simulation.calibration import Step
from segue.simulation.running import run_arms
from segue.simulation.spec import read_simulation
from segue.testing import run_scenarios
from segue.workspace import check
from tests.architecture.sources import ROOT

FITNESS = ROOT / "examples" / "fitness_retention"
MARKETS = ("attention", "fatigue", "habit")


@pytest.mark.parametrize("name", ["silos", "orchestrated"])
def test_its_stories_hold(name: str) -> None:
    results = run_scenarios(FITNESS / name)
    assert results
    assert [result.name for result in results if not result.passed] == []
    assert check(FITNESS / name) == ()


@pytest.mark.parametrize("market", [*MARKETS, "tribes"])
def test_the_silos_send_most_and_nobody_gets_two_a_day(market: str) -> None:
    simulation = read_simulation(FITNESS / "orchestrated", market, customers=12, weeks=3)
    arms = {name: simulation.arms[name] for name in ("silos", "rules", "silence")}
    lived = run_arms(arms, simulation.setting)
    sent = {name: accounts.total("contact") for name, accounts in lived.items()}
    assert sent["silos"].sum() > 2.0 * sent["rules"].sum() > 0.0 == sent["silence"].sum()
    assert sent["rules"].max() <= 7 * 3


@pytest.mark.parametrize("market", MARKETS)
def test_the_agent_has_learnt_from_others_who_got_something_at_random(market: str) -> None:
    simulation = read_simulation(FITNESS / "orchestrated", market)
    season = simulation.seasons["agent"]
    assert season.workspace.policy.name == "random"
    assert replace(season.workspace, policy=simulation.arms["agent"].policy) == simulation.arms["agent"]


def test_in_the_market_of_tribes_messages_cause_all_plans_and_haters_leave_because_of_them() -> None:
    simulation = read_simulation(FITNESS / "orchestrated", "tribes", customers=40, weeks=6)
    peaceful = replace(simulation.setting.market, parameters={"haters": 1.0, "lovers": 0.0, "hater_messages": 0.0})
    driven = replace(peaceful, parameters={"haters": 1.0, "lovers": 0.0, "hater_messages": 0.05})
    gone = {}
    for market in (peaceful, driven):
        lived = run_arms(
            {name: simulation.arms[name] for name in ("silos", "silence")}, replace(simulation.setting, market=market)
        )
        assert lived["silence"].column("event/plan_started").sum() == 0.0
        gone[str(market.parameters["hater_messages"])] = lived["silos"].column("event/subscription_cancelled").sum()
    assert gone["0.05"] > 2 * gone["0.0"]


@pytest.mark.parametrize("market", MARKETS)
def test_whoever_could_see_into_people_is_told_beside_the_silos(market: str) -> None:
    simulation = read_simulation(FITNESS / "orchestrated", market, customers=40, weeks=6)
    way = next(each for each in WAYS if each.away == 0.0)
    found = live(simulation, way, 40)
    assert np.array_equal(found, live(simulation, way, 40))
    assert found[:, SENT].max() <= 6 * 7
    assert (found[:, CLICKED] <= found[:, SENT]).all()
    assert found[:, CLICKED].sum() > 0
    lived = run_arms({"silos": simulation.arms["silos"]}, simulation.setting)
    page = knowing(simulation, lived)
    assert len([line for line in page if line.startswith("| every")]) == 3
    assert len([line for line in page if line.startswith("|")]) == len(WAYS) + 2


@pytest.mark.parametrize("market", MARKETS)
def test_what_was_calibrated_is_written_where_the_file_says_so(market: str, tmp_path: Path) -> None:
    source = FITNESS / "orchestrated" / "simulations" / f"{market}.yaml"
    copy = tmp_path / source.name
    copy.write_text(source.read_text())
    step = Step(customers=10, parameters={"push": 0.123, "churn": 0.0456}, figures={"messages": 8.4})
    calibrate.write(copy, step.parameters)
    assert re.findall(r"(\w+): (\S+) # calibrated", copy.read_text()) == [("push", "0.123"), ("churn", "0.0456")]
    assert calibrate.told(step) == "10 customers: push 0.123, churn 0.0456, messages 8.4"


def test_the_silos_figures_are_what_is_calibrated() -> None:
    simulation = read_simulation(FITNESS / "orchestrated", "habit", weeks=2)
    figures = calibrate.silos(simulation, {"push": 1.0, "churn": 0.9}, 10)
    fewer = calibrate.silos(simulation, {"push": 0.01, "churn": 0.01}, 10)
    assert figures["messages"] > fewer["messages"]
    assert figures["churn"] > fewer.get("churn", 0.0)
