"""segue measure, on the log of a real runtime."""

import json
from pathlib import Path

import pytest

from segue.cli import main, measure
from segue.cli.options import BROKEN_SPLIT
from segue.measurement.reports.period import Lot
from tests.cli.town import town


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    capsys.readouterr()
    assert main(["measure", str(town()), *map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_people_read_what_was_caused_and_what_only_happened(capsys: pytest.CaptureFixture[str]) -> None:
    text = told(capsys)
    assert "What orchestration caused (caused, by lot)" in text
    assert "What customers came to (descriptive)" in text
    assert "The split holds" in text


def test_programs_get_every_figure_with_its_formula(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, "--json"))
    readings = found["sections"]["effects"]["data"]["readings"]
    assert {each["arm"] for each in readings} == {"agent", "random", "rules"}
    formulas = Path("docs/reference/formulas.md").read_text()
    assert all(f"### {each['effect']['formula']}\n" in formulas for each in readings)
    assert found["sections"]["outcomes"]["data"]["groups"]


def test_it_writes_a_page_and_markdown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page, text = tmp_path / "r.html", tmp_path / "r.md"
    told(capsys, "--report", page, "--markdown", text)
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert text.read_text().startswith("# What orchestration brought")


def test_a_period_may_be_named_and_an_empty_one_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    part = json.loads(told(capsys, "--until", "2026-03-10T00:00:00Z", "--json"))
    assert part["end"].startswith("2026-03-10")
    assert main(["measure", str(town()), "--since", "2030-01-01T00:00:00Z"]) == 1
    assert "Nothing happened in this period" in capsys.readouterr().err


def test_a_broken_split_is_told_first_and_by_the_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measure, "lot_of", lambda _: Lot("1", {"holdout": 0.98, "agent": 0.02}))
    assert main(["measure", str(town())]) == BROKEN_SPLIT
    text = capsys.readouterr().out
    assert text.startswith("split is broken: do not read (")
    assert "better" not in text
    assert "What each channel" not in text
    assert main(["measure", str(town()), "--json"]) == BROKEN_SPLIT
    assert json.loads(capsys.readouterr().out)["alarm"].startswith("split is broken")
