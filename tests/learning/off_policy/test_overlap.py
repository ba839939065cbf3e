"""Overlap says in words where a log cannot speak for a policy."""

import numpy as np
import pytest

from segue.learning.off_policy import LoggedBandit, fixed, overlap_of, uniform


def a_log(taken: list[int], logging: list[float]) -> LoggedBandit:
    """Return a log that took each of three actions so many times, with these probabilities."""
    action = np.repeat(np.arange(3), taken)
    spread = np.tile(np.array(logging), (len(action), 1))
    x, probability = np.zeros((len(action), 0)), np.maximum(np.array(logging), 0.01)[action]
    return LoggedBandit(
        actions=("a", "b", "c"), x=x, action=action, probability=probability, reward=x.sum(axis=1), logging=spread
    )


def test_the_log_s_own_policy_has_all_samples() -> None:
    log = a_log([50, 50, 100], [0.25, 0.25, 0.5])
    assert log.logging is not None

    found = overlap_of(log, log.logging)

    assert found.effective_samples == pytest.approx(200.0)
    assert (found.warnings(), found.is_supported()) == ([], True)


def test_one_action_has_as_many_samples_as_it_was_taken() -> None:
    assert overlap_of(
        a_log([50, 50, 100], [0.25, 0.25, 0.5]), fixed(a_log([50, 50, 100], [1, 1, 1]), 2)
    ).effective_samples == pytest.approx(100.0)


def test_an_action_that_was_never_taken_supports_nothing() -> None:
    log = a_log([100, 100, 0], [0.5, 0.5, 0.0])

    found = overlap_of(log, fixed(log, 2))

    assert found.effective_samples == 0.0
    assert (found.never, found.unsupported, found.is_supported()) == (("c",), 1.0, False)
    assert "never took c" in found.warnings()[0]


def test_rare_actions_and_heavy_decisions_are_named() -> None:
    log = a_log([100, 99, 1], [0.5, 0.49, 0.01])

    found = overlap_of(log, uniform(log))

    assert found.rarely == ("c",)
    assert found.largest_share > 0.1
    assert [word in text for word, text in zip(("took c", "single"), found.warnings(), strict=True)] == [True, True]
