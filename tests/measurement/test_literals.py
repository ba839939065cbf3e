"""Literals mean in DuckDB what they meant in Python."""

from datetime import UTC, datetime

import duckdb

from segue.measurement.literals import listed, timestamp


def test_a_moment_is_the_same_with_its_zone_and_without() -> None:
    in_utc = datetime(2026, 3, 2, 12, 0, 0, 250, tzinfo=UTC)
    noon = in_utc.replace(tzinfo=None)
    assert timestamp(noon) == timestamp(in_utc)
    assert duckdb.connect().execute(f"SELECT {timestamp(noon)}").fetchall() == [(noon,)]


def test_a_list_holds_every_text_whatever_is_in_it() -> None:
    texts = ["plain", "it's", "'; DROP TABLE x; --", ""]
    assert duckdb.connect().execute(f"SELECT {listed(texts)}").fetchall() == [(texts,)]
