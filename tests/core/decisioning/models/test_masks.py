"""Masks: the leaf that remains is the one that walking down reaches."""

import numpy as np

from segue.core.decisioning.models.masks import MOST_LEAVES, make_masks

# Node 0 asks, then 1 (left) or 2 (right); the leaves are 3, 4, 5, 6 from left to right. Node 7 is a mere leaf.
LEFT = np.array([1, 3, 5, -1, -1, -1, -1, -1])
RIGHT = np.array([2, 4, 6, -1, -1, -1, -1, -1])


def chain(splits: int) -> tuple[np.ndarray, np.ndarray]:
    """A tree whose every right child splits again: splits + 1 leaves."""
    left, right = np.full(2 * splits + 1, -1), np.full(2 * splits + 1, -1)
    left[0 : 2 * splits : 2], right[0 : 2 * splits : 2] = np.arange(1, 2 * splits, 2), np.arange(2, 2 * splits + 1, 2)
    return left, right


def test_every_combination_of_answers_ends_where_walking_ends() -> None:
    masks = make_masks(np.array([0, 7]), LEFT, RIGHT)
    assert masks is not None

    for answers in np.ndindex(2, 2, 2):
        goes_right = np.array([answers[node] == 1 if node < 3 else False for node in masks.nodes])
        below = RIGHT[0] if answers[0] else LEFT[0]
        expected = RIGHT[below] if answers[below] else LEFT[below]

        assert masks.leaf_nodes[masks.leaves(goes_right)].tolist() == [expected, 7]


def test_the_last_leaf_of_the_largest_tree_is_reached() -> None:
    masks = make_masks(np.array([0]), *chain(MOST_LEAVES - 1))
    assert masks is not None

    assert masks.leaves(np.ones(len(masks.nodes), dtype=bool)).tolist() == [MOST_LEAVES - 1]


def test_a_tree_with_more_leaves_than_bits_has_no_masks() -> None:
    assert make_masks(np.array([0]), *chain(MOST_LEAVES)) is None


def test_no_trees_have_no_masks() -> None:
    assert make_masks(np.array([], dtype=np.intp), LEFT, RIGHT) is None
