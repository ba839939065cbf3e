"""segue what-if."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from segue.cli import main
from tests.cli.town import town

SMALL = ["--customers", "30", "--weeks", "1", "--markets", "2"]


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_branch_is_asked_about_and_told_in_json_and_in_markdown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = _with_branch(tmp_path / "shop")
    page = tmp_path / "page.md"

    assert main(["what-if", str(folder), "--change", "fewer", *SMALL, "--json", "--markdown", str(page)]) == 0

    written = page.read_text()
    assert written.startswith("# What if\n")
    assert "caps three_a_week: limit is 1 instead of 3" in written
    assert "| messages per customer and week |" in written
    assert "counts lie within their 90% intervals" in written
    record = json.loads(capsys.readouterr().out)
    told = {(each["arm"], each["figure"]): each for each in record["told"]}
    assert told["changed", "messages"]["ahead"]["value"] < 0.0
    assert told["changed", "messages"]["ahead"]["low"] < told["changed", "messages"]["ahead"]["high"]
    assert (record["customers"], record["weeks"], record["markets"]) == (30, 1, 2)
    assert {"name", "actual", "predicted", "is_inside", "week"} <= record["validation"]["checks"][0].keys()


def test_too_few_markets_or_nothing_to_learn_from_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["what-if", str(town()), "--markets", "1"]) == 1
    assert "1 markets cannot differ" in capsys.readouterr().err
    empty = tmp_path / "empty"
    shutil.copytree(town(), empty, ignore=shutil.ignore_patterns(".segue"))
    assert main(["what-if", str(empty)]) == 3
    assert capsys.readouterr().err


def _with_branch(folder: Path) -> Path:
    """Return a copy of the town's folder whose branch ``fewer`` allows one contact a week."""
    shutil.copytree(town(), folder)
    (folder / ".gitignore").write_text(".segue/\n")
    rules = folder / "contact_rules.yaml"
    before = rules.read_text()
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]

    def git(*arguments: str) -> None:
        subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True)

    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "as it runs")
    git("checkout", "-q", "-b", "fewer")
    rules.write_text(before.replace("limit: 3", "limit: 1"))
    git("commit", "-q", "-a", "-m", "one a week")
    git("checkout", "-q", "-")
    return folder
