"""segue plan-batch: from a store through the gate, and from a table."""

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from segue.cli import main
from segue.cli.clock import system_clock
from segue.cli.plan_batch_files import read_capacities
from segue.cli.plan_batch_report import PlanReport, lines_of
from segue.cli.plan_batch_table import read_numbered
from segue.model.errors import SegueError
from segue.model.time import DAY, Instant, format_instant

SCORES = """\
customer,action,channel,value,cost
ann,lamp,email,5,0.5
ann,lamp,sms,6,1
ben,lamp,email,4,0.5
ben,mug,sms,9,1
cat,mug,sms,8,1
dan,mug,email,-1,0.5
"""
CAPACITIES = "capacities:\n  texts: {limit: 1, per: 1d, channels: [sms]}\n"
AT = ("--at", "2026-03-02T09:00:00Z")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    (tmp_path / "scores.csv").write_text(SCORES)
    (tmp_path / "capacities.yaml").write_text(CAPACITIES)
    return tmp_path / "scores.csv"


def plan(table: Path, *options: str) -> list[str]:
    return ["plan-batch", "--table", str(table), "--capacities", str(table.parent / "capacities.yaml"), *AT, *options]


def ask(capsys: pytest.CaptureFixture[str], command: list[str]) -> dict[str, Any]:
    capsys.readouterr()
    assert main([*command, "--json"]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def rows(path: Path) -> dict[str, dict[str, Any]]:
    found = duckdb.sql(f"FROM '{path}'")
    return {row[0]: dict(zip(found.columns, row, strict=True)) for row in found.fetchall()}


@pytest.mark.parametrize("name", ["plan.parquet", "plan.csv"])
def test_a_table_is_planned_and_written(table: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = table.parent / name

    report = ask(capsys, plan(table, "--out", str(out)))

    written = rows(out)
    assert {who: (row["action"] or "", row["channel"] or "") for who, row in written.items()} == {
        "ann": ("lamp", "email"),
        "ben": ("lamp", "email"),
        "cat": ("mug", "sms"),
        "dan": ("", ""),
    }
    assert report["value"] == 17.0
    assert report["planned"] == 3
    assert report["gap"] == 0.0
    assert [(s["name"], s["used"], s["limit"]) for s in report["scarce"]] == [("texts", 1.0, 1.0)]
    assert report["silent"] == {"silence": 1}
    assert str(written["ann"]["day"]) == "2026-03-02"


def test_only_contacts_are_written_where_only_they_are_wanted(table: Path) -> None:
    out = table.parent / "plan.csv"

    assert main(plan(table, "--contacts", "--out", str(out))) == 0

    assert list(rows(out)) == ["ann", "ben", "cat"]


def test_a_second_day_has_room_of_its_own(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = table.parent / "plan.parquet"

    report = ask(capsys, plan(table, "--days", "2", "--out", str(out)))

    texts = Counter(row["day"] for row in rows(out).values() if row["channel"] == "sms")
    assert texts == {"2026-03-02": 1, "2026-03-03": 1}
    assert report["value"] == 5.0 + 9.0 + 8.0
    assert report["days"] == ["2026-03-02T09:00:00Z", "2026-03-03T00:00:00Z"]


def test_a_budget_counts_what_each_contact_costs(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (table.parent / "capacities.yaml").write_text("capacities:\n  spend: {limit: 1.5, per: 7d, counts: cost}\n")

    report = ask(capsys, plan(table))

    assert report["scarce"][0]["used"] <= 1.5
    assert report["value"] == 14.0
    assert report["silent"] == {"budget: spend": 1, "silence": 1}


def test_only_the_named_actions_are_planned(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert set(ask(capsys, plan(table, "--actions", "lamp"))["contacts"]) == {"lamp/email", "lamp/sms"}


def test_numpy_plans_what_numba_plans(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(capsys, plan(table, "--plain")) == ask(capsys, plan(table))


def test_people_read_what_one_more_is_worth(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(plan(table)) == 0

    told = capsys.readouterr().out
    assert told.startswith("3 of 4 customers get something: worth 17.00 EUR, 0.0000 % below")
    assert "one more is worth" in told
    assert "Nothing for:\n  silence  1\n" in told


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("ben,lamp,email,4", "ben,lamp,email,nan"), "1 values in"),
        (("ben,lamp,email,4,0.5", "ben,lamp,email,4,-1"), "1 costs in"),
        (("ben,lamp,email,4", "ben,lamp,email,much"), "Give numbers as value and cost"),
        (("ben,lamp,email", "ann,lamp,email"), "once more"),
        (("customer,", "who,"), "has no column 'customer'"),
        ((SCORES, "customer,action,channel,value,cost\n"), "no rows to plan from"),
        (("ben,lamp", ",lamp"), "name no customer"),
    ],
)
def test_a_table_that_says_nonsense_is_refused(
    table: Path, change: tuple[str, str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table.write_text(SCORES.replace(*change))

    assert main(plan(table)) == 1

    assert words in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("capacities:\n  texts: {limit: -1, per: 1d}\n", "0 or more"),
        ("capacities:\n  texts: {limit: 1, per: soon}\n", "'soon'"),
        ("capacities:\n  texts: {limit: 1, per: 1d, only: x}\n", "only"),
        ("capacities: [\n", "YAML"),
    ],
)
def test_capacities_that_say_nonsense_are_refused(
    table: Path, text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (table.parent / "capacities.yaml").write_text(text)

    assert main(plan(table)) == 1

    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--table", "nowhere.csv", "--capacities", "nowhere.yaml"], "cannot be read"),
        (["--table", "nowhere.csv"], "--capacities"),
        (["--days", "0"], "1 to 31 days"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["plan-batch", *options]) == 1

    assert words in capsys.readouterr().err


def test_a_file_that_is_neither_kind_is_refused(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(plan(table, "--out", str(table.parent / "plan.xlsx"))) == 1
    assert ".parquet nor .csv" in capsys.readouterr().err


def test_a_cost_that_is_counted_has_to_be_there(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("customer,action,channel,value\na,b,c,1\n")

    assert not read_numbered(tmp_path / "t.csv").has_costs
    (tmp_path / "c.yaml").write_text("capacities:\n  spend: {limit: 1, per: 1d, counts: cost}\n")
    assert main(["plan-batch", "--table", str(tmp_path / "t.csv"), "--capacities", str(tmp_path / "c.yaml")]) == 1
    assert read_capacities(tmp_path / "c.yaml")["spend"].counts == "cost"
    with pytest.raises(SegueError, match="There is no table"):
        read_numbered(tmp_path / "none.csv")


def test_a_store_is_planned_through_the_gate(
    busy_shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(busy_shop, folder)
    (folder / "capacities.yaml").write_text("capacities:\n  mails: {limit: 2, per: 1d, channels: [email]}\n")
    out = tmp_path / "plan.csv"
    later = format_instant(Instant(system_clock() + 2 * DAY))

    report = ask(capsys, ["plan-batch", str(folder), "--at", later, "--trait", "email", "--out", str(out)])

    written = rows(out)
    got = [row for row in written.values() if row["action"]]
    held_out = report["silent"].get("holdout", 0)
    assert report["customers"] == len(written) == 4
    assert report["planned"] == len(got) == min(2, 4 - held_out)
    assert all(row["email"].endswith("@example.com") and row["channel"] == "email" for row in got)
    assert report["silent"].get("capacity: mails", 0) == 4 - held_out - len(got)


def test_an_unknown_action_names_those_that_there_are(busy_shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan-batch", str(busy_shop), "--actions", "ofer"]) == 1
    assert "There are offer." in capsys.readouterr().err


def test_the_report_tells_of_targets_that_are_not_planned() -> None:
    report = PlanReport("EUR", 0, 0, 0.0, 0.0, 0.0, ("2026-03-02T00:00:00Z",), (), {}, {}, ("fair",))

    assert lines_of(report)[-1] == "Not planned for: fair, a share; the running server sees to it."


def test_a_plan_is_carried_out_by_reading_it_in_as_events(
    shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = tmp_path / "shop", tmp_path / "planned.csv"
    shutil.copytree(shop, folder, ignore=shutil.ignore_patterns(".segue"))
    for name, more in {
        "sources/orders.yaml": "  user_id: {column: customer}\n",
        "events.yaml": "  planned: {properties: {action: text, channel: text}}\n",
        "contact_rules.yaml": "min_gap: 0s\n",
        "capacities.yaml": "capacities:\n  mails: {limit: 12, per: 1d, channels: [email]}\n",
        "sources/planned.yaml": (
            'files: "planned*.csv"\nidentifiers: {user_id: user_id}\nat: {column: at}\nevent: [{name: planned}]\n'
            "event_id: {columns: [user_id, action, day], with_row: false}\n"
            "properties: {action: action, channel: channel}\n"
        ),
    }.items():
        path = folder / name
        path.write_text((path.read_text() if path.exists() else "") + more)
    features, triggers = folder / "features.yaml", folder / "triggers.yaml"
    features.write_text(features.read_text().replace("traits:\n", "traits:\n  user_id: {type: text}\n"))
    planned = "  planned_offer: {kind: event, event: planned, when: 'event.action == \"offer\"'}\n"
    rule = "  - {rule: planned_offer, trigger: planned_offer, action: offer, channels: [email]}\n"
    triggers.write_text(triggers.read_text().replace("triggers:\n", f"triggers:\n{planned}") + rule)
    ingest = ["--workspace", str(folder), "--development", "--json"]
    assert main(["ingest", str(folder / "orders.csv"), *ingest]) == 0

    command = ["plan-batch", str(folder), "--contacts", "--trait", "user_id", "--out", str(out)]
    report = ask(capsys, command)
    told = ask(capsys, ["ingest", str(out), *ingest[:-1]])

    assert report["planned"] == 4 - report["silent"].get("holdout", 0)
    assert told["rows"] == told["accepted"] == told["chosen"] == report["planned"] > 0
