"""Estimators of what a policy brings per decision, each as one value for every decision, whose mean is the estimate.

| name | what it rests on | source |
|---|---|---|
| `ips` | the action probabilities only | Horvitz and Thompson, JASA 47, 1952 |
| `clipped_ips` | the same, weights cut at `CLIP`: steadier, too low | Ionides, JCGS 17, 2008 |
| `snips` | the same, weights made to sum to n | Swaminathan and Joachims, NeurIPS 2015 |
| `dm` | the reward model only; its interval knows nothing of the model's errors | - |
| `dr` | either is enough; the default | Dudik, Langford and Li, ICML 2011 |
| `switch_dr` | `dr`, the model alone where a weight is large | Wang, Agarwal and Dudik, ICML 2017 |

Of `clipped_ips` and `dm` the intervals know nothing of what clipping takes away and of the model's errors: they do not
hold the truth 95 times in 100, and stand here to be compared with.
"""

from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Any, TypeAlias

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from segue.learning.off_policy.intervals import CAUTIOUS, Interval, interval
from segue.learning.off_policy.logged import LoggedBandit, Target, checked, checked_target
from segue.learning.off_policy.overlap import Overlap, overlap_of, overlap_of_weights
from segue.learning.off_policy.reward_model import predict_rewards

Array: TypeAlias = np.ndarray[Any, Any]

DEFAULT = "dr"
WEIGHTED = ("ips", "clipped_ips", "snips")
"""Those that need no reward model."""

CLIP = 20.0
_THRESHOLDS = 20


class Estimate(Struct, frozen=True, eq=False):
    """What an estimator says.

    Attributes:
        influence: (n,) how far each decision's value lies from the estimate; differences of two policies are paired
            through it.
        left_out: what the estimator leaves out of the unbiased estimate on purpose, as far as can be told; the interval
            reaches there.
        least, most: the smallest and the largest reward of the log; a mean of rewards lies between them.
    """

    name: str
    value: float
    influence: Array
    left_out: float = 0.0
    least: float = -inf
    most: float = inf

    def interval(self, unit: Array | None = None, kind: str = CAUTIOUS) -> Interval:
        """Return the estimate with its 95 % interval."""
        found = interval(self.value + self.left_out, self.influence, unit, kind)
        low, high = min(max(found.low, self.least), self.value), max(min(found.high, self.most), self.value)
        return Interval(self.value, low, high, found.standard_error)

    def less(self, other: "Estimate") -> "Estimate":
        """Return the difference to another policy's estimate on the same decisions."""
        value, left_out = self.value - other.value, self.left_out - other.left_out
        return Estimate(self.name, value, self.influence - other.influence, left_out)


class Evaluation(Struct, frozen=True, eq=False):
    """What is known of one policy: every estimator's word, and how the log supports it."""

    estimates: dict[str, Estimate]
    overlap: Overlap


def evaluate(log: LoggedBandit, target: Target, predicted: Array | None = None) -> Evaluation:
    """Return every estimate of what ``target`` brings per decision.

    Args:
        predicted: (n, K) rewards by a model that has not seen the decision; by default `predict_rewards`.

    Raises:
        SegueError: the log or the policy's probabilities are not what they should be.
    """
    checked(log)
    checked_target(log, target)
    if predicted is None:
        predicted = predict_rewards(log)
    seen = _Seen(log.weights(target), log.reward, _taken(predicted, log), (target * predicted).sum(axis=1))
    return Evaluation(_estimates(seen, tuple(ESTIMATORS)), overlap_of(log, target))


def evaluate_weights(log: LoggedBandit, weights: Array) -> Evaluation:
    """Return the estimates that need no more of a policy than how much more often it takes the logged actions.

    Args:
        weights: (n,) its probability of the logged action over the logged probability.
    """
    checked(log)
    seen = _Seen(weights, log.reward, np.zeros(len(log)), np.zeros(len(log)))
    return Evaluation(_estimates(seen, WEIGHTED), overlap_of_weights(weights))


def of_the_log(log: LoggedBandit) -> Estimate:
    """Return what the log's own policy brought."""
    return _mean("log", log.reward)


class _Seen(Struct, frozen=True, eq=False):
    """All that an estimator needs, (n,) each: weights, rewards, the model's word on the action taken and the policy."""

    weight: Array
    reward: Array
    taken: Array
    modelled: Array


def _estimates(seen: _Seen, names: Sequence[str]) -> dict[str, Estimate]:
    least, most = float(seen.reward.min()), float(seen.reward.max())
    if least == most:
        return {name: ESTIMATORS[name](seen) for name in names}
    return {name: replace(ESTIMATORS[name](seen), least=least, most=most) for name in names}


def _ips(seen: _Seen) -> Estimate:
    return _mean("ips", seen.weight * seen.reward)


def _clipped_ips(seen: _Seen) -> Estimate:
    return _mean("clipped_ips", np.minimum(seen.weight, CLIP) * seen.reward)


def _snips(seen: _Seen) -> Estimate:
    total = float(seen.weight.mean())
    if total == 0.0:
        return _mean("snips", np.full(len(seen.weight), np.nan))
    value = float((seen.weight * seen.reward).mean()) / total
    return Estimate("snips", value, seen.weight * (seen.reward - value) / total)


def _dm(seen: _Seen) -> Estimate:
    return _mean("dm", seen.modelled)


def _dr(seen: _Seen) -> Estimate:
    return _mean("dr", seen.modelled + seen.weight * (seen.reward - seen.taken))


def _switch_dr(seen: _Seen) -> Estimate:
    """Correct the model where weights are at most a threshold: the one with the least estimated squared error.

    What is left uncorrected biases the estimate by an amount that can only be estimated itself, so that the interval
    has to be the doubly robust one, drawn out to hold this value: with its own spread alone it would hold the truth as
    seldom as 55 times in 100.
    """
    correction = seen.weight * (seen.reward - seen.taken)
    whole = _mean("switch_dr", seen.modelled + correction)
    best, left_out, count = float(whole.influence.var()) / len(correction), 0.0, len(correction)
    for threshold in np.unique(np.quantile(seen.weight, 1.0 - np.geomspace(1e-4, 0.5, _THRESHOLDS))):
        dropped = np.where(seen.weight > threshold, correction, 0.0)
        kept = seen.modelled + correction - dropped
        bias = float(dropped.mean())
        error = float(kept.var()) / count + max(bias**2 - float(dropped.var()) / count, 0.0)
        if error < best:
            best, left_out = error, bias
    return Estimate("switch_dr", whole.value - left_out, whole.influence, left_out)


def _mean(name: str, values: Array) -> Estimate:
    value = float(values.mean())
    return Estimate(name, value, values - value)


def _taken(predicted: Array, log: LoggedBandit) -> Array:
    return np.asarray(predicted[np.arange(len(log)), log.action])


ESTIMATORS: Mapping[str, Callable[[_Seen], Estimate]] = {
    "ips": _ips,
    "clipped_ips": _clipped_ips,
    "snips": _snips,
    "dm": _dm,
    "dr": _dr,
    "switch_dr": _switch_dr,
}
"""By name, in the order in which they are told."""
