"""segue simulate, on the example that learns."""

import json
import shlex
from pathlib import Path
from shutil import copytree, ignore_patterns
from xml.etree import ElementTree

import pytest

from segue.cli import main
from segue.cli.simulate_report import findings_json, simulation_lines
from tests.architecture.sources import ROOT
from tests.simulation.report.known import AGENT, findings

SMALL = ["--customers", "20", "--weeks", "2"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop") / "learning_shop"
    copytree(ROOT / "examples" / "learning_shop", folder, ignore=ignore_patterns(".segue", "__pycache__"))
    return folder


def test_the_example_is_simulated_varied_and_told_in_every_form(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page, notes = tmp_path / "new" / "report.html", tmp_path / "report.md"
    outputs = ["--report", str(page), "--markdown", str(notes), "--json"]
    assert main(["simulate", str(shop), *SMALL, "--vary", "heals,glad", *outputs]) == 0
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert found["arms"] == ["rules", "agent"]
    assert {each["assumption"]["name"] for each in found["varied"]} == {"heals", "glad"}
    assert "100%  200 of 200 lives" in told.err
    ElementTree.fromstring(page.read_text(encoding="utf-8"))
    assert notes.read_text(encoding="utf-8").startswith("# Simulation: market\n")

    again = shlex.split(found["run"]["command"])
    assert again[0] == "segue"
    assert main([*again[1:], "--json"]) == 0
    same = json.loads(capsys.readouterr().out)
    assert [same[part] for part in ("told", "counted", "varied")] == [
        found[part] for part in ("told", "counted", "varied")
    ]


def test_people_read_what_came_of_each_arm() -> None:
    lines = "\n".join(simulation_lines(findings(with_varied=True)))
    assert "What it shows holds for this market, not for your customers." in lines
    assert "\u221250 % (\u221260 to \u221240)" in lines
    assert f"{AGENT}, clicks per message: better becomes no clear difference" in lines
    assert "What if" not in "\n".join(simulation_lines(findings()))


def test_json_has_everything() -> None:
    found = findings_json(findings(with_varied=True))
    assert found["run"]["command"] == "segue simulate --workspace . --name town"
    assert found["run"]["spec"]["conversions"] == ("ordered",)
    assert len(found["varied"]) == 2
    assert {"told", "counted", "curves", "market", "seed"} <= set(found)


def test_the_same_simulation_gives_the_same_bytes_in_one_process_and_in_two(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    for processes in ("1", "1", "2"):
        assert main(["simulate", str(shop), *SMALL, "--processes", processes, "--json"]) == 0
        said.append(capsys.readouterr().out)
    assert len(set(said)) == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--processes", "0"], "0 processes"),
        (["--customers", "0"], "0 customers are too few"),
        (["--weeks", "-1"], "-1 weeks are too few"),
        (["--vary", "luck"], "no assumption 'luck'"),
        (["--name", "village"], "no simulation 'village'"),
        (["--report", "."], "cannot be written"),
        (["--report", "/dev/null/report.html"], "cannot be written"),
    ],
)
def test_a_mistake_is_told_before_any_work(
    shop: Path, arguments: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", str(shop), *arguments]) == 1
    told = capsys.readouterr().err
    assert reason in told
    assert "lives" not in told
