"""Boosting: frozen trees predict what scikit-learn's model predicts."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from segue.core.decisioning.models.estimators import evaluate, evaluate_many
from segue.learning.boosting import Boosting, boost, combined, drivers

NAMES = ("spent", "visits", "age", "noise")
SMALL = Boosting(trees=30, leaves=8, rows=10, rate=0.1)


def rows(count: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Rows with missing values, whose outcome depends on the first input, and on the second being missing."""
    chance = np.random.default_rng(4)
    x = chance.normal(size=(count, 4))
    x[chance.random(x.shape) < 0.15] = np.nan
    raised = np.nan_to_num(x[:, 0]) + np.where(np.isnan(x[:, 1]), 1.5, 0.0)
    return x, (raised + chance.normal(size=count) > 0.5).astype(float)


@pytest.mark.parametrize(
    ("link", "kind"), [("logit", HistGradientBoostingClassifier), ("identity", HistGradientBoostingRegressor)]
)
def test_trees_predict_what_scikit_learn_predicts(link: str, kind: type) -> None:
    x, outcomes = rows()
    settings = {"max_iter": 30, "max_leaf_nodes": 8, "min_samples_leaf": 10, "learning_rate": 0.1}
    with threadpool_limits(1):
        model = kind(**settings, l2_regularization=1.0, early_stopping=False).fit(x, outcomes)
    expected = model.predict_proba(x)[:, 1] if link == "logit" else model.predict(x)

    trees = boost(x, NAMES, outcomes, link=link, boosting=SMALL)

    assert np.abs(evaluate_many(trees, NAMES, x) - expected).max() < 1e-9
    assert abs(evaluate(trees, NAMES, x[0]) - expected[0]) < 1e-9


def test_training_again_gives_the_same_bytes() -> None:
    x, outcomes = rows()

    assert boost(x, NAMES, outcomes, boosting=SMALL) == boost(x, NAMES, outcomes, boosting=SMALL)


def test_what_drives_the_outcome_drives_the_model() -> None:
    x, outcomes = rows()
    shares = drivers(boost(x, NAMES, outcomes, boosting=SMALL))

    assert next(iter(shares)) == "spent"
    assert shares["noise"] < shares["visits"]
    assert sum(shares.values()) == pytest.approx(1.0)


def test_a_weighted_sum_of_trees_is_trees() -> None:
    x, outcomes = rows()
    one = boost(x, NAMES, outcomes, link="identity", boosting=SMALL)
    other = boost(x, NAMES, np.nan_to_num(x[:, 2]), link="identity", boosting=SMALL)
    expected = 2.0 * evaluate_many(one, NAMES, x) - evaluate_many(other, NAMES, x)

    both = combined([(2.0, one), (-1.0, other)])

    assert evaluate_many(both, NAMES, x) == pytest.approx(expected, abs=1e-12)
    assert evaluate(both, NAMES, x[0]) == evaluate_many(both, NAMES, x)[0]


def test_outcomes_that_are_all_the_same_make_a_model_without_trees() -> None:
    x, _ = rows(20)

    assert evaluate(boost(x, NAMES, np.ones(20)), NAMES, x[0]) == pytest.approx(1.0)
    assert evaluate_many(boost(x, NAMES, np.zeros(20)), NAMES, x).max() < 1e-8
