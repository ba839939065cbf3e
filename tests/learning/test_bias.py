"""Bias: groups contacted at too different rates are found, with how sure that is."""

import numpy as np
import pytest

from segue.learning.bias import check_bias


def base(rates: dict[str, tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    """Rows of groups, given (contacted, of)."""
    groups = np.array([name for name, (_, of) in rates.items() for _ in range(of)], dtype=object)
    contacted = np.array([float(n < hits) for hits, of in rates.values() for n in range(of)])
    return groups, contacted


def test_a_group_contacted_half_as_often_fails_the_check() -> None:
    found = check_bias("gender", *base({"women": (200, 1000), "men": (400, 1000)}))

    assert not found.passes
    assert found.ratio.value == 0.5
    assert found.ratio.low < 0.5 < found.ratio.high < 0.8
    assert found.verdict == (
        "gender: women is contacted 0.50 times as often as men; at least 0.8 is asked for, surely so."
    )


def test_groups_contacted_alike_pass() -> None:
    found = check_bias("gender", *base({"women": (390, 1000), "men": (400, 1000)}))

    assert found.passes
    assert [group.group for group in found.groups] == ["women", "men"]


def test_few_rows_leave_it_open_whether_it_is_chance() -> None:
    found = check_bias("gender", *base({"women": (14, 100), "men": (20, 100)}))

    assert not found.passes
    assert found.verdict.endswith("though that may be chance.")


def test_a_group_that_is_never_contacted_fails() -> None:
    found = check_bias("city", *base({"Ghent": (0, 500), "Bruges": (250, 500)}))

    assert (found.passes, found.ratio.value) == (False, 0.0)
    assert found.ratio.high < 0.05


def test_groups_that_are_too_small_are_named_and_not_judged() -> None:
    found = check_bias("city", *base({"Ghent": (0, 99), "Bruges": (50, 500)}))

    assert found.passes
    assert found.too_small == ("Ghent",)
    assert "nothing to compare" in found.verdict


def test_where_nobody_is_contacted_nobody_is_treated_worse() -> None:
    assert check_bias("city", *base({"Ghent": (0, 500), "Bruges": (0, 500)})).passes


def test_probabilities_and_weights_count() -> None:
    groups = np.array(["a"] * 200 + ["b"] * 200)

    found = check_bias("group", groups, np.r_[np.full(200, 0.3), np.full(200, 0.6)], rows=np.full(400, 2.0))

    assert found.ratio.value == pytest.approx(0.5)
    assert found.groups[0].rows == 400


def test_the_interval_of_the_ratio_covers_the_truth() -> None:
    chance = np.random.default_rng(1)
    groups = np.array(["a"] * 400 + ["b"] * 800)
    covered = 0
    for _ in range(300):
        contacted = (chance.random(1200) < np.where(groups == "a", 0.15, 0.3)).astype(float)
        interval = check_bias("group", groups, contacted).ratio
        covered += interval.low <= 0.5 <= interval.high

    assert 0.92 <= covered / 300 <= 0.99
