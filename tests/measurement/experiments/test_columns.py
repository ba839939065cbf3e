"""Columns of words get the type that all of their cells have, and none that only most of them have."""

import pytest

from segue.measurement.experiments.columns import (
    column_types,
    is_number,
    name_sql,
    read_truths,
    replace_columns,
    require_columns,
    type_columns,
    words_of,
)
from segue.measurement.experiments.files import open_tables
from segue.model.errors import SegueError


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", " 2", "-3", None], "BIGINT"),
        (["1", "2.5", "1e3", ".5"], "DOUBLE"),
        (["0.125", "12.250"], "DOUBLE"),
        (["007", "12"], "VARCHAR"),
        (["1.234", "12.500"], "VARCHAR"),
        (["1,5", "2"], "VARCHAR"),
        (["2026-03-01", "2026-03-02"], "DATE"),
        (["2026-03-01", "2026-03-02 10:00"], "TIMESTAMP"),
        (["2026-03-01T10:00:00Z", "2026-03-01 10:00:00.5+02:00"], "TIMESTAMP WITH TIME ZONE"),
        (["2026-02-30"], "VARCHAR"),
        (["1", "x"], "VARCHAR"),
        (["1234567890123456789012"], "DOUBLE"),
        ([None, None], "VARCHAR"),
    ],
)
def test_a_column_has_the_type_of_all_its_cells(cells: list, kind: str) -> None:
    with open_tables() as duck:
        duck.execute("CREATE TABLE t (x VARCHAR)")
        duck.executemany("INSERT INTO t VALUES (?)", [[cell] for cell in cells])
        type_columns(duck, "t")

        assert column_types(duck, "t") == {"x": kind}


def test_one_cell_behind_those_that_are_looked_at_first_decides_too() -> None:
    with open_tables() as duck:
        duck.execute("CREATE TABLE t AS SELECT if(range = 4999, 'x', range::VARCHAR) AS x FROM range(5000)")
        type_columns(duck, "t")

        assert column_types(duck, "t") == {"x": "VARCHAR"}


@pytest.mark.parametrize(
    ("cells", "truths", "words"),
    [
        (["TRUE", "False"], [True, False], {}),
        (["Ja", " nein", None], [True, False, None], {"x": "in x 'ja' is 1 and 'nein' is 0"}),
        (["N", "y"], [False, True], {"x": "in x 'y' is 1 and 'n' is 0"}),
        (["yes", "yes"], [True, True], {"x": "in x 'yes' is 1 and 'no' is 0"}),
        (["yes", "nein"], ["yes", "nein"], {}),
        (["f", "m"], ["f", "m"], {}),
        ([None], [None], {}),
    ],
)
def test_one_pair_of_words_for_true_and_false_makes_truths(cells: list, truths: list, words: dict) -> None:
    with open_tables() as duck:
        duck.execute("CREATE TABLE t (x VARCHAR, arm VARCHAR DEFAULT 'yes')")
        duck.executemany("INSERT INTO t (x) VALUES (?)", [[cell] for cell in cells])

        assert read_truths(duck, "t", keep=("arm",)) == words
        assert duck.execute("SELECT x FROM t").fetchall() == [(truth,) for truth in truths]
        assert words_of(duck, "t", keep=("x",)) == ["arm"]


def test_columns_are_replaced_where_they_stand() -> None:
    with open_tables() as duck:
        duck.execute("""CREATE TABLE t AS SELECT 1 AS "a ""b", 2 AS c""")
        replace_columns(duck, "t", {'a "b': name_sql('a "b') + " + 1"})
        replace_columns(duck, "t", {})

        assert duck.execute("SELECT * FROM t").fetchall() == [(2, 2)]


def test_columns_that_are_missing_are_told() -> None:
    with pytest.raises(SegueError, match="no column 'b'"):
        require_columns(("a", "", "b"), {"a": "BIGINT"}, "The file")
    assert [kind for kind in ("BIGINT", "BOOLEAN", "DECIMAL(3,1)", "VARCHAR", "INTEGER[]") if is_number(kind)] == [
        "BIGINT",
        "BOOLEAN",
        "DECIMAL(3,1)",
    ]
