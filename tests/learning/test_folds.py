"""Folds: every row in one, all outcomes in each, a customer never in two."""

import numpy as np

from segue.learning.folds import spread, spread_by


def test_every_fold_has_its_share_of_each_label() -> None:
    labels = np.array([0] * 90 + [1] * 10)

    fold = spread(100, 5, strata=labels)

    assert [(np.sum((fold == k) & (labels == 0)), np.sum((fold == k) & (labels == 1))) for k in range(5)] == [
        (18, 2)
    ] * 5


def test_a_seed_gives_the_same_folds_again() -> None:
    assert spread(50, 5, seed=3).tolist() == spread(50, 5, seed=3).tolist() != spread(50, 5, seed=4).tolist()


def test_a_customer_is_in_one_fold() -> None:
    owners = np.array(["a", "b", "a", "c", "b", "a"])

    fold = spread_by(owners, 3)

    assert len({(owner, place) for owner, place in zip(owners.tolist(), fold.tolist(), strict=True)}) == 3
