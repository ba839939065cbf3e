"""segue evaluate, on the log of a real runtime and on tables."""

import json
from pathlib import Path

import duckdb
import pytest

from segue.cli import main
from segue.cli.evaluate import read_policy
from segue.cli.logged import opened
from segue.model.errors import SegueError
from segue.model.workspace import PolicySpec
from tests.cli.town import CUSTOMERS, town

BANDIT = "policy:\n  name: bandit\n  exploration: 0.1\n  reach_evidence: 100\n"


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main(["evaluate", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_a_policy_file_is_judged_on_what_really_happened(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text(BANDIT)

    found = json.loads(told(capsys, "--policy", tmp_path / "new.yaml", "--workspace", town(), "--json"))

    with opened(town()) as logged:
        drawn = logged.duck.sql(
            "SELECT count(*), count(DISTINCT customer_id) FROM decisions "
            "WHERE \"group\" IN ('agent', 'random') AND probability < 1"
        ).fetchall()[0]
    assert 0 < found["decisions"] + found["learnt_from"] <= drawn[0]
    assert 0 < found["customers"] <= drawn[1] <= CUSTOMERS
    assert found["candidate"]["policy"] == "bandit"
    assert found["candidate"]["decided_by"] == {"bandit@1": 1.0}
    assert found["present"]["decided_by"] == {"random@1": 1.0}
    assert found["present"]["overlap"]["effective_samples"] == pytest.approx(found["decisions"])
    assert found["difference"]["low"] < found["difference"]["value"] < found["difference"]["high"]
    assert found["verdict"] == "not enough evidence"
    assert "1,000 are needed" in found["reason"]


def test_people_read_a_table_with_every_estimator(capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "--policy", "rules", "--workspace", town())

    assert "candidate: rules" in lines
    assert "present: random" in lines
    assert "rules@1 100%" in lines
    assert "The candidate: not enough evidence" in lines
    for name in ("ips", "snips", "dm", "dr", "switch_dr"):
        assert f"\n  {name}" in lines


def test_one_objective_alone_may_be_judged(capsys: pytest.CaptureFixture[str]) -> None:
    whole = ["--policy", "random", "--workspace", town(), "--json"]

    value = json.loads(told(capsys, *whole))
    harm = json.loads(told(capsys, *whole, "--objective", "opted_out"))

    assert 0.0 < harm["present"]["estimates"]["dr"]["value"] < 0.1
    assert harm["difference"] == {"value": 0.0, "low": 0.0, "high": 0.0, "standard_error": 0.0}
    assert value["objective"] == ""


def test_a_period_without_decisions_is_not_enough(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Not enough evidence" in told(
        capsys, "--policy", "rules", "--workspace", town(), "--since", "2026-06-01T00:00:00Z"
    )


def test_a_table_of_another_system(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    rows = "SELECT i, ['a', 'b'][i % 2 + 1] AS did, 0.5 AS p, (i % 2 = 0)::INT AS got FROM range(4000) t(i)"
    duckdb.execute(f"COPY ({rows}) TO '{path}' (HEADER)")
    columns = ["--table", path, "--action", "did", "--probability", "p", "--reward", "got"]

    lines = told(capsys, *columns, "--policy-fixed", "a")
    found = json.loads(told(capsys, *columns, "--policy-fixed", "b", "--json"))

    assert "The policy beside the log: better" in lines
    assert "2.0000" in lines
    assert found["verdict"] == "worse"
    assert found["estimates"]["ips"]["value"] == 0.0


@pytest.mark.parametrize("arguments", [[], ["--policy", "rules", "--table", "log.csv"]])
def test_it_takes_a_policy_or_a_table(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", *arguments]) == 2
    assert "either --policy" in capsys.readouterr().err


def test_a_table_needs_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--table", "log.csv", "--policy-fixed", "a"]) == 1
    assert "--action" in capsys.readouterr().err


def test_an_unknown_objective_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "--policy", "rules", "--workspace", str(town()), "--objective", "fame"]) == 1
    assert "There are margin, opted_out" in capsys.readouterr().err


def test_a_name_keeps_the_present_settings_and_a_file_has_its_own(tmp_path: Path) -> None:
    present = PolicySpec(name="random", exploration=0.3, greed=7.0)
    (tmp_path / "bare.yaml").write_text("name: uplift\nexploration: 0.02\n")
    (tmp_path / "wrong.yaml").write_text("policy: {name: bandit, explore: 1}\n")

    assert read_policy("bandit", present) == PolicySpec(name="bandit", exploration=0.3, greed=7.0)
    assert read_policy(str(tmp_path / "bare.yaml"), present) == PolicySpec(name="uplift", exploration=0.02)
    with pytest.raises(SegueError, match="says no policy"):
        read_policy(str(tmp_path / "wrong.yaml"), present)
    with pytest.raises(SegueError, match="no policy and no file 'bold'"):
        read_policy("bold", present)
