"""Propensity: P(outcome | customer, action), boosted trees with isotonic calibration, judged on rows out of fold."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from msgspec.structs import replace

from segue.core.decisioning.models.estimators import evaluate_many
from segue.learning.boosting import Boosting, boost, drivers
from segue.learning.calibration import calibrated_across, follow, isotonic
from segue.learning.folds import spread, spread_by
from segue.learning.scoring import Scores, score
from segue.model.errors import SegueError
from segue.model.snapshots import Trees

Floats: TypeAlias = npt.NDArray[np.float64]
Labels: TypeAlias = npt.NDArray[np.generic]

FOLDS = 5
LEAST_OUTCOMES = 50
"""With fewer of either outcome there is nothing to learn, let alone to calibrate."""

_HELD_BACK = 0.2


class Forward(Struct, frozen=True):
    """How a model does on the last fifth of the rows by time, trained on those before.

    Attributes:
        frozen: as it was trained, calibrated then.
        followed: corrected by the outcomes as they arrived (`calibration.follow`).
    """

    frozen: Scores
    followed: Scores


class PropensityReport(Struct, frozen=True, kw_only=True):
    """What a propensity model is worth.

    Attributes:
        scores: on all rows, each predicted by a model, and calibrated by a map, that have not seen it.
        raw: the same before calibration.
        forward: where the rows' times are known. Random folds flatter a model where the world drifts.
        drivers: the inputs' shares (`boosting.drivers`), the largest first.
    """

    rows: int
    scores: Scores
    raw: Scores
    forward: Forward | None
    drivers: dict[str, float]

    def is_calibrated(self, calibration_error: float = 0.05) -> bool:
        """Tell whether the calibration error is at most ``calibration_error``, or no more than chance makes it."""
        return self.scores.calibration_error <= max(calibration_error, self.scores.calibration_noise)


def fit_propensity(
    x: Floats,
    inputs: tuple[str, ...],
    outcomes: Floats,
    *,
    at: Floats | None = None,
    customers: Labels | None = None,
    weights: Floats | None = None,
    boosting: Boosting = Boosting(),  # noqa: B008 - frozen
    seed: int = 0,
) -> tuple[Trees, PropensityReport]:
    """Train, calibrate and judge a model of P(outcome).

    The calibration map is fitted to predictions out of fold; for the report it is fitted anew for each fold, without
    that fold. The trees themselves are trained on all rows.

    Args:
        x: (n, d), NaN where missing.
        inputs: names of the d values.
        outcomes: (n,) 0 or 1.
        at: (n,) times, in any unit; with them the model is also judged forward.
        customers: (n,) whose row it is; all rows of a customer are in one fold.
        weights: (n,) how much a row counts in training; 1 / action probability where the log was not random.

    Raises:
        SegueError: fewer than `LEAST_OUTCOMES` of either outcome; scikit-learn is not installed.
    """
    _check(outcomes)
    fold = _folds(outcomes, customers, seed)
    raw = _out_of_fold(x, inputs, outcomes, fold, weights, boosting)
    trees = boost(x, inputs, outcomes, weights=weights, boosting=boosting)
    calibration = isotonic(raw, outcomes, weights)
    report = PropensityReport(
        rows=len(outcomes),
        scores=score(calibrated_across(raw, outcomes, fold), outcomes),
        raw=score(raw, outcomes),
        forward=None if at is None else _forward(x, inputs, outcomes, at, weights, boosting, seed),
        drivers=drivers(trees),
    )
    return replace(trees, calibration=calibration), report


def judge(estimator: Trees, names: tuple[str, ...], x: Floats, outcomes: Floats) -> Forward:
    """Judge a trained model on rows that it has never seen, in the order of time."""
    predicted = evaluate_many(estimator, names, x)
    return Forward(frozen=score(predicted, outcomes), followed=score(follow(predicted, outcomes), outcomes))


def _forward(
    x: Floats,
    inputs: tuple[str, ...],
    outcomes: Floats,
    at: Floats,
    weights: Floats | None,
    boosting: Boosting,
    seed: int,
) -> Forward | None:
    order = np.argsort(at, kind="stable")
    known, later = np.split(order, [int(len(order) * (1.0 - _HELD_BACK))])
    if min(_fewer(outcomes[known]), _fewer(outcomes[later])) < LEAST_OUTCOMES:
        return None
    mine = None if weights is None else weights[known]
    fold = _folds(outcomes[known], None, seed)
    raw = _out_of_fold(x[known], inputs, outcomes[known], fold, mine, boosting)
    trees = boost(x[known], inputs, outcomes[known], weights=mine, boosting=boosting)
    earlier = replace(trees, calibration=isotonic(raw, outcomes[known], mine))
    return judge(earlier, inputs, x[later], outcomes[later])


def _out_of_fold(
    x: Floats,
    inputs: tuple[str, ...],
    outcomes: Floats,
    fold: npt.NDArray[np.int64],
    weights: Floats | None,
    boosting: Boosting,
) -> Floats:
    predicted = np.empty(len(outcomes))
    for held in np.unique(fold):
        seen, unseen = fold != held, fold == held
        mine = None if weights is None else weights[seen]
        trees = boost(x[seen], inputs, outcomes[seen], weights=mine, boosting=boosting)
        predicted[unseen] = evaluate_many(trees, inputs, x[unseen])
    return predicted


def _folds(outcomes: Floats, customers: Labels | None, seed: int) -> npt.NDArray[np.int64]:
    if customers is not None:
        return spread_by(customers, FOLDS, seed=seed)
    return spread(len(outcomes), FOLDS, seed=seed, strata=outcomes)


def _check(outcomes: Floats) -> None:
    fewer = _fewer(outcomes)
    if fewer < LEAST_OUTCOMES:
        reason = f"Of {len(outcomes):,} rows only {fewer} have the rarer outcome: too few to learn from."
        raise SegueError(reason, f"Wait for at least {LEAST_OUTCOMES} of each outcome.")


def _fewer(outcomes: Floats) -> int:
    ones = int((outcomes > 0.5).sum())
    return min(ones, len(outcomes) - ones)
