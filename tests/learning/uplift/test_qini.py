"""The Qini coefficient, from its definition, by hand, and its behaviour under chance."""

import numpy as np
import pytest

from segue.learning.uplift.qini import bootstrap_qini, chance_of, interval_of, mean_qini, qini, qini_curve

SCORE = np.array([4.0, 3.0, 2.0, 1.0])
TREATED = np.array([1.0, 0.0, 1.0, 0.0])
OUTCOME = np.array([1.0, 0.0, 0.0, 1.0])


def trial(rows: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True uplift (-0.2 to 0.4), who was treated, what came."""
    chance = np.random.default_rng(seed)
    gain = chance.uniform(-0.2, 0.4, rows)
    treated = (chance.random(rows) < 0.5).astype(float)
    return gain, treated, (chance.random(rows) < 0.3 + gain * treated).astype(float)


def test_the_curve_scales_the_untreated_to_as_many_as_are_treated() -> None:
    rows, gain = qini_curve(SCORE, TREATED, OUTCOME)

    assert rows.tolist() == [0, 1, 2, 3, 4]
    assert gain.tolist() == [0, 1, 1, 1, 0]


def test_the_coefficient_is_the_area_over_that_of_hindsight() -> None:
    # Hindsight: 1 at the treated buyer, 0 twice (cut together), -1 at the untreated buyer: gains 0, 1, 1, 0 at
    # 0, 1, 3, 4 rows: area 3. The score's curve has the same area; backwards it is 0, 0, -1, -1/2, 0: area -3/2.
    assert qini(SCORE, TREATED, OUTCOME) == 1.0
    assert qini(-SCORE, TREATED, OUTCOME) == -0.5


def test_equal_scores_are_cut_together() -> None:
    rows, gain = qini_curve(np.ones(4), TREATED, OUTCOME)

    assert (rows.tolist(), gain.tolist()) == ([0, 4], [0, 0])
    assert qini(np.ones(4), TREATED, OUTCOME) == 0.0


def test_the_order_of_rows_does_not_matter() -> None:
    gain, treated, outcome = trial(500, 1)
    score = gain.round(1)
    mixed = np.random.default_rng(2).permutation(500)

    assert qini(score[mixed], treated[mixed], outcome[mixed]) == pytest.approx(qini(score, treated, outcome))


def test_the_bootstrap_spreads_as_samples_do() -> None:
    fold = np.zeros(2000, dtype=np.int64)
    samples = [qini(*trial(2000, seed)) for seed in range(200)]
    spread = bootstrap_qini([trial(2000, 0)[0]], *trial(2000, 0)[1:], fold, repeats=200).std()

    assert spread == pytest.approx(np.std(samples), rel=0.2)


def test_differences_of_the_bootstrap_are_paired() -> None:
    gain, treated, outcome = trial(1000, 3)
    samples = bootstrap_qini([gain, 2.0 * gain], treated, outcome, np.arange(1000) % 2, repeats=20)

    assert np.abs(samples[:, 0] - samples[:, 1]).max() < 1e-12


def test_an_order_that_is_right_is_not_chance_and_one_at_random_is() -> None:
    gain, treated, outcome = trial(4000, 4)
    fold = np.arange(4000) % 5
    random = np.random.default_rng(5).random(4000)

    assert chance_of(mean_qini(gain, treated, outcome, fold), gain, treated, outcome, fold) < 0.02
    assert chance_of(mean_qini(random, treated, outcome, fold), random, treated, outcome, fold) > 0.02


def test_an_interval_is_about_its_value() -> None:
    assert str(interval_of(1.0, np.array([0.0, 2.0]))) == "1.0000 [-1.7718, 3.7718]"
