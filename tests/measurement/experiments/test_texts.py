"""Texts in any encoding and with any delimiter; lines that do not fit are told, never skipped."""

import gzip
from pathlib import Path

import pytest

from segue.measurement.experiments.files import open_tables
from segue.measurement.experiments.texts import form_of, load_text
from segue.model.errors import SegueError

ROWS = [("1", "Käufer", "0,5"), ("2", 'a "b"; c', "7")]


def rows_of(path: Path) -> list[tuple]:
    with open_tables() as duck:
        load_text(duck, path, "t")
        return duck.execute("SELECT * FROM t").fetchall()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_text_is_read_whatever_it_is_written_in(tmp_path: Path, encoding: str, delimiter: str, end: str) -> None:
    lines = [["id", "Käufe", "x"], *([f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in ROWS)]
    path = tmp_path / "t.csv"
    path.write_bytes("".join(delimiter.join(line) + end for line in lines).encode(encoding))

    assert form_of(path).names == ("id", "Käufe", "x")
    assert rows_of(path) == [(*row, place) for place, row in enumerate(ROWS, 1)]
    path.rename(tmp_path / "t.csv.gz").write_bytes(gzip.compress((tmp_path / "t.csv.gz").read_bytes()))
    assert len(rows_of(tmp_path / "t.csv.gz")) == len(ROWS)


def test_other_encodings_are_told(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("id,Käufe\n1,2\n".encode("cp1252"))

    assert form_of(tmp_path / "t.csv").words == ["the file is written in Windows-1252"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("sep=;\nid;x,y\n1;2\n", ("id", "x,y")),
        ("id;;x;\n1;2;3;4\n", ("id", "column2", "x", "column4")),
        ("id,Arm,arm,ARM\n1,2,3,4\n", ("id", "Arm", "arm_2", "ARM_3")),
        ('id,"a\nb"\n1,2\n', ("id", "a\nb")),
        ("\n\nid,x\n1,2\n", ("id", "x")),
        ("user,2023,2024\n1,2,3\n", ("user", "2023", "2024")),
    ],
)
def test_every_column_has_a_name_of_its_own(tmp_path: Path, text: str, names: tuple[str, ...]) -> None:
    (tmp_path / "t.csv").write_text(text)

    assert form_of(tmp_path / "t.csv").names == names
    assert len(rows_of(tmp_path / "t.csv")) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("\n\n", "is empty"),
        ("1,control,0\n2,email,1\n", "no head line: it begins with '1', 'control', '0'"),
        ("u1,control,0\nu2,email,1\n", "no head line"),
        ("Spring,,\n,,\nid,arm,x\n1,a,0\n", "names too few columns: 'Spring'"),
        ("# made 2026\nid,arm,x\n1,a,0\n", "names too few columns: '# made 2026'"),
        ("PK\x03\x04", "is a spreadsheet or an archive, no text"),
        ("PAR1zz", "is Parquet, no text"),
        ("id,arm\n1,a\n2\n3,b\n", r"line 3 has 1 fields, the head has 2 \(delimited by commas\)"),
        ("id;arm\n1;a\n2;b;c\n", r"line 3 has 3 fields, the head has 2 \(delimited by semicolons\)"),
    ],
)
def test_what_is_no_table_is_told_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "t.csv").write_text(text)

    with pytest.raises(SegueError, match=words):
        rows_of(tmp_path / "t.csv")
