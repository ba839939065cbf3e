"""The factored model learns as batch regression would, corrects late, and starts new actions warm."""

import numpy as np

from segue.core.decisioning.models.factored import SILENCE, FactoredLearner, Head, Shape

SHAPE = Shape(("one", "a", "b"), (Head("margin"),))


def test_late_corrections_end_where_batch_ridge_regression_does() -> None:
    rng = np.random.default_rng(0)
    x = np.column_stack([np.ones(200), rng.normal(size=(200, 2))])
    y = x @ [0.5, 1.0, -2.0] + rng.normal(size=200)
    learner = FactoredLearner(SHAPE)

    lessons = [learner.observe(row, SILENCE) for row in x]
    for index in rng.permutation(200):
        half = learner.correct(lessons[index], [y[index] / 2])
        learner.correct(half, [y[index] / 2])

    penalty = np.diag([1 / learner.prior.base**2, *([1 / learner.prior.variance("shared")] * 2)])
    ridge = np.linalg.solve(x.T @ x + penalty, x.T @ y)
    believed = learner.publish().believe(np.eye(3)[0], [SILENCE]).means[0, 0]
    assert np.isclose(believed, ridge[0], rtol=1e-10)
