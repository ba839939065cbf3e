"""Tests mirror sources: src/segue/a/b.py is tested by tests/a/test_b.py, or by a test of the same folder that imports
it by name. So whoever changes a module knows where its tests are.
"""

import ast
from functools import cache
from pathlib import Path, PurePosixPath

from tests.architecture.sources import ROOT, SOURCE, TESTS, modules, name

THROUGH_A_FACE = {
    "__main__.py": ("tests/cli/test_app.py", "three lines, which every test of the real command starts"),
    "channels/*/config.py": ("tests/channels/test_conformance.py", "a settings struct and nothing else"),
    "channels/context.py": ("tests/channels/test_conformance.py", "a struct that every channel is opened with"),
    "channels/email_smtp/*.py": ("tests/channels/email_smtp/test_client.py", "shown against a real SMTP server"),
    "channels/liquid_blank.py": ("tests/channels/test_liquid_strict.py", "a part of strict Liquid"),
    "channels/outbox_folder/*.py": ("tests/channels/test_conformance.py", "the kit reads what it writes"),
    "channels/outcomes.py": ("tests/channels/test_conformance.py", "the kit makes every outcome happen"),
    "channels/website/*.py": ("tests/channels/test_conformance.py", "the kit presents through it"),
    "cli/demo*.py": ("tests/docs/test_snippets.py", "run whole, by `dev.py demo`"),
    "cli/history.py": ("tests/cli/test_replay.py", "read by replay"),
    "core/expressions/*.py": ("tests/core/expressions/test_compiling.py", "one language behind one face"),
    "core/profiles/*.py": ("tests/core/test_engine.py", "one fold behind one face"),
    "core/triggers/*.py": ("tests/core/test_engine.py", "one detection behind one face"),
    "measurement/reports/*.py": ("tests/measurement/reports/test_making.py", "each section against a count by hand"),
    "measurement/rows.py": ("tests/measurement/test_segments.py", "the rows that segments hold"),
    "ports/channel.py": ("tests/channels/test_conformance.py", "protocols; the kit is their test"),
    "ports/store.py": ("tests/stores/test_conformance.py", "protocols; the kit is their test"),
    "runtimes/embedded/*.py": ("tests/runtimes/embedded/test_runtime.py", "one runtime behind one face"),
    "runtimes/p*.py": ("tests/runtimes/test_replay.py", "replay and recovery compare every state they keep"),
    "server/*.py": ("tests/server/test_serve.py", "answered over real HTTP"),
    "sources/files/*.py": ("tests/testing/test_running.py", "reading files is one query; replay tests count its rows"),
    "sources/segment/calls.py": ("tests/sources/segment/test_translate.py", "the calls that are translated"),
    "stores/*/*.py": ("tests/stores/test_conformance.py", "the kit runs over every store"),
    "testing/*.py": ("tests/testing/test_running.py", "helpers of scenarios, used by all of them"),
    "testing/conformance/*.py": ("tests/channels/test_conformance.py", "kits are tests themselves"),
    "workspace/checks/engine.py": ("tests/workspace/test_loading.py", "has the last word after all other checks"),
}
"""Modules without a test file of their own: the test that shows them through their package's face, and why there."""


def test_every_module_has_its_tests() -> None:
    untested = [path for path in modules() if path.name != "__init__.py" and not _is_tested(path)]

    assert [name(path) for path in untested if not _face_of(path)] == []


def test_every_face_exists() -> None:
    missing = [test for test, _ in THROUGH_A_FACE.values() if not (ROOT / test).is_file()]
    unused = [pattern for pattern in THROUGH_A_FACE if not any(_face_of(path) == pattern for path in modules())]

    assert (missing, unused) == ([], [])


def _face_of(path: Path) -> str:
    """Return the first pattern of the table that matches, "" where none does."""
    relative = PurePosixPath(name(path))
    matching = (
        pattern
        for pattern in THROUGH_A_FACE
        if relative.match(pattern) and len(relative.parts) == len(PurePosixPath(pattern).parts)
    )
    return next(matching, "")


def _is_tested(path: Path) -> bool:
    relative = path.relative_to(SOURCE)
    if (TESTS / relative.parent / f"test_{relative.name}").is_file():
        return True
    module = ".".join(("segue", *relative.with_suffix("").parts))
    # A package's tests may lie in its own folder or, for a package with one public face, in the folder above.
    folders = [TESTS / relative.parent, TESTS / relative.parent.parent] if relative.parent.parts else [TESTS]
    return any(module in _imported(test) for folder in folders if folder.is_dir() for test in folder.glob("test_*.py"))


@cache
def _imported(test: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(test.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return frozenset(names)
