"""Selecting: what treating some pays, against the truth of a simulation and by hand."""

import numpy as np
import pytest

from segue.learning.uplift.learners import Trial
from segue.learning.uplift.selecting import average_effect, net_revenue, selection

NAMES = ("x",)


def trial(rows: int, seed: int) -> tuple[Trial, np.ndarray]:
    """Treating adds 0.2 to half of the customers, who are treated more often, and takes 0.1 from the others."""
    chance = np.random.default_rng(seed)
    x = chance.integers(0, 2, size=(rows, 1)).astype(float)
    probability = np.where(x[:, 0] > 0, 0.7, 0.4)
    treated = (chance.random(rows) < probability).astype(float)
    gain = np.where(x[:, 0] > 0, 0.2, -0.1)
    outcome = (chance.random(rows) < 0.3 + gain * treated).astype(float)
    return Trial(x, NAMES, treated, outcome, probability), gain


def test_the_gain_of_a_selection_covers_the_truth() -> None:
    covered, effects = 0, 0
    for seed in range(200):
        known, gain = trial(2000, seed)
        found = selection(gain, known, value=10.0, cost=0.5)
        truth = np.where(gain > 0.05, 10.0 * gain - 0.5, 0.0).mean()
        covered += found.gain.low <= truth <= found.gain.high
        effects += (interval := average_effect(known)).low <= gain.mean() <= interval.high

    assert covered >= 185
    assert effects >= 185


def test_treating_nobody_pays_nothing() -> None:
    known, gain = trial(500, 1)

    found = selection(-np.abs(gain), known, value=10.0, cost=0.5)

    assert (found.share, found.gain.value) == (0.0, 0.0)


def test_net_revenue_counts_the_chosen_only() -> None:
    known = Trial(
        np.zeros((5, 1)),
        NAMES,
        np.array([1.0, 1.0, 0.0, 1.0, 0.0]),
        np.array([1.0, 0.0, 1.0, 1.0, 1.0]),
        np.full(5, 0.5),
    )

    chosen = np.array([True, True, True, False, False])

    assert net_revenue(chosen, known, value=10.0, cost=0.15) == pytest.approx(10.0 - 0.3 - 10.0)
