"""The blocks of the coordination guide are one workspace: it has no mistakes, and its stories come true."""

import re
from pathlib import Path

import pytest

from segue.testing import run_scenarios
from segue.workspace import check

PAGE = Path(__file__).parents[2] / "docs" / "guides" / "coordination.md"
BLOCK = re.compile(r"^```yaml\n# (?P<file>\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The guide's workspace; blocks of one file follow one another in it."""
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        file = tmp_path / block["file"]
        file.parent.mkdir(exist_ok=True)
        with file.open("a", encoding="utf-8") as text:
            text.write(block["text"])
    (tmp_path / "features.yaml").write_text("traits:\n  email: {type: text}\n  phone: {type: text}\n", encoding="utf-8")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "note.txt").write_text("{{ action.text }}\n", encoding="utf-8")
    return tmp_path


def test_the_definitions_of_the_guide_have_no_findings(workspace: Path) -> None:
    found = [finding for finding in check(workspace) if finding.place.file != "templates/note.txt"]
    assert [str(finding) for finding in found] == []


def test_the_stories_of_the_guide_come_true(workspace: Path) -> None:
    results = run_scenarios(workspace)
    assert [str(result) for result in results if not result.passed] == []
    assert len(results) == PAGE.read_text(encoding="utf-8").count("- scenario:") > 0
