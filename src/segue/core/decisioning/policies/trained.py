"""What policies with a trained model share: when the model may be asked, and what it says of actions it never saw.

An action that the model does not know counts as the mean of those that it knows, for this customer. It may get a small
share (the policy's ``reach``) of the decisions in which that would make it worth its cost, and so is neither shut out
until somebody trains again, nor takes everything because it promises much.
"""

from collections.abc import Callable, Sequence
from math import isfinite

import numpy as np

from segue.core.catalogue import Scored
from segue.core.decisioning.context import Context
from segue.core.decisioning.models.estimators import Compiled, Floats, compiled
from segue.core.decisioning.models.soundness import is_sound
from segue.core.decisioning.policy import CORRUPT_MODEL, MISSING_INPUT, NO_MODEL, NOT_FINITE, STALE_MODEL, Unready
from segue.model.snapshots import Estimator, PropensityModel, UpliftModel
from segue.model.time import Instant, parse_duration
from segue.model.workspace import Workspace

REACH = "reach"
"""Score of a candidate that the model does not know: the share of decisions that it may get at most."""

MOST_UNKNOWN = 0.2
"""All candidates that the model does not know get at most this share together."""

_DOING_NOTHING = ""


class Trained:
    """The estimators of a workspace's model, by action.

    Args:
        kind: of the model among those of the workspace.
        body: what the model has to be.
    """

    def __init__(self, workspace: Workspace, kind: str, body: type[PropensityModel] | type[UpliftModel]) -> None:
        snapshot = workspace.models.get(kind)
        self._fault = NO_MODEL
        self._estimators: dict[str, Estimator] = {}
        self._names: tuple[str, ...] | None = None
        self._asked: dict[str, Compiled] = {}
        if snapshot is None:
            return
        self._last_at = Instant(snapshot.trained_to + parse_duration(workspace.learning.max_age))
        if not isinstance(snapshot.body, body):
            self._fault = CORRUPT_MODEL
            return
        known = {action: each for action, each in snapshot.body.by_action.items() if action != _DOING_NOTHING}
        if known:
            self._fault = "" if all(map(is_sound, known.values())) else CORRUPT_MODEL
            self._estimators = dict(sorted(known.items()))

    def estimates(self, context: Context, candidates: Sequence[Scored]) -> dict[str, float]:
        """Return what the model says of each candidate's action; the mean of all that it knows for the others.

        Raises:
            Unready: ``no_model`` (also where it knows none of the candidates), ``stale_model``, ``corrupt_model``,
                ``missing_input:NAME``, ``not_finite``.
        """
        if self._fault:
            raise Unready(self._fault)
        if context.at > self._last_at:
            raise Unready(STALE_MODEL)
        values = self._values(context)
        actions = dict.fromkeys(each.action for each in candidates)
        unknown = [action for action in actions if action not in self._asked]
        if actions and len(unknown) == len(actions) and not any("value" in each.scores for each in candidates):
            raise Unready(NO_MODEL)  # ways of a journey's step: no model is about those
        wanted = self._asked if unknown else actions
        with np.errstate(all="ignore"):
            found = {action: self._asked[action].one(values) for action in wanted}
        if not all(map(isfinite, found.values())):
            raise Unready(NOT_FINITE)
        if unknown:
            found |= dict.fromkeys(unknown, sum(found.values()) / len(found))
        return found

    def knows(self, action: str) -> bool:
        """Tell whether the model was trained on ``action``."""
        return action in self._estimators

    def _values(self, context: Context) -> Floats:
        if context.names is not self._names:
            self._prepare(context.names)
        if len(context.values) != len(context.names):
            raise Unready(f"{MISSING_INPUT}:{context.names[min(len(context.values), len(context.names) - 1)]}")
        if not all(map(isfinite, context.values)):
            raise Unready(NOT_FINITE)
        return np.array(context.values, dtype=np.float64)

    def _prepare(self, names: tuple[str, ...]) -> None:
        there = frozenset(names)
        for estimator in self._estimators.values():
            for name in estimator.inputs:
                if name not in there:
                    raise Unready(f"{MISSING_INPUT}:{name}")
        self._asked = {action: compiled(each, names) for action, each in self._estimators.items()}
        self._names = names


def favour(candidates: Sequence[Scored]) -> tuple[float, ...]:
    """Give the candidate of most worth all but what those get that the model does not know.

    Of equally good ones the higher priority goes first, then the action's name, then the faster channel. Silence wins
    where nothing is worth as much as its bar.
    """
    silence = len(candidates) - 1
    slot = candidates[silence].total
    worths = [each.total - (slot if each.takes_slot else 0.0) for each in candidates[:silence]]
    worthwhile = [index for index in range(silence) if worths[index] >= 0.0]
    known = [index for index in worthwhile if REACH not in candidates[index].scores]
    new = [index for index in worthwhile if REACH in candidates[index].scores]
    shares = {index: candidates[index].scores[REACH] for index in new}
    excess = max(sum(shares.values()) / MOST_UNKNOWN, 1.0)
    probabilities = [0.0] * len(candidates)
    for index, share in shares.items():
        probabilities[index] = share / excess
    best = min(known, key=_order(candidates, worths), default=silence)
    probabilities[best] = 1.0 - sum(probabilities)
    return tuple(probabilities)


def _order(
    candidates: Sequence[Scored], worths: Sequence[float]
) -> Callable[[int], tuple[float, float, str, int, str]]:
    def key(index: int) -> tuple[float, float, str, int, str]:
        each = candidates[index]
        return -worths[index], -each.priority, each.action, each.latency, each.channel

    return key
