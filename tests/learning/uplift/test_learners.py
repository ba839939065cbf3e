"""Uplift learners: all of them find a known uplift, and end as one estimator."""

import numpy as np
import pytest

from segue.core.decisioning.models.estimators import evaluate, evaluate_many
from segue.learning.uplift.learners import LEARNERS, Trial, linear, robust_effects
from segue.model.snapshots import Linear, Trees

NAMES = ("x", "z")


def trial(rows: int = 12_000, seed: int = 1, *, is_random: bool = True) -> tuple[Trial, np.ndarray]:
    """Treating adds 0.3 where x is above 0, and nothing elsewhere; z raises the outcome, treated or not."""
    chance = np.random.default_rng(seed)
    x = chance.normal(size=(rows, 2))
    probability = np.full(rows, 0.4) if is_random else np.where(x[:, 1] > 0, 0.8, 0.2)
    treated = (chance.random(rows) < probability).astype(float)
    gain = np.where(x[:, 0] > 0, 0.3, 0.0)
    rate = 0.2 + 0.3 * (x[:, 1] > 0) + gain * treated
    return Trial(x, NAMES, treated, (chance.random(rows) < rate).astype(float), probability), gain


@pytest.mark.parametrize("name", LEARNERS)
def test_every_learner_finds_who_gains(name: str) -> None:
    known, _ = trial()
    other, gain = trial(seed=2)

    model = LEARNERS[name](known)
    predicted = evaluate_many(model, NAMES, other.x)

    assert isinstance(model, Linear if name.endswith("linear") else Trees)
    assert np.corrcoef(predicted, gain)[0, 1] > (0.75 if name.endswith("linear") else 0.85)
    assert predicted.mean() == pytest.approx(0.15, abs=0.03)
    assert evaluate(model, NAMES, other.x[0]) == predicted[0]


@pytest.mark.parametrize("name", ["DR linear", "DR boosted"])
def test_known_probabilities_undo_who_was_chosen(name: str) -> None:
    known, gain = trial(20_000, is_random=False)
    naive = known.outcome[known.treated > 0.5].mean() - known.outcome[known.treated < 0.5].mean()

    predicted = evaluate_many(LEARNERS[name](known), NAMES, known.x)

    assert naive > gain.mean() + 0.1
    assert predicted.mean() == pytest.approx(gain.mean(), abs=0.025)


def test_robust_effects_are_right_on_average_even_of_a_wrong_model() -> None:
    known, gain = trial(40_000, is_random=False)
    wrong = lambda each: Linear(NAMES, 5.0, (0.0, 0.0), (0.0, 0.0), (1.0, 1.0))  # noqa: E731

    assert robust_effects(known, wrong).mean() == pytest.approx(gain.mean(), abs=0.15)
    assert robust_effects(known, linear).mean() == pytest.approx(gain.mean(), abs=0.03)
