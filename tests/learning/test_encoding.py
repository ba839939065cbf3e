"""Encoding: texts to one input a level, the same for every table; what cannot be learnt from is refused."""

import numpy as np
import pytest

from segue.learning.encoding import Encoding, make_encoding, truths
from segue.model.errors import SegueError


def columns() -> dict[str, np.ndarray]:
    """25 rows from town, 25 from country, 3 from the moon; one without an age."""
    homes = ["town"] * 25 + ["country"] * 25 + ["moon"] * 3
    return {
        "age": np.r_[np.nan, np.arange(52.0)],
        "home": np.array(homes, dtype=object),
        "bought": np.array([True] * 20 + [False] * 33),
    }


def test_rare_levels_share_an_input() -> None:
    encoding = make_encoding(columns(), drop=["bought"])

    assert encoding.inputs == ("age", "home=country", "home=town", "home=(other)")
    assert encoding.encode(columns())[-1].tolist() == [51.0, 0.0, 0.0, 1.0]
    assert np.isnan(encoding.encode(columns())[0, 0])


def test_a_level_that_training_never_saw_is_one_of_the_others() -> None:
    encoding = make_encoding(columns(), drop=["bought"])
    new = {"age": np.array([1, 2]), "home": np.array(["Mars", None], dtype=object)}

    assert encoding.encode(new).tolist() == [[1.0, 0.0, 0.0, 1.0], [2.0, 0.0, 0.0, 1.0]]


@pytest.mark.parametrize(
    ("values", "yes", "expected"),
    [
        (np.array([True, False]), None, [1.0, 0.0]),
        (np.array([1, 0]), None, [1.0, 0.0]),
        (np.array(["Yes", "no"], dtype=object), None, [1.0, 0.0]),
        (np.array(["mail", "none"], dtype=object), "mail", [1.0, 0.0]),
    ],
)
def test_truths_are_read_as_they_are_written(values: np.ndarray, yes: str | None, expected: list[float]) -> None:
    assert truths({"y": values}, "y", yes).tolist() == expected


@pytest.mark.parametrize(
    ("table", "drop", "words"),
    [
        ({"day": np.array(["2026-01-01"], dtype="datetime64[D]")}, [], "'day' is a date"),
        ({"id": np.array([str(n) for n in range(50)], dtype=object)}, [], "another text in nearly every row"),
        ({"age": np.arange(5)}, ["aeg"], "no column 'aeg'"),
        ({"age": np.arange(5)}, ["age"], "No column is left"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(table: dict[str, np.ndarray], drop: list[str], words: str) -> None:
    with pytest.raises(SegueError, match=words):
        make_encoding(table, drop)


def test_an_outcome_that_is_not_yes_or_no_is_refused() -> None:
    with pytest.raises(SegueError, match="'age' has to be 0 or 1"):
        truths(columns(), "age")
    with pytest.raises(SegueError, match="nowhere 'boat'"):
        truths(columns(), "home", "boat")


def test_a_table_without_a_column_of_the_encoding_is_refused() -> None:
    with pytest.raises(SegueError, match="no column 'age'"):
        Encoding(("age",), {}).encode({"home": np.array([1])})
