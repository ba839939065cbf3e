"""Amounts in every notation are the numbers that were meant; where two notations would do, nothing is read."""

import pytest

from segue.measurement.experiments.amounts import Read, read_amounts
from segue.measurement.experiments.files import open_tables


def read(columns: dict[str, list], decimal: str = "", likely: str = "") -> tuple[Read, dict[str, list]]:
    """Return what was read, and the columns after it."""
    with open_tables() as duck:
        kinds = ", ".join(
            f"{name} {'DOUBLE' if isinstance(cells[0], float) else 'VARCHAR'}" for name, cells in columns.items()
        )
        duck.execute(f"CREATE TABLE t ({kinds}, row_number__ BIGINT)")
        rows = [[*row, place] for place, row in enumerate(zip(*columns.values(), strict=True), 1)]
        duck.executemany(f"INSERT INTO t VALUES ({', '.join('?' * (len(columns) + 1))})", rows)
        found = read_amounts(duck, "t", (), decimal, likely)  # type: ignore[arg-type]
        return found, {name: [row[0] for row in duck.execute(f"SELECT {name} FROM t").fetchall()] for name in columns}


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["1.234,56", "0,5", "7"], [1234.56, 0.5, 7]),
        (["1,234.56", "0.5", "7"], [1234.56, 0.5, 7]),
        (["1.234.567", "1,5"], [1234567, 1.5]),
        (["12,34,567.50", "1"], [1234567.5, 1]),
        (["1 234,5", "1\u202f234\u00a0567,5"], [1234.5, 1234567.5]),
        (["1'234.50", "1\u2019234.50"], [1234.5, 1234.5]),
        (["$1,234.50", "-$5.00", "$-5.00", "0"], [1234.5, -5, -5, 0]),
        (["1.234,50 \u20ac", "\u22125,00 \u20ac"], [1234.5, -5]),
        (["CHF 12.50", "chf 1"], [12.5, 1]),
        (["12.5 EUR", "EUR 1"], [12.5, 1]),
        (["(12.50)", "($1,000.00)", "3.25"], [-12.5, -1000, 3.25]),
        (["12,50-", "3,25"], [-12.5, 3.25]),
        (["12.5%", "3 %"], [0.125, 0.03]),
        (["5.5", "n/a", "NULL", "-", " ", None], [5.5, None, None, None, None, None]),
        (["1e3", "2.5E-1", ".5"], [1000, 0.25, 0.5]),
        (["$5", "$6"], [5, 6]),
    ],
)
def test_amounts_are_read_as_they_are_meant(cells: list, numbers: list) -> None:
    found, columns = read({"x": cells})

    assert columns["x"] == pytest.approx(numbers)
    assert found.unread == {}


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        (["1.234", "7.000"], "'1.234' could be 1.234 or 1,234: say --decimal"),
        (["1,234"], "'1,234' could be 1,234 or 1.234"),
        (["5.5", "6", "tbd"], "1 cell is no number, the first in row 3: 'tbd'"),
        (["1.5", "2,5", "3,25"], "1 cell is no number, the first in row 1: '1.5'"),
        (["$5", "\u20ac6"], "it holds $ and \u20ac: convert"),
        (["5 %", "6"], "1 of 2 cells are per cent"),
        (["mail", "mail", "5"], "it holds words ("),
        (["A12", "EURO 5"], "it holds words ("),
        (["12 34", "1.2.3"], "it holds words ("),
        ([None, ""], "it is empty"),
    ],
)
def test_what_is_not_sure_is_not_read(cells: list, why: str) -> None:
    found, columns = read({"x": cells})

    assert why in found.unread["x"]
    assert columns["x"] == cells


@pytest.mark.parametrize(
    ("beside", "decimal", "likely", "number"),
    [
        (["0,5"], "", "", 1234),
        (["0.5"], "", "", 1.234),
        ([0.5], "", "", 1.234),
        (["word"], "", "point", 1.234),
        (["0,5"], "", "point", 1234),
        (["word"], "comma", "", 1234),
        (["0.5"], "comma", "", 1234),
        (["word"], "point", "", 1.234),
    ],
)
def test_the_other_columns_or_the_user_say_how_it_is_written(
    beside: list, decimal: str, likely: str, number: float
) -> None:
    assert read({"x": ["1.234"], "y": beside}, decimal, likely)[1]["x"] == [number]


def test_columns_that_disagree_do_not_tell_of_another_one() -> None:
    found, _ = read({"x": ["1.234"], "y": ["0,5"], "z": ["0.5"]})

    assert list(found.unread) == ["x"]


def test_an_example_says_what_was_understood() -> None:
    found, _ = read({"x": ["3,5", "1.234,50 \u20ac", "(7,25)"], "y": ["5", "N/A", "6.5"], "z": ["1", "2", "3"]})

    assert found.told == {"x": "in x '(7,25)' is -7.25", "y": "in y 'N/A' is nothing"}


def test_a_column_is_read_whole_not_by_its_beginning() -> None:
    found, columns = read({"x": ["1,5"] * 3000 + ["one"]})

    assert found.unread == {"x": "1 cell is no number, the first in row 3,001: 'one'"}
    assert columns["x"][-1] == "one"
