"""The snippets of docs/guides/send-events.md, run as they stand against a server."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from segue.model.events import Tracked
from segue.model.identities import Identifier
from tests.compat.conftest import run_node_tool
from tests.server.harness import Served, serving, write_workspace

GUIDE = Path(__file__).parents[2] / "docs/guides/send-events.md"
SNIPPETS = re.findall(r"^## (.+?)\n.*?^```(sh|python|js)\n(.*?)^```$", GUIDE.read_text(), re.M | re.S)


def test_the_guide_has_a_snippet_for_every_client() -> None:
    assert [(title, language) for title, language, _ in SNIPPETS] == [
        ("Without a client", "sh"),
        ("Python: segment-analytics-python", "python"),
        ("Python: rudder-sdk-python", "python"),
        ("Node: @segment/analytics-node", "js"),
    ]


@pytest.mark.parametrize(("title", "language", "code"), SNIPPETS, ids=[title for title, _, _ in SNIPPETS])
def test_the_order_of_the_snippet_arrives(
    tmp_path: Path, request: pytest.FixtureRequest, title: str, language: str, code: str
) -> None:
    with serving(write_workspace(tmp_path / "shop")) as served:
        environment = {"SEGUE_URL": served.url, "SEGUE_KEY": served.key_for("ingest")}
        done = run(language, code, environment, request)
        assert done.returncode == 0, done.stderr
        assert orders_of_anna(served) == [40]


def run(
    language: str, code: str, environment: dict[str, str], request: pytest.FixtureRequest
) -> subprocess.CompletedProcess[str]:
    """Run a snippet in a process of its own."""
    if language == "js":
        project: Path = request.getfixturevalue("node_project")
        return run_node_tool("node", ["--input-type=module", "--eval", code], project, **environment)
    if language == "sh" and shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    program = [sys.executable, "-c", code] if language == "python" else ["/bin/sh", "-ec", code]
    return subprocess.run(
        program, env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False
    )


def orders_of_anna(served: Served) -> list[float]:
    """Return the revenues of the orders that arrived."""
    customer_id = served.site.runtime.find(Identifier("user_id", "anna"))
    assert customer_id is not None
    entries = served.ask(served.site.runtime.timeline(customer_id, 100))
    events = [entry.event for entry in entries if isinstance(entry.event, Tracked)]
    return [event.properties["revenue"] for event in events if event.name == "order_completed"]
