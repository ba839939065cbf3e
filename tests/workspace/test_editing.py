"""A journey's status, changed in its file."""

from pathlib import Path

import pytest

from segue.model.errors import WorkspaceError
from segue.workspace import load
from segue.workspace.editing import set_status, with_status
from tests.workspace.shop import FILES, write_shop

REORDER = "journeys/reorder.yaml"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("journey: a\nentry: {}\n", "journey: a\nstatus: paused\nentry: {}\n"),
        (
            "# A\njourney: a # the name\nversion: 2\nentry: {}\n",
            "# A\njourney: a # the name\nversion: 2\nstatus: paused\nentry: {}\n",
        ),
        (
            "journey: a\nstatus: live   # since May\nentry: {}\n",
            "journey: a\nstatus: paused   # since May\nentry: {}\n",
        ),
        ("journey: a", "journey: a\nstatus: paused\n"),
        (
            "journey: a\nsteps:\n  - id: b\n    status: c\n",
            "journey: a\nstatus: paused\nsteps:\n  - id: b\n    status: c\n",
        ),
    ],
)
def test_one_line_changes_and_everything_else_stays(before: str, after: str) -> None:
    assert with_status(before, "paused") == after


def test_the_file_says_the_new_status_and_the_old_one_is_returned(tmp_path: Path) -> None:
    path = write_shop(tmp_path) / REORDER

    assert set_status(path, "draining") == "live"
    assert load(tmp_path).workspace.journeys[0].status == "draining"
    assert set_status(path, "live") == "draining"
    assert path.read_text() == FILES[REORDER].replace("journey: reorder\n", "journey: reorder\nstatus: live\n")


def test_a_status_that_is_so_already_changes_nothing(tmp_path: Path) -> None:
    path = write_shop(tmp_path) / REORDER

    assert set_status(path, "live") == "live"
    assert path.read_text() == FILES[REORDER]


def test_a_file_without_lines_for_its_fields_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("{journey: a, steps: []}\n")

    with pytest.raises(WorkspaceError, match="line by line"):
        set_status(path, "paused")
    assert path.read_text() == "{journey: a, steps: []}\n"
