"""Tables become numpy columns, whatever file they come from."""

import gzip
from pathlib import Path

import duckdb
import numpy as np
import pytest

from segue.learning.tables import query_columns, read_table
from segue.model.errors import SegueError

CSV = "name,count,amount,at,yes\nann,1,2.5,2024-01-02 03:04:05,true\n,,,,\nbob,3,0.5,2024-01-03 00:00:00,false\n"


def test_a_table_is_read_alike_from_csv_and_parquet(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(CSV)
    (tmp_path / "table.csv.gz").write_bytes(gzip.compress(CSV.encode()))
    duckdb.sql(f"COPY (FROM '{tmp_path}/table.csv') TO '{tmp_path}/table.parquet'")

    for name in ("table.csv", "table.csv.gz", "table.parquet"):
        table = read_table(tmp_path / name)

        assert list(table) == ["name", "count", "amount", "at", "yes"]
        assert table["name"].tolist() == ["ann", None, "bob"]
        assert np.array_equal(table["count"], [1.0, np.nan, 3.0], equal_nan=True)
        assert np.array_equal(table["amount"], [2.5, np.nan, 0.5], equal_nan=True)
        assert np.array_equal(table["yes"], [1.0, np.nan, 0.0], equal_nan=True)
        assert table["at"][0] == np.datetime64("2024-01-02T03:04:05")
        assert np.isnat(table["at"][1])


def test_whole_columns_keep_their_kind() -> None:
    kinds = "i::TINYINT AS small, i::UBIGINT AS big, (i + 0.5)::DECIMAL(9, 2) AS money, i > 1 AS yes"
    table = query_columns(duckdb.connect(), f"SELECT {kinds} FROM range(3) t(i)")

    assert {name: column.dtype.kind for name, column in table.items()} == {
        "small": "i",
        "big": "f",
        "money": "f",
        "yes": "b",
    }
    assert table["money"].tolist() == [0.5, 1.5, 2.5]


def test_a_query_takes_parameters() -> None:
    table = query_columns(duckdb.connect(), "SELECT i FROM range(5) t(i) WHERE i >= $1", [3])

    assert table["i"].tolist() == [3, 4]


def test_only_the_columns_asked_for_are_read(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(CSV)

    assert list(read_table(tmp_path / "table.csv", ["amount", "name"])) == ["amount", "name"]


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(CSV)
    (tmp_path / "broken.parquet").write_text("no parquet")

    with pytest.raises(SegueError, match="no file"):
        read_table(tmp_path / "missing.csv")
    with pytest.raises(SegueError, match=r"ends in \.parquet"):
        read_table(tmp_path / "table.xlsx")
    with pytest.raises(SegueError, match="no column 'price'"):
        read_table(tmp_path / "table.csv", ["price"])
    with pytest.raises(SegueError, match="cannot be read"):
        read_table(tmp_path / "broken.parquet")
