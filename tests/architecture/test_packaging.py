"""What is installed: the wheel's files, the locks, the one version."""

import re
import tomllib
from pathlib import Path

import segue
from tests.architecture.sources import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PINNED = re.compile(r"^([a-z0-9._-]+)==", re.MULTILINE)


def locked(name: str) -> set[str]:
    return set(PINNED.findall((ROOT / "requirements" / name).read_text(encoding="utf-8")))


def plain(requirement: str) -> str:
    return re.split(r"[<>=;\[ ]", requirement, maxsplit=1)[0].lower()


def test_the_version_is_said_once() -> None:
    assert PROJECT["project"]["version"] == segue.__version__


def test_locks_carry_hashes_and_no_address() -> None:
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        assert text.count("--hash=sha256:") >= len(PINNED.findall(text))
        assert "://" not in text


def test_every_dependency_is_locked() -> None:
    assert {plain(each) for each in PROJECT["project"]["dependencies"]} <= locked("run.txt")
    assert {plain(each) for each in PROJECT["dependency-groups"]["dev"]} <= locked("dev.txt")
    assert locked("run.txt") <= locked("dev.txt")


def test_every_dependency_has_a_lower_bound() -> None:
    loose = [each for each in PROJECT["project"]["dependencies"] if not re.search(r">=|==", each)]

    assert loose == []


def test_what_the_wheel_carries_besides_python_exists() -> None:
    carried = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    assert all((ROOT / source).exists() for source in carried)
    assert Path(carried["examples/two_channels"]).name == "two_channels"
