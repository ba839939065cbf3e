"""Files become tables; words for true and false become truths, except in the arm's column."""

import gzip
from pathlib import Path

import pytest

from segue.measurement.experiments.columns import column_types, is_number, read_truths
from segue.measurement.experiments.files import load_table, open_tables
from segue.model.errors import SegueError

TEXT = "id,promotion,bought,day\n1,Yes,TRUE,2026-03-01\n2,No,FALSE,2026-03-02\n"


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet", "t.jsonl", "T.CSV", "t.txt", "t.json"])
def test_every_kind_of_file_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with open_tables() as duck:
        if name.endswith("gz"):
            path.write_bytes(gzip.compress(TEXT.encode()))
        elif name.lower().endswith(("csv", "txt")):
            path.write_text(TEXT)
        elif name.endswith("json"):
            path.write_text('[{"id": 1, "promotion": "Yes"}, {"id": 2, "promotion": "No"}]')
        elif name.endswith("jsonl"):
            path.write_text('{"id": 1, "promotion": "Yes"}\n{"id": 2, "promotion": "No"}\n')
        else:
            duck.execute(f"COPY (SELECT 1 AS id, 'Yes' AS promotion UNION ALL SELECT 2, 'No') TO '{path}'")
        load_table(duck, path, "t")

        assert duck.execute("SELECT id, promotion, row_number__ FROM t").fetchall() == [(1, "Yes", 1), (2, "No", 2)]


def test_truths_are_read_but_names_of_arms_stay(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(TEXT)
    with open_tables() as duck:
        load_table(duck, tmp_path / "t.csv", "t")
        assert read_truths(duck, "t", keep=("promotion",)) == {}

        types = column_types(duck, "t")
        assert types == {"id": "BIGINT", "promotion": "VARCHAR", "bought": "BOOLEAN", "day": "DATE"}
        assert duck.execute("SELECT promotion, bought FROM t").fetchall() == [("Yes", True), ("No", False)]
    assert [name for name, kind in types.items() if is_number(kind)] == ["id", "bought"]


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "t.xlsx").write_text("x")
    (tmp_path / "t.parquet").write_text("x")
    (tmp_path / "head.csv").write_text("id,arm\n")
    with open_tables() as duck:
        for name, words in (
            ("t.xlsx", "is a spreadsheet"),
            ("t.doc", "is no table"),
            ("none.csv", "no file"),
            ("t.parquet", "cannot be read"),
            ("head.csv", "has no rows"),
        ):
            with pytest.raises(SegueError, match=words):
                load_table(duck, tmp_path / name, "t")
