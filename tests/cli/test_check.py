"""segue check."""

import json
from pathlib import Path

import pytest

from segue.cli import main
from tests.workspace.shop import spoil, write_shop

SCENARIO = """\
scenarios:
  - scenario: Nothing happens
    given: {start: "2026-01-05"}
    story:
      - event: order_compleeted
"""


def test_warnings_fail_only_when_they_are_taken_strictly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(tmp_path, "audiences/buyers.yaml", "audience: buyers", "audience: clients")

    assert main(["check", str(tmp_path)]) == 0
    assert main(["check", str(tmp_path), "--strict"]) == 1
    assert "0 errors, 1 warning." in capsys.readouterr().out


def test_findings_as_json_have_their_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spoil(tmp_path, "segue.yaml", "Europe/London", "Europe/Lodnon")

    assert main(["check", str(tmp_path), "--json"]) == 1

    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["code"], finding["file"], finding["line"], finding["column"]) == ("SG402", "segue.yaml", 2, 7)


def test_scenarios_are_checked_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_shop(tmp_path, {"tests/story.yaml": SCENARIO})

    assert main(["check", str(tmp_path)]) == 1
    assert "tests/story.yaml:5:16  error  SG309" in capsys.readouterr().out


def test_schemas_are_written_on_request(tmp_path: Path) -> None:
    assert main(["check", str(write_shop(tmp_path)), "--write-schema"]) == 0
    assert (tmp_path / ".segue/schemas/journey.json").is_file()


def test_the_codes_are_explained_without_a_workspace(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--codes"]) == 0
    assert "| SG301 | error |" in capsys.readouterr().out
