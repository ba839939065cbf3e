"""The counterfactual model by hand, and fractribution's published tables from its sessions and conversions."""

import csv
import io
import tarfile
from pathlib import Path

import duckdb
import pytest

from segue.measurement.attribution.choosing import attribute
from segue.measurement.attribution.counterfactual import weights_of
from segue.measurement.attribution.paths import Paths, collect_paths, summarise, transform

ARCHIVE = Path(__file__).parents[3] / "../shared/conformance/snowplow_fractribution_apache2.tar.gz"
needs_archive = pytest.mark.skipif(not ARCHIVE.is_file(), reason="fractribution's tables are not here: ../shared")


def table(name: str) -> list[dict[str, str]]:
    with tarfile.open(ARCHIVE) as archive:
        file = archive.extractfile(f"integration_tests/data/expected/snowplow_fractribution_{name}_expected.csv")
        assert file is not None
        return [
            {key.lower(): value for key, value in row.items()}
            for row in csv.DictReader(io.TextIOWrapper(file, encoding="utf-8-sig"))
        ]


def collected() -> Paths:
    duck = duckdb.connect()
    duck.execute('CREATE TABLE sessions (customer_id VARCHAR, "at" TIMESTAMP, channel VARCHAR)')
    rows = [(row["customer_id"], row["visit_start_tstamp"], row["channel"]) for row in table("sessions_by_customer_id")]
    duck.executemany("INSERT INTO sessions VALUES (?, ?, ?)", rows)
    duck.execute('CREATE TABLE bought (customer_id VARCHAR, "at" TIMESTAMP, value DOUBLE)')
    bought = [
        (row["customer_id"], row["conversion_tstamp"], row["revenue"]) for row in table("conversions_by_customer_id")
    ]
    duck.executemany("INSERT INTO bought VALUES (?, ?, ?)", bought)
    return collect_paths(duck, "sessions", "bought", lookback_days=30)


def joined(paths: Paths, condition: str) -> list[str]:
    query = f"SELECT list_aggregate(path, 'string_agg', ' > ') FROM {paths.table} WHERE {condition}"
    return sorted(text for (text,) in paths.duck.execute(query).fetchall())


def test_weights_by_hand() -> None:
    rates = {("a", "b"): 0.5, ("a",): 0.1, ("b",): 0.3, ("a", "c"): 0.2, ("c",): 0.4, ("b", "c"): 0.1}

    assert weights_of(("a", "b"), rates) == pytest.approx([0.2 / 0.6, 0.4 / 0.6])
    assert weights_of(("a", "c"), rates) == pytest.approx([0.0, 1.0])
    assert weights_of(("b", "c"), rates) == [0.0, 1.0], "nobody has a difference: the last gets it"
    assert weights_of((), rates) == []


@needs_archive
def test_paths_to_conversion_and_to_none() -> None:
    paths = collected()
    exposed = transform(paths, "exposure")

    for name, condition in (("paths_to_conversion", "conversions = 1"), ("paths_to_non_conversion", "nulls = 1")):
        expected = table(name)
        assert joined(paths, condition) == sorted(row["path"] for row in expected)
        assert joined(exposed, condition) == sorted(row["transformed_path"] for row in expected)


@needs_archive
def test_path_summary() -> None:
    summary = summarise(transform(collected(), "exposure"))
    rows = summary.duck.execute(f"SELECT path, conversions, nulls, value FROM {summary.table}").fetchall()
    found = {" > ".join(path): (conversions, nulls, pytest.approx(value)) for path, conversions, nulls, value in rows}

    assert found == {
        row["transformed_path"]: (
            float(row["conversions"]),
            float(row["non_conversions"]),
            float(row["revenue"] or 0.0),
        )
        for row in table("path_summary")
    }


@needs_archive
def test_path_summary_with_channels() -> None:
    summary = summarise(transform(collected(), "exposure"))
    rows = summary.duck.execute(f"SELECT path, conversions, nulls FROM {summary.table}").fetchall()
    rates = {tuple(path): conversions / (conversions + nulls) for path, conversions, nulls in rows}
    expected = [row for row in table("path_summary_with_channels") if row["attribution_type"] == "shapley"]

    for row in expected:
        path = tuple(row["transformed_path"].split(" > "))
        found = dict(zip(path, weights_of(path, rates), strict=True))
        published = {channel: float(row[channel.lower()] or 0.0) for channel in path}
        if row["conversions"] != "0":
            assert found == pytest.approx(published, abs=5e-4)
    assert len(expected) == len(rates)


@needs_archive
@pytest.mark.parametrize(("model", "theirs"), [("counterfactual", "shapley"), ("last", "last_touch")])
def test_channel_attribution_and_report(model: str, theirs: str) -> None:
    found = attribute(summarise(transform(collected(), "exposure")), model)
    by_channel = {credit.channel: (credit.conversions, credit.value) for credit in found.credits}
    spend = {row["channel"]: float(row["spend"]) for row in table("channel_spend")}
    returns = found.return_on_spend(spend)

    for row in (row for row in table("channel_attribution") if row["attribution_type"] == theirs):
        expected = float(row["conversions"]), float(row["revenue"])
        assert by_channel.get(row["channel"], (0.0, 0.0)) == pytest.approx(expected, abs=1e-8)
    for row in (row for row in table("report_table") if row["attribution_type"] == theirs):
        assert returns[row["channel"]] == pytest.approx(float(row["roas"]), abs=1e-8)
