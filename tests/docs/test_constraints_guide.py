"""The blocks of the constraints guide are one workspace: it says what it warns of, and its stories come true."""

import re
from pathlib import Path

import pytest

from segue.testing import run_scenarios
from segue.workspace import check

PAGE = Path(__file__).parents[2] / "docs" / "guides" / "constraints.md"
BLOCK = re.compile(r"^```(yaml|csv)\n# (?P<file>\S+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """The guide's workspace."""
    for block in BLOCK.finditer(PAGE.read_text(encoding="utf-8")):
        file = tmp_path / block["file"]
        file.parent.mkdir(exist_ok=True)
        file.write_text(block["text"], encoding="utf-8")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "note.txt").write_text("Something for you\n", encoding="utf-8")
    return tmp_path


def test_the_definitions_of_the_guide_are_right_but_for_the_margins_that_it_warns_of(workspace: Path) -> None:
    found = [finding for finding in check(workspace) if finding.place.file != "templates/note.txt"]
    assert [(finding.code, finding.place.file) for finding in found if finding.code != "SG616"] == [
        ("SG625", "actions/lamp.yaml"),
        ("SG625", "catalogue/shop.csv"),
    ]


def test_the_stories_of_the_guide_come_true(workspace: Path) -> None:
    results = run_scenarios(workspace)
    assert [str(result) for result in results if not result.passed] == []
    assert len(results) == PAGE.read_text(encoding="utf-8").count("- scenario:") > 0
