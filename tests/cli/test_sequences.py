"""segue sequences, on the log of a real runtime."""

import json

import pytest

from segue.cli import main
from segue.cli.logged import opened
from tests.cli.town import town


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main(["sequences", str(town()), *map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_sequences_of_what_chance_did_are_told_by_segment(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, "--segment", "is_young", "--effective-samples", "30", "--json"))

    assert {each["segment"] for each in found["sequences"]} == {"is_young: true", "is_young: false"}
    assert {each["kind"] for each in found["sequences"]} == {"action", "channel", "timing", "combination"}
    known = [each for each in found["sequences"] if each["effect"] is not None]
    assert known
    assert all(each["effect"]["low"] < each["effect"]["value"] < each["effect"]["high"] for each in known)
    assert all(each["followed"] + each["others"] <= found["decisions"] for each in found["sequences"])
    with opened(town()) as logged:
        drawn = logged.duck.sql(
            "SELECT count(*) FROM decisions WHERE \"group\" IN ('agent', 'random') AND probability < 1"
        ).fetchall()[0][0]
    assert 0 < found["decisions"] <= drawn


def test_people_read_what_is_known_and_how_much_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "--effective-samples", "60")
    whole = told(capsys, "--effective-samples", "60", "--every")

    assert "decisions that chance made" in lines
    assert "everybody" in lines
    assert "--every shows them" in lines
    assert len(whole.splitlines()) > len(lines.splitlines())
    assert "not enough evidence" in whole


def test_one_objective_counts_alone(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, "--objective", "opted_out", "--effective-samples", "30", "--json"))

    effects = [abs(each["effect"]["value"]) for each in found["sequences"] if each["effect"] is not None]
    assert max(effects) < 1.0


def test_nothing_is_known_where_much_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "--effective-samples", "100000")

    assert lines.rstrip().endswith("--every shows them.")
    assert "everybody" not in lines


def test_an_unknown_trait_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sequences", str(town()), "--segment", "height"]) == 1
    assert "email, has_garden, is_young" in capsys.readouterr().err
