"""segue explain."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from segue.cli import main


def customer_as_json(shop: Path, capsys: pytest.CaptureFixture[str], name: str) -> dict[str, object]:
    capsys.readouterr()
    assert main(["explain", name, "--workspace", str(shop), "--json"]) == 0
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


def test_a_customer_is_found_by_identifier_and_by_id(busy_shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    by_name = customer_as_json(busy_shop, capsys, "user_id:u1")
    by_id = customer_as_json(busy_shop, capsys, str(by_name["customer_id"]))

    assert by_id == by_name
    assert [event["event"] for event in by_name["events"]][-1] == "tracked order_completed"  # type: ignore[index]


def test_a_decision_shows_the_funnel(busy_shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    decisions = customer_as_json(busy_shop, capsys, "user_id:u1")["decisions"]
    decision_id = decisions[0]["decision_id"]  # type: ignore[index]

    command = [sys.executable, "-m", "segue", "explain", decision_id, "--workspace", busy_shop]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    lines = [" ".join(line.split()) for line in printed.splitlines()]
    assert lines[0] == f"Decision {decision_id}"
    assert "2 candidates: 0 suppressed, 2 scored" in lines
    assert any("offer · email rule:thank 5.00 0.00 0.00 5.00" in line for line in lines)
    assert any(line.startswith("Chosen: offer · email (action probability 1.0000, draw 0.") for line in lines)


def test_the_customers_page_lists_events_with_their_decisions(
    busy_shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()

    assert main(["explain", "user_id:u2", "--workspace", str(busy_shop), "--limit", "50"]) == 0

    printed = capsys.readouterr().out
    assert printed.count("tracked order_completed") == 3
    assert "message: rule:thank/offer/email" in printed


def test_somebody_unknown_is_told_so(busy_shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()

    assert main(["explain", "user_id:nobody", "--workspace", str(busy_shop)]) == 1
    assert "KIND:VALUE" in capsys.readouterr().err
