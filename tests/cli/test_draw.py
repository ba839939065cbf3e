"""segue draw."""

import json
from pathlib import Path

import pytest

from segue.cli import main
from tests.workspace.shop import write_shop


def test_a_journey_is_printed_as_a_flowchart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["draw", "reorder", str(write_shop(tmp_path))]) == 0
    assert capsys.readouterr().out.startswith("flowchart TD\n    %% journey reorder\n")


def test_all_journeys_come_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write_shop(tmp_path))

    assert main(["draw", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)["drawings"]) == ["reorder"]


def test_a_page_is_brought_up_to_date(tmp_path: Path) -> None:
    page = write_shop(tmp_path) / "README.md"
    page.write_text("# Shop\n\n```mermaid\nflowchart TD\n    %% journey reorder\n    old\n```\n")

    assert main(["draw", "reorder", str(tmp_path), "--into", str(page)]) == 0
    assert 's_mail["mail<br>propose offer on email"]' in page.read_text()


def test_a_page_without_drawings_and_an_unknown_journey_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = write_shop(tmp_path) / "README.md"
    page.write_text("# Shop\n")

    assert main(["draw", "reorder", str(tmp_path), "--into", str(page)]) == 1
    assert "draws none" in capsys.readouterr().err
    assert main(["draw", "roerder", str(tmp_path)]) == 1
    assert "'reorder'" in capsys.readouterr().err
