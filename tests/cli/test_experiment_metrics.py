"""Metrics in one word, of tables: kinds, ratios, and what a column cannot be."""

import pytest

from segue.cli.experiment_metrics import counted, table_metric, told
from segue.measurement.experiments.columns import column_types
from segue.measurement.experiments.files import open_tables
from segue.model.errors import SegueError

TABLE = """CREATE TABLE given AS SELECT i AS user_id, i % 2 AS Orders, i * 1.5 AS "a:b", i AS "x/y", i AS spent
FROM (SELECT unnest([1, 1, 2, 3]) AS i)"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Orders", "Orders:rate"),
        ("orders:mean", "Orders:mean"),
        ("Orders:rate:less", "Orders:rate:less"),
        ("spent", "spent:revenue"),
        ("a:b", "a:b:mean"),
        ("x/y", "x/y:mean"),
        ("spent/orders:ratio", "spent/orders:ratio"),
    ],
)
def test_a_metric_is_said_in_one_word(text: str, words: str) -> None:
    with open_tables() as duck:
        duck.execute(TABLE)
        metric = table_metric(duck, column_types(duck, "given"), text, {}, "true")

    assert told(metric) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [("spent:rate", "no rate"), ("spent:most", "no metric"), ("Orders", "cannot be read"), ("no", "no column")],
)
def test_what_a_column_cannot_be_is_told(text: str, words: str) -> None:
    with open_tables() as duck:
        duck.execute(TABLE)
        with pytest.raises(SegueError, match=words):
            table_metric(duck, column_types(duck, "given"), text, {"Orders": "it holds words"}, "true")


def test_a_count_is_a_mean_where_customers_have_several_rows() -> None:
    with open_tables() as duck:
        duck.execute(TABLE)
        metric = table_metric(duck, column_types(duck, "given"), "Orders", {}, "true")

        assert [counted(duck, metric, unit).kind for unit in ("user_id", "")] == ["mean", "rate"]
