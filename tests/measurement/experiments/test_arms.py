"""Arms: spellings become one, words for nothing none; other names stay as they are."""

import pytest

from segue.measurement.experiments.arms import fold_arms, spelt
from segue.measurement.experiments.files import open_tables


@pytest.mark.parametrize(
    ("cells", "arms", "told"),
    [
        (["control", "email"], ["control", "email"], []),
        (["A", "B", "a", "A "], ["A", "B", "A", "A"], ["'A', 'A ', 'a' are one arm, A"]),
        (
            ["Test  group", "test group", "Test  group"],
            ["Test  group"] * 3,
            ["'Test  group', 'test group' are one arm, Test  group"],
        ),
        ([" x", "y"], ["x", "y"], []),
        (["x", "NULL", "n/a", " ", None], ["x", None, None, None, None], []),
        (["none", "off", "-"], ["none", "off", "-"], []),
        (["ÜBEN", "üben", "üben"], ["üben"] * 3, ["'ÜBEN', 'üben' are one arm, üben"]),
    ],
)
def test_spellings_of_one_name_are_one_arm(cells: list, arms: list, told: list[str]) -> None:
    with open_tables() as duck:
        duck.execute("CREATE TABLE t (arm VARCHAR)")
        duck.executemany("INSERT INTO t VALUES (?)", [[cell] for cell in cells])

        assert fold_arms(duck, "t", "arm") == told
        assert [row[0] for row in duck.execute("SELECT arm FROM t").fetchall()] == arms


def test_numbers_and_columns_of_many_values_stay() -> None:
    with open_tables() as duck:
        duck.execute(
            "CREATE TABLE t AS SELECT range AS n, 'a' || range || if(range % 2 = 0, ' ', '') AS w FROM range(500)"
        )

        assert fold_arms(duck, "t", "n") == fold_arms(duck, "t", "w") == []
        assert duck.execute("SELECT w FROM t LIMIT 1").fetchall() == [("a0 ",)]


def test_an_arm_may_be_named_in_any_case() -> None:
    assert spelt("CONTROL", ["Control", "email"]) == "Control"
    assert spelt("email", ["Email", "email"]) == "email"
    assert spelt("other", ["Email"]) == "other"
