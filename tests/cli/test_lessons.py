"""What the commands that learn share: the log read by name, and the kinds that have something to learn from."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from segue.cli.lessons import KINDS, lessons, train, usual_kinds
from segue.model.errors import SegueError
from segue.workspace import load
from tests.cli.lesson_shop import FILES, UNTIL, write_files, write_log


def test_the_log_is_read_also_after_the_inputs_have_changed(tmp_path: Path) -> None:
    folder = write_files(tmp_path)
    entries = write_log(folder, customers=10, visits=6)
    decided = sum(len(entry.decisions) for entry in entries)
    with lessons(folder, UNTIL) as given:
        before = given.frame()
    (folder / "learning.yaml").write_text(FILES["learning.yaml"].replace("[buyer, visits, since_visit]", "[visits]"))
    with lessons(folder, UNTIL) as given:
        after = given.frame()

    assert len(before) == len(after) == decided
    assert "buyer" in before.inputs
    assert "buyer" not in after.inputs
    assert after.columns(("visits",)).tolist() == before.columns(("visits",)).tolist()


def test_kinds_are_trained_where_the_workspace_says_what_they_are_about(tmp_path: Path) -> None:
    workspace = load(write_files(tmp_path)).workspace
    assert usual_kinds(workspace) == KINDS

    bare = replace(workspace.learning, objectives={}, churn=None, lifetime=None)
    silent = tuple(replace(action, converted_by=None) for action in workspace.actions)
    assert usual_kinds(replace(workspace, learning=bare)) == ("propensity", "uplift", "long_term")
    assert usual_kinds(replace(workspace, learning=bare, actions=silent)) == ()


def test_what_is_not_declared_is_not_trained(tmp_path: Path) -> None:
    folder = write_files(tmp_path, learning="objectives: {bought: {event: bought}}\n")
    write_log(folder, customers=2, visits=2)
    with lessons(folder, UNTIL) as given, pytest.raises(SegueError, match="does not declare churn"):
        train("churn", given)
