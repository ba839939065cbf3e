"""Fitting uplift: the learners compete out of fold, the simplest that does about as well is taken, and judged."""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from segue.core.decisioning.models.estimators import evaluate_many
from segue.learning.boosting import boost, combined
from segue.learning.folds import spread, spread_by
from segue.learning.linear import combined_linear
from segue.learning.scoring import Interval
from segue.learning.uplift.assignment import Assignment, assignment_of
from segue.learning.uplift.learners import LEARNERS, Base, Trial
from segue.learning.uplift.qini import bootstrap_qini, chance_of, interval_of, mean_qini, qini_by_fold
from segue.learning.uplift.selecting import Selection, average_effect, selection
from segue.model.errors import SegueError
from segue.model.snapshots import Estimator, Linear

Floats: TypeAlias = npt.NDArray[np.float64]
Places: TypeAlias = npt.NDArray[np.int64]
Labels: TypeAlias = npt.NDArray[np.generic]

FOLDS = 5
LEAST_OUTCOMES = 100
"""With fewer outcomes among the treated or among the others, differences between customers cannot be seen."""

_SURE = 0.025


class Ranking(Struct, frozen=True, kw_only=True):
    """How well an uplift model ranks customers that it has not seen.

    Attributes:
        qini: see `qini.qini`; 0 is no better than chance.
        response: of a model that ranks by the probability of the outcome instead.
        chance: how often a ranking at random does as well (permutation test).
    """

    qini: Interval
    response: Interval
    chance: float

    @property
    def is_usable(self) -> bool:
        """Whether the order is surely better than chance, and no worse than ranking by the outcome itself."""
        return self.qini.low > 0.0 and self.chance <= _SURE and self.qini.value >= self.response.value

    @property
    def verdict(self) -> str:
        """What to make of it, in a sentence."""
        if self.is_usable:
            return "Usable uplift: who gains more from the action can be told beforehand."
        if self.qini.low > 0.0 and self.chance <= _SURE:
            return "No usable uplift: a plain response model ranks customers better."
        return "No usable uplift: this order of customers is no better than chance."


class UpliftReport(Struct, frozen=True, kw_only=True):
    """What an uplift model is worth, on rows out of fold.

    Attributes:
        assignment: how the rows came to be treated.
        effect: what treating everybody adds to the outcome, for each customer.
        learner: the one that was taken.
        compared: the learners' Qini coefficients, with their intervals over folds.
        selection: what treating those pays whose uplift is worth more than it costs.
    """

    rows: int
    assignment: Assignment
    effect: Interval
    learner: str
    compared: dict[str, Interval]
    ranking: Ranking
    selection: Selection


def fit_uplift(
    x: Floats,
    inputs: tuple[str, ...],
    treated: Floats,
    outcome: Floats,
    *,
    probability: Floats | None = None,
    customers: Labels | None = None,
    value: float = 1.0,
    cost: float = 0.0,
    learners: Mapping[str, Base] = LEARNERS,
    seed: int = 0,
) -> tuple[Estimator, UpliftReport]:
    """Train and judge a model of what treating a customer adds, in currency: the outcome's uplift times ``value``.

    Args:
        x: (n, d), NaN where missing.
        inputs: names of the d values.
        treated: (n,) 0 or 1; whoever was treated, whatever reached them.
        outcome: (n,) 0 or 1, or an amount.
        probability: (n,) with which each row was to be treated; estimated where None (`assignment_of`).
        customers: (n,) whose row it is; all rows of a customer are in one fold.
        value: of an outcome of 1.
        cost: of treating a customer once.

    Raises:
        SegueError: too few outcomes on either side; scikit-learn is not installed.
    """
    _check(treated, outcome)
    if customers is not None:
        fold = spread_by(customers, FOLDS, seed=seed)
    else:
        fold = spread(len(treated), FOLDS, seed=seed, strata=2.0 * treated + (outcome > 0.0))
    assignment, likely = assignment_of(x, inputs, treated, probability, fold)
    trial = Trial(x, inputs, treated, outcome, likely)
    scores = {name: _out_of_fold(trial, learner, fold) for name, learner in learners.items()}
    name, compared = choose(scores, trial, fold)
    response = _out_of_fold(trial, _response, fold)
    report = UpliftReport(
        rows=len(treated),
        assignment=assignment,
        effect=average_effect(trial),
        learner=name,
        compared=compared,
        ranking=rank(scores[name], response, trial, fold, seed=seed),
        selection=selection(scores[name], trial, value, cost),
    )
    return scaled(learners[name](trial), value), report


def choose(scores: Mapping[str, Floats], trial: Trial, fold: Places) -> tuple[str, dict[str, Interval]]:
    """Return the learner to take, and all of them with their Qini coefficients.

    One standard error rule (Breiman et al. 1984): linear models are preferred while the best of them is within one
    standard error of the best of all; the learners over one base end as models of the same form, so the best is taken.
    """
    compared = {}
    for name, score in scores.items():
        by_fold = qini_by_fold(score, trial.treated, trial.outcome, fold)
        mean, error = float(by_fold.mean()), float(by_fold.std(ddof=1)) / len(by_fold) ** 0.5
        compared[name] = Interval(mean, mean - 1.96 * error, mean + 1.96 * error)
    best = max(compared, key=lambda name: compared[name].value)
    error = (compared[best].high - compared[best].value) / 1.96
    plain = [name for name in compared if name.endswith("linear")]
    plainest = max(plain, key=lambda name: compared[name].value, default=best)
    near = compared[plainest].value >= compared[best].value - error
    return (plainest if near else best), compared


def rank(score: Floats, response: Floats, trial: Trial, fold: Places, *, seed: int = 0) -> Ranking:
    """Judge the order of ``score`` beside that of ``response``; folds are judged one by one, then averaged."""
    treated, outcome = trial.treated, trial.outcome
    samples = bootstrap_qini([score, response], treated, outcome, fold, seed=seed)
    value = mean_qini(score, treated, outcome, fold)
    return Ranking(
        qini=interval_of(value, samples[:, 0]),
        response=interval_of(mean_qini(response, treated, outcome, fold), samples[:, 1]),
        chance=chance_of(value, score, treated, outcome, fold, seed=seed),
    )


def response_model(trial: Trial) -> Estimator:
    """Return a model of the outcome that does not know who was treated: what uplift has to beat."""
    return _response(trial)


def scaled(estimator: Estimator, value: float) -> Estimator:
    """Return ``estimator`` times ``value``; its link has to be the identity."""
    if isinstance(estimator, Linear):
        return combined_linear([(value, estimator)])
    return combined([(value, estimator)])


def _response(trial: Trial) -> Estimator:
    is_truth = bool(np.isin(trial.outcome, (0.0, 1.0)).all())
    return boost(trial.x, trial.inputs, trial.outcome, link="logit" if is_truth else "identity")


def _out_of_fold(trial: Trial, learner: Base, fold: Places) -> Floats:
    predicted = np.empty(len(fold))
    for held in np.unique(fold):
        model = learner(trial.rows(fold != held))
        predicted[fold == held] = evaluate_many(model, trial.inputs, trial.x[fold == held])
    return predicted


def _check(treated: Floats, outcome: Floats) -> None:
    came = outcome != 0.0
    sides = [int(came[treated > 0.5].sum()), int(came[treated <= 0.5].sum())]
    if min(sides) < LEAST_OUTCOMES:
        reason = (
            f"There are {sides[0]:,} outcomes among the treated and {sides[1]:,} among the others: too few to compare."
        )
        raise SegueError(reason, f"Wait for at least {LEAST_OUTCOMES} on each side; leave some customers untreated.")
