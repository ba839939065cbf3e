"""segue plan."""

import json
import shutil
from pathlib import Path

import pytest

from segue.cli import main
from segue.cli.plan import lines_of
from segue.runtimes.publishing import JourneyPreview
from tests.workspace.shop import spoil, write_shop

THANKS = """\
journey: thanks
entry: {on: {kind: event, event: order_completed}}
steps:
  - {id: rest, kind: wait, after: 30d}
  - {id: end, kind: exit}
"""
"""Everybody who orders waits in it for a month."""


@pytest.fixture(scope="module")
def waiting_shop(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shop with its four customers inside a journey."""
    folder = tmp_path_factory.mktemp("waiting") / "shop"
    shutil.copytree(shop, folder, ignore=shutil.ignore_patterns(".segue"))
    (folder / "journeys/thanks.yaml").write_text(THANKS)
    assert main(["ingest", str(folder / "orders.csv"), "--workspace", str(folder), "--development"]) == 0
    return folder


def test_people_are_counted_by_step_for_each_choice(
    waiting_shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(waiting_shop, folder)
    moved = THANKS.replace("journey: thanks\n", "journey: thanks\nversion: 2\nin_flight: migrate\n").replace(
        "rest", "nap"
    )
    (folder / "journeys/thanks.yaml").write_text(moved + "migration: {steps: {rest: nap}}\n")

    assert main(["plan", str(folder)]) == 0

    told = capsys.readouterr().out
    assert "journey thanks\n  version is 2 instead of 1\n" in told
    assert "thanks: version 1 → 2, 4 runs\n" in told
    rows = {line.split()[0]: line.split()[1:] for line in told.splitlines() if line.startswith("  ") and line.split()}
    assert rows["step"] == ["now", "finish", "*migrate", "stop", "pause", "drain"]
    assert rows["rest"] == ["4", "4", "·", "·", "4", "4"]
    assert rows["nap"] == ["·", "·", "4", "·", "·", "·"]
    assert rows["(out)"] == ["·", "·", "·", "4", "·", "·"]


def test_a_journey_changed_in_place_is_refused(
    waiting_shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(waiting_shop, folder)
    (folder / "journeys/thanks.yaml").write_text(THANKS.replace("30d", "20d"))

    assert main(["plan", str(folder)]) == 1
    assert "version: 2" in capsys.readouterr().err


def test_nothing_to_publish_says_so(waiting_shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(waiting_shop)]) == 0
    assert capsys.readouterr().out == "Nothing changed.\n"


def test_errors_come_first_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(tmp_path, "segue.yaml", "Europe/London", "Europe/Lodnon")

    assert main(["plan", str(tmp_path)]) == 1
    assert capsys.readouterr().out.startswith("segue.yaml:2:7: error SG402")


def test_everything_is_new_where_nothing_ran(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(write_shop(tmp_path)), "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["journeys"] == []
    assert "action offer" in [each["about"] for each in told["differences"]]


def test_runs_that_a_migration_strands_are_named() -> None:
    preview = JourneyPreview(
        journey="thanks",
        from_version=1,
        to_version=2,
        choice="migrate",
        waiting={"rest": 3},
        pending=1,
        outcomes={"finish": {"rest": 3}, "migrate": {"": 3}},
        stranded={"rest": 3},
    )

    lines = lines_of(preview)

    assert lines[0] == "thanks: version 1 → 2, 3 runs, 1 entry waiting"
    assert lines[-1].startswith("  With migrate these have no step to go to and end: rest (3).")
