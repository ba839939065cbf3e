"""Snippets: the runnable blocks of a Markdown page, and how each is run.

A block runs when its opening fence says so, with ``python run`` or ``console run``. Python blocks of a page share
their names, in order. Console blocks are commands after ``$``; what stands below a command is its expected
output, ``...`` for any lines. All blocks of a page run in one empty folder.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

FENCE = re.compile(r"^```(?P<language>python|console) run\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)


class Snippet(NamedTuple):
    """A block: its language, its code, and the line of the page that it starts in."""

    language: str
    code: str
    line: int


def snippets_of(page: str) -> list[Snippet]:
    """Return the runnable blocks of a page."""
    return [Snippet(m["language"], m["code"], page.count("\n", 0, m.start()) + 2) for m in FENCE.finditer(page)]


def run_page(page: str, name: str, folder: Path) -> int:
    """Run every runnable block of ``page`` and return how many there were; a wrong output is an AssertionError."""
    names: dict[str, Any] = {"__name__": "__snippet__"}
    found = snippets_of(page)
    for snippet in found:
        if snippet.language == "python":
            exec(compile("\n" * (snippet.line - 1) + snippet.code, name, "exec"), names)  # noqa: S102 - our own docs
        else:
            run_console(snippet.code, folder)
    return len(found)


def run_console(code: str, folder: Path) -> None:
    """Run the commands of a console block and compare what they print."""
    for command, expected in _commands(code):
        result = subprocess.run(_arguments(command), cwd=folder, capture_output=True, text=True, check=False)
        assert result.returncode == 0, f"$ {command}\n{result.stderr}"
        if expected:
            wanted = ".*".join(re.escape(part.strip("\n")) for part in "\n".join(expected).split("..."))
            assert re.fullmatch(wanted, result.stdout.strip("\n"), re.DOTALL), f"$ {command}\n{result.stdout}"


def _commands(code: str) -> list[tuple[str, list[str]]]:
    commands: list[tuple[str, list[str]]] = []
    for line in code.splitlines():
        if line.startswith("$ "):
            commands.append((line.removeprefix("$ "), []))
        elif line.strip() and commands:
            commands[-1][1].append(line)
    return commands


def _arguments(command: str) -> list[str]:
    program, *arguments = shlex.split(command)
    assert program == "segue", f"only `segue` commands are run, not {program!r}"
    return [sys.executable, "-m", "segue", *arguments]
