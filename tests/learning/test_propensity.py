"""Propensity models: they find what is there, say how well, and are honest about time."""

from pathlib import Path

import numpy as np
import pytest

from segue.core.decisioning.models.estimators import evaluate_many
from segue.learning.boosting import Boosting
from segue.learning.encoding import make_encoding, truths
from segue.learning.propensity import fit_propensity, judge
from segue.learning.scoring import calibration_error
from segue.learning.tables import read_table
from segue.model.errors import SegueError

TELCO = Path(__file__).parents[3] / "shared" / "data" / "telco_churn.csv.gz"
NAMES = ("a", "b")
FEW = Boosting(trees=30, rate=0.15)


def market(rows: int, seed: int, level: float = -2.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs, true probabilities, outcomes."""
    chance = np.random.default_rng(seed)
    x = chance.normal(size=(rows, 2))
    truth = 1.0 / (1.0 + np.exp(-(level + 1.5 * x[:, 0])))
    return x, truth, (chance.random(rows) < truth).astype(float)


def test_a_model_is_calibrated_on_customers_that_it_has_never_seen() -> None:
    x, _, outcomes = market(6000, 1)
    others, truth, _ = market(6000, 2)

    model, report = fit_propensity(x, NAMES, outcomes, boosting=FEW)

    predicted = evaluate_many(model, NAMES, others)
    assert np.abs(predicted - truth).mean() < 0.03
    assert report.is_calibrated(0.01)
    assert report.scores.auc.low > 0.75
    assert next(iter(report.drivers)) == "a"


def test_a_report_on_noise_shows_no_skill() -> None:
    x, _, _ = market(3000, 3)
    outcomes = (np.random.default_rng(4).random(3000) < 0.2).astype(float)

    _, report = fit_propensity(x, NAMES, outcomes, boosting=FEW)

    assert report.scores.auc.low < 0.5 < report.scores.auc.high + 0.02
    assert report.scores.skill < 0.01


def test_a_drifting_rate_shows_forward_and_not_in_random_folds() -> None:
    early, late = market(4000, 5), market(1000, 6, level=-0.5)
    x, outcomes = np.concatenate((early[0], late[0])), np.concatenate((early[2], late[2]))

    _, report = fit_propensity(x, NAMES, outcomes, at=np.arange(5000.0), boosting=FEW)

    assert report.forward is not None
    assert report.scores.calibration_error < 2 * report.scores.calibration_noise
    assert report.forward.frozen.calibration_error > 0.15
    assert report.forward.followed.calibration_error < 0.5 * report.forward.frozen.calibration_error


def test_weights_undo_a_selective_log() -> None:
    x, truth, outcomes = market(8000, 7)
    kept = np.random.default_rng(8).random(8000) < np.where(outcomes > 0, 1.0, 0.25)
    weights = np.where(outcomes > 0, 1.0, 4.0)[kept]

    model, _ = fit_propensity(x[kept], NAMES, outcomes[kept], weights=weights, boosting=FEW)

    assert evaluate_many(model, NAMES, x).mean() == pytest.approx(truth.mean(), rel=0.05)


def test_too_few_outcomes_are_refused() -> None:
    x, _, _ = market(500, 9)

    with pytest.raises(SegueError, match="only 20 have the rarer outcome"):
        fit_propensity(x, NAMES, np.r_[np.ones(20), np.zeros(480)])


@pytest.mark.skipif(not TELCO.is_file(), reason="the shared data are not on this machine")
def test_churn_is_calibrated_on_customers_held_back() -> None:
    columns = read_table(TELCO)
    encoding = make_encoding(columns, drop=["churn"])
    x, outcomes = encoding.encode(columns), truths(columns, "churn")
    held = np.arange(len(x)) % 4 == 0

    model, report = fit_propensity(x[~held], encoding.inputs, outcomes[~held])
    scores = judge(model, encoding.inputs, x[held], outcomes[held]).frozen

    assert report.scores.calibration_error < 0.012
    assert scores.auc.value > 0.83
    assert scores.calibration_error == calibration_error(evaluate_many(model, encoding.inputs, x[held]), outcomes[held])
    assert scores.calibration_error < 2 * scores.calibration_noise
