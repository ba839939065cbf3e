"""Trees as masks of bits, so that one row goes through all trees at once, without walking down any.

All nodes are compared at the same time. A node whose answer is "right" rules out the leaves to its left; the first leaf
of a tree that nobody has ruled out is the one that walking down would reach (Lucchese et al. 2015, QuickScorer).
"""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Places: TypeAlias = npt.NDArray[np.intp]

MOST_LEAVES = 64
"""So many leaves of a tree fit the bits of an integer."""

_ALL = np.uint64(2**64 - 1)
_ONE = np.uint64(1)


class Masks:
    """The nodes of all trees, one tree after the other.

    Attributes:
        nodes: which node each mask belongs to (m,); a tree that is a mere leaf has its leaf here, which never answers
            "right".
        leaf_nodes: the leaves, from left to right, one tree after the other.
    """

    __slots__ = ("_first_leaf", "_first_mask", "_ruled_out", "leaf_nodes", "nodes")

    def __init__(self, nodes: Places, leaves: Places, ruled_out: list[int], masks: list[int], first: list[int]) -> None:
        self.nodes = nodes
        self.leaf_nodes = leaves
        self._ruled_out = ~np.array(ruled_out, dtype=np.uint64)
        self._first_mask = np.array(masks, dtype=np.intp)
        self._first_leaf = np.array(first, dtype=np.intp) - 1

    def leaves(self, goes_right: npt.NDArray[np.bool_]) -> Places:
        """Return each tree's place among ``leaf_nodes``, given the nodes' answers (m,)."""
        remaining = np.bitwise_and.reduceat(np.where(goes_right, self._ruled_out, _ALL), self._first_mask)
        lowest = remaining & (~remaining + _ONE)
        return np.asarray(np.frexp(lowest)[1] + self._first_leaf)


def make_masks(roots: Places, left: Places, right: Places) -> Masks | None:
    """Return the masks of trees whose leaves have ``left`` below 0; None where a tree has too many leaves."""
    nodes: list[int] = []
    ruled_out: list[int] = []
    leaves: list[int] = []
    first_mask: list[int] = []
    first_leaf: list[int] = []
    for root in roots.tolist():
        first_mask.append(len(nodes))
        first_leaf.append(len(leaves))
        if not _flatten(root, left, right, nodes, ruled_out, leaves, first_leaf[-1]):
            return None
    if not nodes:
        return None
    return Masks(np.array(nodes), np.array(leaves), ruled_out, first_mask, first_leaf)


def _flatten(
    root: int, left: Places, right: Places, nodes: list[int], ruled_out: list[int], leaves: list[int], first: int
) -> bool:
    """Add one tree's nodes and leaves; return whether its leaves fit a mask."""
    if left[root] < 0:
        nodes.append(root)
        ruled_out.append(0)
        leaves.append(root)
        return True
    waiting: list[tuple[int, bool]] = [(root, False)]
    begins: dict[int, int] = {}
    while waiting:
        node, left_is_done = waiting.pop()
        if left[node] < 0:
            leaves.append(node)
        elif not left_is_done:
            begins[node] = len(leaves) - first
            waiting += [(node, True), (int(left[node]), False)]
        else:
            begin, end = begins[node], len(leaves) - first
            if end > MOST_LEAVES - 1:
                return False
            nodes.append(node)
            ruled_out.append((1 << end) - (1 << begin))
            waiting.append((int(right[node]), False))
    return len(leaves) - first <= MOST_LEAVES
