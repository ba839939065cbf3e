"""segue replay."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from segue.cli import main
from tests.cli.conftest import CUSTOMERS, ORDERS_EACH


def test_a_file_is_decided_about_and_every_row_is_accounted_for(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()

    assert main(["replay", str(shop), "--events", str(shop / "orders.csv"), "--json"]) == 0

    result = json.loads(capsys.readouterr().out)
    assert result["rows"] == CUSTOMERS * ORDERS_EACH + 1
    assert result["received"] + sum(result["dead_rows"].values()) == result["rows"]
    assert result["commands"] == {"email": CUSTOMERS - result["ghosts"]}


def test_two_hash_seeds_decide_the_same_bytes(shop: Path, tmp_path: Path) -> None:
    files = []
    for seed in ("1", "2"):
        file = tmp_path / f"{seed}.jsonl"
        command = [sys.executable, "-m", "segue", "replay", shop, "--events", shop / "orders.csv", "--decisions", file]
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True)
        files.append(file.read_bytes())

    assert files[0] == files[1]
    assert files[0].count(b"\n") == CUSTOMERS


def test_the_stores_log_replays_to_itself(busy_shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()

    assert main(["replay", str(busy_shop), "--log"]) == 0
    assert "replay to what is stored, byte for byte" in capsys.readouterr().out


def test_the_summary_names_dead_rows_and_digests(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()

    assert main(["replay", str(shop), "--events", str(shop / "orders.csv"), "--until", "2030-01-01T00:00:00Z"]) == 0

    printed = capsys.readouterr().out
    assert "dead: no_identifier" in printed
    assert "who won, what waited" in printed
    assert "journeys, step by step" in printed
    assert "states    " in printed
