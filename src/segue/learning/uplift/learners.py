"""Three ways to learn what an action adds, each over two bases: a linear one with interactions, and boosted trees.

T: the difference of two models, one for the treated and one for the others. X: each side's differences from the other
side's model, learnt and mixed (Künzel et al. 2019). DR: differences corrected by what came, doubly robust: right where
either the models or the probabilities are (Kennedy 2020). All end as one estimator, exactly: differences of linear
models are linear, and differences of trees are trees.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct
from msgspec.structs import replace

from segue.core.decisioning.models.estimators import evaluate_many
from segue.learning.boosting import Boosting, boost, combined
from segue.learning.folds import spread
from segue.learning.linear import combined_linear, ridge
from segue.model.snapshots import Estimator, Linear, Trees

Floats: TypeAlias = npt.NDArray[np.float64]
Base: TypeAlias = Callable[["Trial"], Estimator]

_SIDES = Boosting(trees=60, leaves=8, rows=100, rate=0.06, shrinkage=10.0)
_EFFECTS = Boosting(trees=50, leaves=6, rows=200, rate=0.05, shrinkage=50.0)


class Trial(Struct, frozen=True):
    """Who was treated, and what came.

    Attributes:
        x: (n, d), NaN where missing.
        inputs: names of the d values.
        treated: (n,) 0 or 1.
        outcome: (n,) what counts: 0 or 1, or an amount.
        probability: (n,) with which each row was to be treated, between 0 and 1.
    """

    x: Floats
    inputs: tuple[str, ...]
    treated: Floats
    outcome: Floats
    probability: Floats

    def rows(self, chosen: npt.NDArray[np.bool_]) -> "Trial":
        """Return the trial of the ``chosen`` rows (n,) only."""
        return Trial(self.x[chosen], self.inputs, self.treated[chosen], self.outcome[chosen], self.probability[chosen])

    def towards(self, target: Floats) -> "Trial":
        """Return the trial with another outcome."""
        return replace(self, outcome=target)


def linear(trial: Trial, weights: Floats | None = None) -> Linear:
    """Return a ridge regression of the outcome on the inputs."""
    return ridge(trial.x, trial.inputs, trial.outcome, weights=weights)


def boosted(trial: Trial, weights: Floats | None = None, boosting: Boosting = _SIDES) -> Trees:
    """Return trees for the outcome (squared error, so that they can be added)."""
    return boost(trial.x, trial.inputs, trial.outcome, weights=weights, link="identity", boosting=boosting)


def t_linear(trial: Trial) -> Linear:
    """Return the T-learner over ridge regressions: one regression with an interaction for every input."""
    with_it, without = _sides(trial)
    return combined_linear([(1.0, linear(with_it)), (-1.0, linear(without))])


def t_boosted(trial: Trial) -> Trees:
    """Return the T-learner over boosted trees."""
    with_it, without = _sides(trial)
    return combined([(1.0, boosted(with_it)), (-1.0, boosted(without))])


def x_linear(trial: Trial) -> Linear:
    """Return the X-learner over ridge regressions."""
    with_it, without, share = _imputed(trial, linear)
    return combined_linear([(1.0 - share, linear(with_it)), (share, linear(without))])


def x_boosted(trial: Trial) -> Trees:
    """Return the X-learner over boosted trees."""
    with_it, without, share = _imputed(trial, boosted)
    parts = [(1.0 - share, boosted(with_it, boosting=_EFFECTS)), (share, boosted(without, boosting=_EFFECTS))]
    return combined(parts)


def dr_linear(trial: Trial) -> Linear:
    """Return the DR-learner over ridge regressions."""
    return linear(trial.towards(robust_effects(trial, linear)))


def dr_boosted(trial: Trial) -> Trees:
    """Return the DR-learner over boosted trees."""
    return boosted(trial.towards(robust_effects(trial, boosted)), boosting=_EFFECTS)


LEARNERS: dict[str, Base] = {
    "T linear": t_linear,
    "X linear": x_linear,
    "DR linear": dr_linear,
    "DR boosted": dr_boosted,
    "X boosted": x_boosted,
    "T boosted": t_boosted,
}
"""From the simplest to the least simple: of those that do about as well the first is taken."""


def robust_effects(trial: Trial, base: Base, *, folds: int = 2) -> Floats:
    """Return each row's doubly robust effect (n,): its mean is the average effect, its regression on x the uplift.

    Both sides' models are fitted without the row's own fold.
    """
    fold = spread(len(trial.outcome), folds, strata=trial.treated)
    with_it, without = np.empty(len(fold)), np.empty(len(fold))
    for held in range(folds):
        seen, unseen = trial.rows(fold != held), trial.x[fold == held]
        treated, others = _sides(seen)
        with_it[fold == held] = evaluate_many(base(treated), trial.inputs, unseen)
        without[fold == held] = evaluate_many(base(others), trial.inputs, unseen)
    took, missed = trial.treated / trial.probability, (1.0 - trial.treated) / (1.0 - trial.probability)
    return with_it - without + took * (trial.outcome - with_it) - missed * (trial.outcome - without)


def _sides(trial: Trial) -> tuple[Trial, Trial]:
    return trial.rows(trial.treated > 0.5), trial.rows(trial.treated <= 0.5)


def _imputed(trial: Trial, base: Base) -> tuple[Trial, Trial, float]:
    """Return each side with its differences from the other side's model, and the mean share that was treated."""
    treated, others = _sides(trial)
    less = evaluate_many(base(others), trial.inputs, treated.x)
    more = evaluate_many(base(treated), trial.inputs, others.x)
    share = float(trial.probability.mean())
    return treated.towards(treated.outcome - less), others.towards(more - others.outcome), share
