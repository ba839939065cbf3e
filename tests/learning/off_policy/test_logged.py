"""What is no log, or no policy, is refused with a word on what to do."""

from typing import Any

import numpy as np
import pytest
from msgspec.structs import replace

from segue.learning.off_policy.logged import LoggedBandit, checked, checked_target, fixed, uniform
from segue.model.errors import SegueError

LOG = LoggedBandit(
    actions=("a", "b", "c"),
    x=np.zeros((2, 1)),
    action=np.array([0, 1]),
    probability=np.array([0.5, 0.5]),
    reward=np.array([1.0, 0.0]),
    eligible=np.array([[True, True, False], [True, True, True]]),
)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"action": np.array([0, 3])}, "outside 0 to 2"),
        ({"probability": np.array([0.5, 0.0])}, "not in .0, 1.*row 1"),
        ({"probability": np.array([0.5, np.nan])}, "not in .0, 1"),
        ({"reward": np.array([1.0, np.nan])}, "missing"),
        ({"reward": np.array([1.0])}, "differ in length"),
        ({"unit": np.array([1.0])}, "differ in length"),
    ],
)
def test_a_wrong_log_is_refused(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(SegueError, match=reason):
        checked(replace(LOG, **change))


def test_an_empty_log_is_refused() -> None:
    empty = replace(LOG, x=LOG.x[:0], action=LOG.action[:0], probability=LOG.probability[:0], reward=LOG.reward[:0])

    with pytest.raises(SegueError, match="no decisions"):
        checked(empty)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ([[1.0, 0.0], [1.0, 0.0]], "columns? for each action"),
        ([[1.0, 0.0, 0.0], [0.5, 0.4, 0.0]], "row 1 they sum to 0.9"),
        ([[1.5, -0.5, 0.0], [1.0, 0.0, 0.0]], "no distribution"),
        ([[0.5, 0.0, 0.5], [1.0, 0.0, 0.0]], "not eligible"),
    ],
)
def test_what_is_no_policy_is_refused(target: list[list[float]], reason: str) -> None:
    with pytest.raises(SegueError, match=reason):
        checked_target(LOG, np.array(target))


def test_simple_policies_keep_to_what_is_eligible() -> None:
    assert np.allclose(uniform(LOG), [[0.5, 0.5, 0.0], [1 / 3, 1 / 3, 1 / 3]])
    assert np.allclose(fixed(LOG, 2), [[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])


def test_weights_say_how_much_more_often() -> None:
    assert LOG.weights(np.array([[1.0, 0.0, 0.0], [0.5, 0.25, 0.25]])).tolist() == [2.0, 0.5]
