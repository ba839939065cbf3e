"""Estimators find what a policy is worth from the log of another one."""

import numpy as np
import pytest
from msgspec.structs import replace

from segue.learning.off_policy import ESTIMATORS, LoggedBandit, evaluate, fixed, uniform
from tests.learning.off_policy.simulated import simulate

TINY = LoggedBandit(
    actions=("a", "b"),
    x=np.zeros((4, 0)),
    action=np.array([0, 0, 1, 1]),
    probability=np.array([0.5, 0.8, 0.5, 0.2]),
    reward=np.array([1.0, 0.0, 0.0, 2.0]),
)


def test_values_by_hand() -> None:
    target = np.array([[1.0, 0.0], [0.4, 0.6], [0.5, 0.5], [0.9, 0.1]])  # weights 2, 1/2, 1, 1/2
    predicted = np.array([[1.0, 2.0], [0.0, 1.0], [0.0, 1.0], [2.0, 0.0]])

    estimates = evaluate(TINY, target, predicted).estimates

    values = {name: each.value for name, each in estimates.items() if name != "switch_dr"}
    assert values == pytest.approx(
        {
            "ips": 3.0 / 4,
            "clipped_ips": 3.0 / 4,
            "snips": 3.0 / 4,
            "dm": (1.0 + 0.6 + 0.5 + 1.8) / 4,
            "dr": (1.0 + 0.6 + (0.5 - 1.0) + (1.8 + 1.0)) / 4,
        }
    )


def test_the_log_s_own_policy_is_worth_what_it_brought() -> None:
    log, _ = simulate(0)
    assert log.logging is not None

    estimates = evaluate(log, log.logging).estimates

    for name in ("ips", "snips"):
        assert estimates[name].value == pytest.approx(log.reward.mean())
    assert estimates["dr"].value == pytest.approx(log.reward.mean(), abs=0.01)


@pytest.mark.parametrize("name", ["ips", "snips", "dr", "switch_dr"])
def test_estimates_are_right_on_average_and_their_intervals_hold(name: str) -> None:
    held, errors = [], []
    for seed in range(60):
        log, expected = simulated = simulate(seed)
        target = fixed(log, 0)
        found = evaluate(log, target).estimates[name].interval()
        held.append(found.low <= simulated.truth(target) <= found.high)
        errors.append(found.value - simulated.truth(target))
        assert expected.shape == (2000, 3)

    assert abs(np.mean(errors)) < 3.0 * np.std(errors) / np.sqrt(60)
    assert np.mean(held) >= 0.88


def test_doubly_robust_is_nearer_the_truth_than_naive_weighting() -> None:
    errors: dict[str, list[float]] = {"ips": [], "dr": []}
    for seed in range(40):
        simulated = simulate(seed)
        target = fixed(simulated.log, 0)
        estimates = evaluate(simulated.log, target).estimates
        for name, each in errors.items():
            each.append(estimates[name].value - simulated.truth(target))

    error = {name: float(np.sqrt(np.mean(np.square(each)))) for name, each in errors.items()}
    assert error["dr"] < 0.9 * error["ips"]


def test_guessed_probabilities_make_every_weighted_estimate_wrong() -> None:
    simulated = simulate(1, count=8000)
    log = simulated.log
    frequencies = np.bincount(log.action, minlength=3) / len(log)
    guessed = replace(log, probability=frequencies[log.action])
    target = np.eye(3)[(log.x[:, 0] > 0.0).astype(int)]

    exact, wrong = (evaluate(each, target).estimates["ips"].interval() for each in (log, guessed))

    assert exact.low <= simulated.truth(target) <= exact.high
    assert wrong.low > 1.5 * simulated.truth(target)


def test_with_a_model_that_is_always_right_doubly_robust_is_the_model() -> None:
    log = replace(TINY, reward=np.array([1.0, 0.0, 1.0, 0.0]))
    predicted = np.array([[1.0, 3.0], [0.0, 1.0], [0.0, 1.0], [2.0, 0.0]])

    estimates = evaluate(log, uniform(log), predicted).estimates

    assert estimates["dr"].value == estimates["dm"].value


def test_switching_gives_up_heavy_corrections_and_its_interval_still_reaches_them() -> None:
    simulated = simulate(2, count=4000, floor=0.001)
    target = fixed(simulated.log, 2)

    estimates = evaluate(simulated.log, target).estimates
    switched, whole = estimates["switch_dr"], estimates["dr"]

    assert switched.value != whole.value
    assert switched.interval().low <= whole.interval().low
    assert switched.interval().high >= whole.interval().high


def test_every_estimator_has_one_value_for_each_decision() -> None:
    log, _ = simulate(0, count=100)

    for estimate in evaluate(log, uniform(log)).estimates.values():
        assert estimate.influence.shape == (100,)
        assert abs(estimate.influence.mean()) < 1e-9
    assert set(evaluate(log, uniform(log)).estimates) == set(ESTIMATORS)
