"""The example on the real orders it was written for: every row is accounted for, twice the same bytes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "two_channels"
WHOLE = ROOT / "../shared/data/online_retail_201012_201108.parquet"
HASH_SEEDS = ("0", "4294967295")

needs_whole = pytest.mark.skipif(not WHOLE.exists(), reason="the whole Online Retail file is not on this machine")


def replay(events: Path, hash_seed: str, decisions: Path) -> bytes:
    command = [sys.executable, "-m", "segue", "replay", str(EXAMPLE), "--events", str(events), "--json"]
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run([*command, "--decisions", str(decisions)], env=environment, capture_output=True, timeout=900)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def replay_twice(events: Path, tmp_path: Path) -> dict[str, object]:
    """Return the report of a replay, once it was the same under two hash seeds, decisions included."""
    first, second = (replay(events, seed, tmp_path / f"{seed}.jsonl") for seed in HASH_SEEDS)
    assert first == second
    written = [(tmp_path / f"{seed}.jsonl").read_bytes() for seed in HASH_SEEDS]
    assert written[0] == written[1]
    report: dict[str, object] = json.loads(first)
    assert len(written[0].splitlines()) == report["decisions"]
    return report


def test_a_slice_of_real_orders_is_accounted_for_and_twice_gives_the_same_bytes(tmp_path):
    events = tmp_path / "slice.parquet"
    orders, count = EXAMPLE / "data" / "orders.parquet", "CAST(CustomerID AS BIGINT) % 6 = 0"
    duckdb.sql(f"COPY (FROM '{orders}' WHERE {count} OR CustomerID IS NULL) TO '{events}' (FORMAT parquet)")
    rows = duckdb.sql(f"SELECT count(*), count(CustomerID) FROM '{events}'").fetchall()[0]
    report = replay_twice(events, tmp_path)
    assert rows == (report["rows"], report["received"])
    assert report["dead_rows"] == {"no_identifier": rows[0] - rows[1]}
    assert report["dead_letters"] == {}
    assert report["duplicates"] == 0
    assert report["chosen"]["email"] > 20
    assert report["chosen"]["display"] > 20
    assert report["ghosts"] > 5


@needs_whole
@pytest.mark.skipif(not os.environ.get("SEGUE_WHOLE_DATA"), reason="takes two minutes; `dev.py torture` runs it")
def test_all_the_real_orders_are_accounted_for_and_twice_give_the_same_bytes(tmp_path):
    report = replay_twice(WHOLE, tmp_path)
    assert report["rows"] == 320_705
    assert report["dead_rows"] == {"no_identifier": 88_652}
    assert report["received"] == 232_053
    assert (report["duplicates"], report["dead_letters"], report["customers"]) == (0, {}, 3_360)


@needs_whole
def test_the_shipped_orders_are_what_the_script_makes_of_the_whole(tmp_path):
    script = (EXAMPLE / "data" / "make_extract.py").read_text(encoding="utf-8")
    (tmp_path / "make_extract.py").write_text(script, encoding="utf-8")
    subprocess.run([sys.executable, str(tmp_path / "make_extract.py"), str(WHOLE)], check=True, capture_output=True)
    made, shipped = tmp_path / "orders.parquet", EXAMPLE / "data" / "orders.parquet"
    difference = duckdb.sql(
        f"(FROM '{made}' EXCEPT ALL FROM '{shipped}') UNION ALL (FROM '{shipped}' EXCEPT ALL FROM '{made}')"
    )
    assert difference.fetchall() == []
    assert shipped.stat().st_size < 1_500_000
