"""Splits: sound ones pass at every look, broken ones are found."""

from math import exp

import numpy as np
import pytest

from segue.measurement.statistics.split import check_split, chi_square_p, log_split_evidence

EVEN = {"control": 0.5, "email": 0.5}


def test_chi_square_by_hand() -> None:
    # 60 and 40 where 50 and 50 were planned: (100 + 100) / 50 = 4, p = 0.0455
    assert chi_square_p([60, 40], [0.5, 0.5]) == pytest.approx(0.0455003, rel=1e-5)
    assert chi_square_p([21307, 21387, 21306], [1 / 3] * 3) == pytest.approx(0.904, abs=1e-3)


def test_the_mixture_by_hand() -> None:
    # With k = 2 and even shares the mixture is uniform: one of each has probability 1/6 in an order, 1/4 by the plan.
    assert exp(log_split_evidence([1, 1], [0.5, 0.5], concentration=2.0)) == pytest.approx((1 / 6) / (1 / 4))


def test_evidence_is_a_fair_bet_against_the_plan() -> None:
    rng = np.random.default_rng(1)
    counts = rng.multinomial(2000, [0.2, 0.3, 0.5], 4000)

    bets = [exp(log_split_evidence([int(n) for n in each], [0.2, 0.3, 0.5])) for each in counts]

    assert np.mean(bets) == pytest.approx(1.0, abs=4.0 * np.std(bets) / np.sqrt(4000))


def test_a_broken_split_is_found_and_a_sound_one_is_not() -> None:
    for is_last_look in (True, False):
        assert check_split({"control": 50_000, "email": 48_000}, EVEN, is_last_look=is_last_look).is_broken
        assert not check_split({"control": 50_000, "email": 49_800}, EVEN, is_last_look=is_last_look).is_broken


def test_looking_often_at_a_sound_split_raises_no_alarm() -> None:
    rng = np.random.default_rng(3)
    alarms = 0
    for _ in range(300):
        control = rng.binomial(1000, 0.1, 60).cumsum()
        looks = zip(control, np.arange(1, 61) * 1000, strict=True)
        alarms += any(
            check_split(
                {"control": int(seen), "email": int(total - seen)}, {"control": 0.1, "email": 0.9}, is_last_look=False
            ).is_broken
            for seen, total in looks
        )

    assert alarms <= 2


def test_nobody_breaks_no_split() -> None:
    assert chi_square_p([0, 0], [0.5, 0.5]) == 1.0
    assert log_split_evidence([0, 0], [0.5, 0.5]) == 0.0
