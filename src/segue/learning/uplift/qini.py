"""The Qini curve: what is gained by treating customers in the order of a score, against treating them at random.

Radcliffe 2007; the coefficient's scale is that of scikit-uplift's ``qini_auc_score`` (1 is a ranking by hindsight).
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from segue.learning.scoring import Interval

Floats: TypeAlias = npt.NDArray[np.float64]
Places: TypeAlias = npt.NDArray[np.int64]

_REPEATS = 300
_SHUFFLES = 100


def qini_curve(score: Floats, treated: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    """Return how many customers, and how many more outcomes than the untreated had, for each cut of ``score``.

    At each cut the untreated's outcomes are scaled to as many as are treated. Both start with 0; equal scores are cut
    together.
    """
    return _Ranked(score, treated, outcome).curve()


def qini(score: Floats, treated: Floats, outcome: Floats) -> float:
    """Return the Qini coefficient: the area between the curve and the straight line, over that of hindsight's curve.

    Args:
        score: (n,) who is to be treated first has the most.
        treated: (n,) 0 or 1.
        outcome: (n,) 0 or 1.
    """
    best = _Ranked(outcome * (2.0 * treated - 1.0), treated, outcome).area()
    return _Ranked(score, treated, outcome).area() / best if best else 0.0


def mean_qini(score: Floats, treated: Floats, outcome: Floats, fold: Places) -> float:
    """Return the mean of the folds' coefficients: scores of different folds are of different models."""
    return float(np.mean(qini_by_fold(score, treated, outcome, fold)))


def qini_by_fold(score: Floats, treated: Floats, outcome: Floats, fold: Places) -> Floats:
    """Return the coefficient of each fold, in the order of their numbers."""
    return np.array(
        [qini(score[fold == held], treated[fold == held], outcome[fold == held]) for held in np.unique(fold)]
    )


def bootstrap_qini(
    scores: Sequence[Floats], treated: Floats, outcome: Floats, fold: Places, *, seed: int = 0, repeats: int = _REPEATS
) -> Floats:
    """Return the mean coefficient of each of ``scores`` on ``repeats`` samples of the rows: (repeats, len(scores)).

    Within each fold every row counts a Poisson number of times (the bootstrap of large samples), the same for all
    scores, so that differences are paired.
    """
    chance = np.random.default_rng(seed)
    total = np.zeros((repeats, len(scores)))
    held_out = [fold == held for held in np.unique(fold)]
    for rows in held_out:
        took, came = treated[rows], outcome[rows]
        best = _Ranked(came * (2.0 * took - 1.0), took, came)
        ranked = [_Ranked(score[rows], took, came) for score in scores]
        for repeat in range(repeats):
            counts = chance.poisson(1.0, len(took)).astype(np.float64)
            scale = best.area(counts)
            total[repeat] += [each.area(counts) / scale if scale else 0.0 for each in ranked]
    return total / len(held_out)


def interval_of(value: float, samples: Floats) -> Interval:
    """Return ``value`` with the interval of its bootstrap ``samples``, as wide as they spread (normal)."""
    reach = 1.959964 * float(np.std(samples, ddof=1))
    return Interval(value, value - reach, value + reach)


def chance_of(value: float, score: Floats, treated: Floats, outcome: Floats, fold: Places, *, seed: int = 0) -> float:
    """Return how often a ranking at random does as well as ``value``: a permutation test's p-value.

    Scores are shuffled within each fold.
    """
    chance = np.random.default_rng(seed)
    held_out = [np.flatnonzero(fold == held) for held in np.unique(fold)]
    as_good = 0
    for _ in range(_SHUFFLES):
        shuffled = score.copy()
        for rows in held_out:
            shuffled[rows] = score[chance.permutation(rows)]
        as_good += mean_qini(shuffled, treated, outcome, fold) >= value
    return (as_good + 1.0) / (_SHUFFLES + 1.0)


class _Ranked:
    """A trial in the order of a score, so that rows can be counted differently without sorting again."""

    def __init__(self, score: Floats, treated: Floats, outcome: Floats) -> None:
        self._order = np.argsort(-score, kind="stable")
        self._cut = np.append(np.flatnonzero(np.diff(score[self._order])), len(score) - 1)
        self._treated, self._outcome = treated[self._order], outcome[self._order]

    def curve(self, counts: Floats | None = None) -> tuple[Floats, Floats]:
        mass = np.ones(len(self._order)) if counts is None else counts[self._order]
        treated, others = mass * self._treated, mass * (1.0 - self._treated)
        rows_treated, rows_others, with_it, without = (
            np.cumsum(part)[self._cut] for part in (treated, others, treated * self._outcome, others * self._outcome)
        )
        ratio = np.divide(rows_treated, rows_others, out=np.zeros(len(self._cut)), where=rows_others > 0)
        return np.append(0.0, rows_treated + rows_others), np.append(0.0, with_it - without * ratio)

    def area(self, counts: Floats | None = None) -> float:
        """Return the area between the curve and the straight line to its end."""
        rows, gain = self.curve(counts)
        return float(np.trapezoid(gain, rows) - 0.5 * rows[-1] * gain[-1])
