"""Options: flat columns that read like lists of candidates."""

import numpy as np
import pytest

from segue.learning.frames import Option, Options

NAN = float("nan")


def options() -> Options:
    return Options(
        np.array([0, 2, 5]),
        np.array(["offer", "", "offer", "news", ""], dtype=object),
        np.array(["email", "", "sms", "email", ""], dtype=object),
        np.array([0.75, 0.25, 0.5, 0.25, 0.25]),
        {"cost": np.array([0.1, NAN, 0.3, 0.0, NAN])},
    )


def test_a_row_holds_its_decisions_candidates() -> None:
    assert options()[0] == (Option("offer", "email", {"cost": 0.1}, 0.75), Option("", "", {}, 0.25))
    assert [each.action for each in options()[-1]] == ["offer", "news", ""]
    assert options()[0:2] == [options()[0], options()[1]]
    assert options().row.tolist() == [0, 0, 1, 1, 1]
    with pytest.raises(IndexError):
        options()[2]


def test_a_score_that_is_missing_is_what_the_caller_says() -> None:
    assert options().score("cost").tolist() == [0.1, 0.0, 0.3, 0.0, 0.0]
    assert options().score("fame", missing=7.0).tolist() == [7.0] * 5


def test_rows_can_be_taken_in_any_order() -> None:
    taken = options().take(np.array([1, 0, 1]))
    assert taken[:] == [options()[1], options()[0], options()[1]]
    assert len(options().take(np.array([], dtype=np.int64))) == 0
