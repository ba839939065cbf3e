"""@segment/analytics-node against a running server: each message lands exactly once."""

import json
from pathlib import Path
from typing import Any

import pytest

from segue.model.identities import Identifier
from tests.compat.conftest import run_node_tool
from tests.compat.faults import Fault, Faults
from tests.compat.landed import landed
from tests.server.harness import Served


def send(node_project: Path, served: Served, key: str, user: str) -> dict[str, Any]:
    """Let the client make one call of every kind; return what it sent and which errors it told."""
    done = run_node_tool("node", ["send.mjs", served.url, key, user], node_project)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize(
    ("user", "met"),
    [
        ("node-plain", []),
        ("node-lost-answer", [Fault(500, "after"), Fault(500)]),
        ("node-slow-down", [Fault(429, retry_after="1")]),
    ],
)
def test_each_message_lands_exactly_once_whatever_the_answer_was(
    served: Served, faults: Faults, node_project: Path, user: str, met: list[Fault]
) -> None:
    faults.inject(*met)
    told = send(node_project, served, served.key, user)
    assert faults.left == 0, "the client met every fault"
    assert told["errors"] == []
    assert sorted(message["type"] for message in told["sent"]) == [
        "alias",
        "group",
        "identify",
        "page",
        "screen",
        "track",
    ]
    events = [message["messageId"] for message in told["sent"] if message["type"] != "alias"]
    assert [landed(served)[message_id] for message_id in events] == [1, 1, 1, 1, 1]
    find = served.site.runtime.find
    assert find(Identifier("user_id", user)) == find(Identifier("user_id", f"before-{user}")) is not None


def test_a_refusal_is_understood_and_not_repeated(served: Served, faults: Faults, node_project: Path) -> None:
    faults.inject()
    told = send(node_project, served, "not-a-key", "node-refused")
    assert faults.posts == 1
    assert told["sent"] == []
    assert {error["code"] for error in told["errors"]} == {"delivery_failure"}
