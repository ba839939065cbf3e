"""The reward model of doubly robust estimates: what each action would bring, predicted for decisions it never saw.

Reward = what the context brings under any action + what the action adds to it. The first is one ridge regression over
all decisions, the second one for each action over what the first leaves, shrunk the more the fewer decisions an action
has. Twice in turn, so that neither explains what is the other's. Linear on purpose: the estimate stays right where the
model is wrong, as long as the model has not seen the decision it predicts (cross-fitting: V. Chernozhukov et al.,
"Double/debiased machine learning", Econometrics Journal 21, 2018).
"""

from typing import Any, TypeAlias

import numpy as np
from msgspec import Struct

from segue.learning.off_policy.logged import LoggedBandit

Array: TypeAlias = np.ndarray[Any, Any]

FOLDS = 5
_SHARED_PRIOR = 1.0
_OWN_PRIOR = 20.0
"""So many decisions weigh as much as knowing nothing of an action's own part."""

_ROUNDS = 2


class RewardModel(Struct, frozen=True, eq=False):
    """Predicts rewards: ``z = (x - mean) / scale``, reward = ``base + z.shared + offset[a] + z.own[a]``."""

    mean: Array
    scale: Array
    base: float
    shared: Array
    offsets: Array
    own: Array

    def predict(self, x: Array) -> Array:
        """Return (n, K) predicted rewards of contexts (n, d)."""
        z = (x - self.mean) / self.scale
        return np.asarray((self.base + z @ self.shared)[:, None] + self.offsets + z @ self.own.T)


def predict_rewards(log: LoggedBandit, folds: int = FOLDS, *, only_past: bool = False) -> Array:
    """Return (n, K): each action's predicted reward at each decision, by models that have not seen its unit.

    Args:
        folds: parts of the data; each is predicted by a model of the others.
        only_past: each part is predicted by a model of the parts before it, and the first by nothing (0). This is what
            an always valid interval asks for, and costs precision.
    """
    predicted = np.zeros((len(log), len(log.actions)))
    fold = np.arange(len(log)) * folds // max(len(log), 1) if only_past else _folds(log, folds)
    for part in range(folds):
        inside = fold == part
        seen = fold < part if only_past else ~inside
        if inside.any() and seen.any():
            predicted[inside] = fit(log, seen).predict(log.x[inside])
    return predicted


def fit(log: LoggedBandit, rows: Array) -> RewardModel:
    """Return a model of the decisions in ``rows`` (a mask)."""
    x, action, reward = log.x[rows], log.action[rows], log.reward[rows]
    size, width = len(log.actions), x.shape[1]
    mean = x.mean(axis=0)
    scale = x.std(axis=0)
    scale = np.where(scale > 1e-9, scale, 1.0)
    z = (x - mean) / scale
    members = [np.flatnonzero(action == each) for each in range(size)]
    base, shared = float(reward.mean()), np.zeros(width)
    own = np.zeros((size, width + 1))
    for _ in range(_ROUNDS):
        left = reward - _own_part(z, own, members)
        base, shared = _shared_part(z, left)
        left = reward - base - z @ shared
        own = _own_parts(z, left, members)
    return RewardModel(mean, scale, base, shared, own[:, 0], own[:, 1:])


def _shared_part(z: Array, left: Array) -> tuple[float, Array]:
    base = float(left.mean())
    gram = z.T @ z + _SHARED_PRIOR * np.eye(z.shape[1])
    return base, np.linalg.solve(gram, z.T @ (left - base))


def _own_parts(z: Array, left: Array, members: list[Array]) -> Array:
    width = z.shape[1] + 1
    own = np.zeros((len(members), width))
    prior = _OWN_PRIOR * np.eye(width)
    prior[0, 0] = 1.0
    for action, rows in enumerate(members):
        if len(rows):
            inputs = np.column_stack([np.ones(len(rows)), z[rows]])
            own[action] = np.linalg.solve(inputs.T @ inputs + prior, inputs.T @ left[rows])
    return own


def _own_part(z: Array, own: Array, members: list[Array]) -> Array:
    part = np.zeros(len(z))
    for action, rows in enumerate(members):
        part[rows] = own[action, 0] + z[rows] @ own[action, 1:]
    return part


def _folds(log: LoggedBandit, folds: int) -> Array:
    """Return (n,) each decision's part: units stay together, and neighbours in time are spread."""
    if log.unit is None:
        return np.arange(len(log)) % folds
    _, places = np.unique(log.unit, return_inverse=True)
    return np.asarray(places % folds)
