"""Assignment: logged probabilities are believed, chance is told from choice, and choice is estimated."""

import numpy as np
import pytest

from segue.learning.uplift.assignment import assignment_of

NAMES = ("x",)
FOLD = np.arange(4000) % 5


def rows(slope: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs, true probabilities, who was treated."""
    chance = np.random.default_rng(1)
    x = chance.uniform(-1.0, 1.0, size=(4000, 1))
    probability = 0.5 + slope * x[:, 0]
    return x, probability, (chance.random(4000) < probability).astype(float)


def test_by_chance_everybody_has_the_share() -> None:
    x, _, treated = rows(0.0)

    assignment, probability = assignment_of(x, NAMES, treated, None, FOLD)

    assert assignment.is_random
    assert set(probability.tolist()) == {treated.mean()}


def test_a_choice_is_estimated() -> None:
    x, truth, treated = rows(0.3)

    assignment, probability = assignment_of(x, NAMES, treated, None, FOLD)

    assert not assignment.is_random
    assert np.abs(probability - truth).mean() < 0.03


def test_logged_probabilities_are_believed_but_kept_from_0() -> None:
    x, truth, treated = rows(0.5)

    assignment, probability = assignment_of(x, NAMES, treated, truth, FOLD)

    assert assignment.is_known
    assert assignment.is_random
    assert probability.min() == pytest.approx(0.02)
    assert probability[500] == truth[500]
