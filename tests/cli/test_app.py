"""The command itself, as people start it: in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from segue.cli import main
from segue.cli.commands import COMMANDS
from tests.workspace.shop import FILES, write_shop


def segue(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run ``python -m segue``."""
    command = [sys.executable, "-m", "segue", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_help_lists_the_commands_and_imports_none_of_them() -> None:
    code = (
        "import sys; from segue.cli import main; main(['--help']); "
        "print(sorted(m for m in sys.modules if m.startswith('segue') or m in ('cyclopts', 'msgspec', 'rich')))"
    )

    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert all(f"\n  {name} " in output for name, command in COMMANDS.items() if not command.is_hidden)
    assert output.splitlines()[-1] == "['segue', 'segue.cli', 'segue.cli.commands']"


def test_a_new_workspace_passes_its_own_check(tmp_path: Path) -> None:
    made = segue("init", tmp_path / "shop", "--json")
    checked = segue("check", tmp_path / "shop", "--json")

    assert made.returncode == 0, made.stderr
    assert "segue.yaml" in json.loads(made.stdout)["files"]
    assert (checked.returncode, json.loads(checked.stdout)) == (0, {"errors": 0, "warnings": 0, "findings": []})


def test_check_prints_findings_on_standard_output_and_fails(tmp_path: Path) -> None:
    folder = write_shop(tmp_path, {"actions/offer.yaml": FILES["actions/offer.yaml"].replace("value: 5", "valeu: 5")})

    result = segue("check", folder)

    assert result.returncode == 1
    assert (
        "actions/offer.yaml:2:1  error  SG201  There is no field 'valeu' here. Did you mean 'value'?" in result.stdout
    )
    assert "\x1b" not in result.stdout


def test_a_workspace_with_errors_is_told_without_a_traceback(tmp_path: Path) -> None:
    result = segue("replay", write_shop(tmp_path, {"events.yaml": "events: [\n"}), "--events", "x.csv")

    assert result.returncode == 1
    assert "events.yaml:2:1: error SG101" in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["chek"], 2, "Did you mean `segue check`?"),
        (["check", "--strickt"], 2, "--strickt"),
        (["check", "/nowhere/at/all"], 1, "segue init"),
        (["explain", "x", "--workspace", "/nowhere"], 3, "There is no store"),
        (["replay", "."], 2, "--events"),
        (["replay", ".", "--log", "--events", "x.csv"], 2, "--events"),
    ],
)
def test_mistakes_are_told_with_what_to_do_and_their_exit_code(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    assert main(arguments) == code

    told = capsys.readouterr()
    assert words in told.err
    assert told.out == ""


def test_version_and_empty_call(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert main([]) == 2
    assert main(["help"]) == 0
    assert capsys.readouterr().out.count("Usage: segue COMMAND") == 2
