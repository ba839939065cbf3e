"""segue groups, on the log of a real runtime."""

import json

import pytest

from segue.cli import main
from tests.cli.town import town


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    capsys.readouterr()
    assert main(["groups", str(town()), *map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_people_read_what_each_group_brought_and_how_sure_that_is(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [" ".join(line.split()) for line in told(capsys).splitlines()]

    assert lines[0].startswith("What the standing groups brought: ")
    assert lines[2].startswith("group customers decisions silent per decision per customer more than holdout")
    assert lines[3].startswith("agent")
    assert any(line.startswith("holdout") and "100%" in line for line in lines)


def test_programs_get_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, "--json"))

    assert {each["group"] for each in found["groups"]} >= {"agent", "random", "holdout"}
    assert all(each["per_customer"]["low"] < each["per_customer"]["high"] for each in found["groups"])


def test_one_objective_counts_alone_and_an_unknown_one_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    whole, alone = json.loads(told(capsys, "--json")), json.loads(told(capsys, "--objective", "opted_out", "--json"))

    assert all(each["per_decision"]["value"] <= 0.0 for each in alone["groups"])
    assert [each["decisions"] for each in whole["groups"]] == [each["decisions"] for each in alone["groups"]]
    assert main(["groups", str(town()), "--objective", "fame"]) == 1
    assert "The objectives are" in capsys.readouterr().err


def test_before_any_window_is_over_there_is_nothing_to_say(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["groups", str(town()), "--until", "2001-01-01T00:00:00Z"]) == 1
    assert "whose window is over" in capsys.readouterr().err
