"""segue diff."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from segue.cli import main
from tests.workspace.shop import FILES, write_shop

REORDER = "journeys/reorder.yaml"
LONGER = FILES[REORDER].replace("within: 2d", "within: 5d")


def test_two_folders_are_compared_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, after = write_shop(tmp_path / "before"), write_shop(tmp_path / "after", {REORDER: LONGER})

    assert main(["diff", str(before), str(after)]) == 0
    assert capsys.readouterr().out == "journey reorder\n  step `listen` waits 5d instead of 2d\n"


def test_a_folder_is_compared_with_what_its_store_last_ran(
    busy_shop: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(busy_shop, copy)
    assert main(["diff", str(copy)]) == 0
    assert capsys.readouterr().out == "Nothing changed.\n"

    (copy / REORDER).write_text(LONGER)

    assert main(["diff", str(copy), "--json"]) == 0
    (difference,) = json.loads(capsys.readouterr().out)["differences"]
    assert difference == {"about": "journey reorder", "words": "step `listen` waits 5d instead of 2d"}


def test_where_nothing_has_run_everything_is_new(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(write_shop(tmp_path))]) == 0

    told = capsys.readouterr()
    assert "Nothing has run here yet." in told.err
    assert "journey reorder\n  new: entered by lapsed, 5 steps\n" in told.out


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_folder_is_compared_with_a_revision_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repository = tmp_path / "repository"
    shop = write_shop(repository / "shop")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", "-C", str(repository), *identity, *arguments], check=True)
    (shop / REORDER).write_text(LONGER)

    assert main(["diff", "HEAD", str(shop)]) == 0
    assert capsys.readouterr().out == "journey reorder\n  step `listen` waits 5d instead of 2d\n"
    assert main(["diff", "no_such_revision", str(shop)]) == 1
    assert "neither a folder nor a git revision" in capsys.readouterr().err
