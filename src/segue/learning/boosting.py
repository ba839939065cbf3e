"""Gradient boosted trees, trained with scikit-learn and frozen as `Trees`."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from segue.model.errors import SegueError
from segue.model.snapshots import Trees

Floats: TypeAlias = npt.NDArray[np.float64]


class Boosting(Struct, frozen=True, kw_only=True):
    """How trees are grown: small ones, slowly, with many rows in each leaf, for data where chance is large.

    Attributes:
        trees: how many.
        leaves: of each tree, at most.
        rows: in each leaf, at least.
        rate: how much of its correction each tree makes.
        shrinkage: of leaf values towards 0 (L2).
    """

    trees: int = 100
    leaves: int = 8
    rows: int = 40
    rate: float = 0.06
    shrinkage: float = 1.0


def boost(
    x: Floats,
    inputs: tuple[str, ...],
    target: Floats,
    *,
    weights: Floats | None = None,
    link: str = "logit",
    boosting: Boosting = Boosting(),  # noqa: B008 - frozen
) -> Trees:
    """Train trees on ``x`` (n, d) with NaN where missing, to predict ``target`` (n,).

    Deterministic: nothing is sampled. Of the rows, not more than 255 values of an input are told apart.

    Args:
        weights: how much each row counts, all the same where None.
        link: ``logit`` for outcomes 0 and 1, ``identity`` for amounts (squared error).

    Raises:
        SegueError: scikit-learn is not installed.
    """
    if link == "logit" and target.min() == target.max():
        return _constant(inputs, _log_odds(float(target[0])), link)
    model = _learner(link, boosting)
    with _one_thread():
        model.fit(x, target, sample_weight=weights)
    return _freeze(model, inputs, link)


def drivers(trees: Trees) -> dict[str, float]:
    """Return the share of each input among the splits of ``trees``, by how many leaves lie below; the largest first.

    A rough answer to "what drives this model": a split near the root moves more customers than one near the leaves.
    """
    left, right = np.frombuffer(trees.left, "<i4"), np.frombuffer(trees.right, "<i4")
    below = np.where(left < 0, 1, 0)
    for node in range(len(left) - 1, -1, -1):
        if left[node] >= 0:
            below[node] = below[left[node]] + below[right[node]]
    asks = left >= 0
    weights = np.bincount(np.frombuffer(trees.feature, "<i4")[asks], below[asks], len(trees.inputs))
    shares = weights / max(weights.sum(), 1.0)
    return {trees.inputs[index]: float(shares[index]) for index in np.argsort(-shares, kind="stable") if shares[index]}


def combined(parts: list[tuple[float, Trees]]) -> Trees:
    """Return the weighted sum of trees with the identity link, as trees: exact, since sums of trees are trees."""
    first, offset = parts[0][1], 0
    roots, lefts, rights, values = [], [], [], []
    for weight, trees in parts:
        left, right = np.frombuffer(trees.left, "<i4"), np.frombuffer(trees.right, "<i4")
        roots.append(np.frombuffer(trees.roots, "<i4") + offset)
        lefts.append(np.where(left < 0, -1, left + offset))
        rights.append(np.where(right < 0, -1, right + offset))
        values.append(weight * np.frombuffer(trees.value, "<f8"))
        offset += len(left)
    return Trees(
        inputs=first.inputs,
        roots=_pack(roots, "<i4"),
        feature=b"".join(trees.feature for _, trees in parts),
        threshold=b"".join(trees.threshold for _, trees in parts),
        left=_pack(lefts, "<i4"),
        right=_pack(rights, "<i4"),
        missing_left=b"".join(trees.missing_left for _, trees in parts),
        value=_pack(values, "<f8"),
        base=sum(weight * trees.base for weight, trees in parts),
        link="identity",
    )


def _learner(link: str, boosting: Boosting) -> Any:
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    except ImportError as error:
        raise SegueError("scikit-learn is not installed.", "Install it: pip install 'segue[learn]'.") from error
    kind = HistGradientBoostingClassifier if link == "logit" else HistGradientBoostingRegressor
    return kind(
        max_iter=boosting.trees,
        max_leaf_nodes=boosting.leaves,
        min_samples_leaf=boosting.rows,
        learning_rate=boosting.rate,
        l2_regularization=boosting.shrinkage,
        early_stopping=False,
        random_state=0,
    )


def _one_thread() -> Any:
    """Return a context in which scikit-learn uses one thread.

    Its threads wait for each other by spinning: beside a busy server two of them took 36 times as long as one.
    """
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1, user_api="openmp")


def _freeze(model: Any, inputs: tuple[str, ...], link: str) -> Trees:
    """Copy a fitted model's nodes. They are where scikit-learn keeps them (1.7 to 1.9); a test compares predictions."""
    nodes = [trees[0].nodes for trees in model._predictors]
    starts = np.cumsum([0, *(len(each) for each in nodes)])[:-1]
    is_leaf = [each["is_leaf"].astype(bool) for each in nodes]
    child = {
        side: [
            np.where(leaf, -1, each[side].astype(np.int64) + start)
            for each, leaf, start in zip(nodes, is_leaf, starts, strict=True)
        ]
        for side in ("left", "right")
    }
    return Trees(
        inputs=inputs,
        roots=starts.astype("<i4").tobytes(),
        feature=_pack([each["feature_idx"] for each in nodes], "<i4"),
        threshold=_pack([each["num_threshold"] for each in nodes], "<f8"),
        left=_pack(child["left"], "<i4"),
        right=_pack(child["right"], "<i4"),
        missing_left=_pack([each["missing_go_to_left"] for each in nodes], "u1"),
        value=_pack([each["value"] for each in nodes], "<f8"),
        base=float(np.ravel(model._baseline_prediction)[0]),
        link=link,
    )


def _constant(inputs: tuple[str, ...], base: float, link: str) -> Trees:
    return Trees(inputs, b"", b"", b"", b"", b"", b"", b"", base=base, link=link)


def _log_odds(rate: float) -> float:
    return 20.0 if rate > 0.5 else -20.0


def _pack(arrays: list[Any], kind: str) -> bytes:
    return np.concatenate(arrays).astype(kind).tobytes()
