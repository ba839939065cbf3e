"""A comparison is paired, and says when it cannot tell."""

import numpy as np
import pytest
from msgspec.structs import replace

from segue.learning.off_policy import compare, fixed, uniform
from segue.learning.off_policy.comparing import Verdict
from segue.learning.off_policy.intervals import ALWAYS_VALID
from tests.learning.off_policy.simulated import simulate


def test_the_better_policy_is_better_and_the_worse_one_worse() -> None:
    simulated = simulate(0, count=8000, floor=0.2)
    best = np.eye(3)[simulated.expected.argmax(axis=1)]
    worst = np.eye(3)[simulated.expected.argmin(axis=1)]

    found = compare(simulated.log, best, worst)
    reverse = compare(simulated.log, worst, best)

    assert found.verdict is Verdict.BETTER
    assert found.difference.low <= simulated.truth(best) - simulated.truth(worst) <= found.difference.high
    assert reverse.verdict is Verdict.WORSE
    assert reverse.difference.value == pytest.approx(-found.difference.value)


def test_a_pair_that_differs_seldom_is_told_apart_more_sharply_than_either_is_known() -> None:
    simulated = simulate(1, count=4000, floor=0.2)
    assert simulated.log.logging is not None
    present = simulated.log.logging
    candidate = np.where(np.arange(4000)[:, None] % 10 == 0, uniform(simulated.log), present)

    found = compare(simulated.log, candidate, present)

    alone = found.candidate.estimates["dr"].interval()
    assert found.difference.standard_error < 0.5 * alone.standard_error


def test_the_same_policy_makes_no_difference_at_all() -> None:
    log, _ = simulate(2, count=3000, floor=0.3)

    found = compare(log, uniform(log), uniform(log))

    assert (found.difference.low, found.difference.high) == (0.0, 0.0)
    assert found.verdict is Verdict.NO_DIFFERENCE


def test_too_few_effective_samples_give_no_verdict_however_large_the_difference() -> None:
    log, _ = simulate(3, count=4000)
    rich = replace(log, reward=log.reward + 10.0 * (log.action == 2))

    few = compare(rich, fixed(rich, 2), fixed(rich, 0), effective_samples=1000)
    enough = compare(rich, fixed(rich, 2), fixed(rich, 0), effective_samples=100)

    assert few.difference.low > 0.0
    assert few.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert "1,000 are needed" in few.reason
    assert enough.verdict is Verdict.BETTER


def test_what_the_log_could_not_have_done_gives_no_verdict() -> None:
    log, _ = simulate(4, count=4000, floor=0.2)
    assert log.logging is not None
    # The log has taken the third action only where the first number of the context is above 0.
    closed = log.x[:, 0] <= 0.0
    kept = ~(closed & (log.action == 2))
    logging = np.where(closed[:, None] & (np.arange(3) == 2), 0.0, log.logging)[kept]
    partial = replace(
        log,
        x=log.x[kept],
        action=log.action[kept],
        probability=log.probability[kept],
        reward=log.reward[kept],
        logging=logging / logging.sum(axis=1, keepdims=True),
    )

    found = compare(partial, fixed(partial, 2), uniform(partial), effective_samples=10)

    assert found.verdict is Verdict.NOT_ENOUGH_EVIDENCE
    assert "could not have done" in found.reason


def test_a_comparison_may_be_always_valid() -> None:
    simulated = simulate(5, count=4000, floor=0.2)
    best = np.eye(3)[simulated.expected.argmax(axis=1)]

    fixed_size = compare(simulated.log, best, uniform(simulated.log))
    always = compare(simulated.log, best, uniform(simulated.log), kind=ALWAYS_VALID)

    assert always.difference.high - always.difference.low > fixed_size.difference.high - fixed_size.difference.low
