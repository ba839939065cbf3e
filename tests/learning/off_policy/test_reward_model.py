"""The reward model learns what is linear, and never from the decision it predicts."""

import numpy as np
from msgspec.structs import replace

from segue.learning.off_policy import LoggedBandit, predict_rewards
from segue.learning.off_policy.reward_model import fit


def linear_log(count: int = 3000) -> LoggedBandit:
    """Return a log whose rewards are linear in context and action, without noise."""
    rng = np.random.default_rng(0)
    x, action = rng.normal(3.0, 5.0, size=(count, 2)), rng.integers(0, 2, size=count)
    reward = 1.0 + 0.5 * x[:, 0] + np.where(action == 1, 2.0 - 0.3 * x[:, 1], 0.0)
    return LoggedBandit(actions=("a", "b"), x=x, action=action, probability=np.full(count, 0.5), reward=reward)


def test_it_finds_what_context_and_actions_bring() -> None:
    log = linear_log()

    predicted = fit(log, np.ones(len(log), bool)).predict(np.array([[0.0, 0.0], [10.0, 10.0]]))

    assert np.allclose(predicted, [[1.0, 3.0], [6.0, 5.0]], atol=0.1)


def test_an_action_with_few_decisions_is_taken_for_an_average_one() -> None:
    log = linear_log(300)
    rare = replace(log, actions=("a", "b", "c"), action=np.where(np.arange(300) == 7, 2, log.action))

    predicted = fit(rare, np.ones(300, bool)).predict(log.x)

    between = (predicted[:, 2] > predicted[:, :2].min(axis=1) - 3.0) & (
        predicted[:, 2] < predicted[:, :2].max(axis=1) + 3.0
    )
    assert between.all()


def test_a_decision_is_predicted_without_its_unit() -> None:
    log = replace(linear_log(200), unit=np.arange(200) // 10)
    changed = replace(log, reward=np.where(log.unit == 3, 1e6, log.reward))

    before, after = predict_rewards(log), predict_rewards(changed)

    assert np.array_equal(before[log.unit == 3], after[log.unit == 3])
    assert not np.allclose(before[log.unit == 4], after[log.unit == 4])


def test_with_only_the_past_nothing_is_known_at_first_and_the_future_never() -> None:
    log = linear_log(200)
    changed = replace(log, reward=np.where(np.arange(200) >= 100, 1e6, log.reward))

    before, after = (predict_rewards(each, only_past=True) for each in (log, changed))

    assert not before[:40].any()
    assert np.array_equal(before[:120], after[:120])
    assert not np.allclose(before[160:], after[160:])
