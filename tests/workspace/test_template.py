"""Workspaces made from a template."""

from pathlib import Path

import pytest

from segue.model.errors import WorkspaceError
from segue.workspace import check
from segue.workspace.template import init, summary_of, templates


@pytest.mark.parametrize("name", sorted(templates()))
def test_a_new_workspace_has_no_findings(tmp_path: Path, name: str) -> None:
    init(tmp_path / "shop", name)

    assert check(tmp_path / "shop") == ()


def test_the_example_is_a_template() -> None:
    assert "two_channels" in templates()


def test_a_template_says_what_it_is_about(tmp_path: Path) -> None:
    assert summary_of(templates()["two_channels"]) == "two_channels: e-mail and display, one offer"
    assert summary_of(tmp_path) == ""


def test_a_new_workspace_is_ready_for_git_and_editors(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()

    files = {path.relative_to(tmp_path).as_posix() for path in init(tmp_path)}

    assert ".segue/" in (tmp_path / ".gitignore").read_text()
    assert {"segue.yaml", ".segue/schemas/journey.json"} <= files


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("precious")

    with pytest.raises(WorkspaceError, match="not empty"):
        init(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_unknown_template_is_told_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="two_channels"):
        init(tmp_path / "shop", "three_channels")
