"""The Open Bandit data set: what is published for it comes out, through the table and through the arrays."""

import json
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pytest

from bench.off_policy import open_bandit, thompson_places
from segue.learning.off_policy.from_table import TableColumns, evaluate_table
from segue.learning.tables import read_table

DATA = Path(__file__).parents[4] / "shared" / "data"
PUBLISHED = 1.198126
"""Of Bernoulli Thompson sampling, relative to the random policy: the data set's own example."""

pytestmark = pytest.mark.skipif(not (DATA / "obd_all_random.parquet").exists(), reason="the data set is not here")


@cache
def figures() -> dict[str, float]:
    return open_bandit(DATA)


def test_thompson_sampling_on_random_decisions_is_worth_what_is_published() -> None:
    assert figures()["obd_ips"] == pytest.approx(0.004553, abs=1e-6)
    assert figures()["obd_relative"] == pytest.approx(PUBLISHED, abs=5e-4)


def test_the_table_says_the_same(tmp_path: Path) -> None:
    path, random = tmp_path / "log.parquet", DATA / "obd_all_random.parquet"
    table = read_table(random, ["item_id", "position"])
    places = thompson_places(json.loads((DATA / "obd_bts_prior_all.json").read_text())["all"])
    would = places[table["item_id"], table["position"] - 1].tolist()
    known = f"SELECT *, row_number() OVER () AS row FROM read_parquet('{random}')"
    wanted = "SELECT unnest($1) AS would, generate_subscripts($1, 1) AS row"
    duckdb.execute(f"COPY (SELECT * FROM ({known}) JOIN ({wanted}) USING (row)) TO '{path}'", [would])

    columns = TableColumns(action="item_id", probability="propensity_score", reward="click", target_probability="would")
    found = evaluate_table(path, columns)

    assert found.estimates["ips"].value / found.log.value == pytest.approx(PUBLISHED, abs=5e-4)
    assert found.estimates["ips"].low <= truth_on_policy() <= found.estimates["ips"].high


def truth_on_policy() -> float:
    """Return the click rate in the log that Thompson sampling itself wrote."""
    return float(np.mean(read_table(DATA / "obd_all_bts.parquet", ["click"])["click"]))
