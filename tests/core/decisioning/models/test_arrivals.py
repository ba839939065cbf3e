"""How much of what is to come should have come."""

import itertools

import numpy as np
import pytest

from segue.core.decisioning.models.arrivals import LEAST_SHARE, STAGES, Arrivals


def test_the_mean_delay_is_learnt_from_what_arrives() -> None:
    arrivals = Arrivals(window=100.0)
    assert arrivals.mean == pytest.approx(100.0 / 3.0)

    for delay in np.random.default_rng(0).exponential(12.0, 5_000).tolist():
        arrivals.seen(delay)

    assert arrivals.mean == pytest.approx(12.0, rel=0.05)
    assert arrivals.share(12.0) == pytest.approx(1 - np.exp(-1), abs=0.02)


def test_the_share_grows_from_almost_none_to_all_at_the_window_s_end() -> None:
    arrivals = Arrivals(window=100.0)

    shares = [arrivals.share(age) for age in (0.0, 1.0, 50.0, 99.0, 100.0, 1e9)]

    assert shares == sorted(shares)
    assert shares[0] == LEAST_SHARE
    assert shares[-2:] == [1.0, 1.0]


def test_lessons_are_learnt_anew_at_each_stage_and_at_the_end() -> None:
    arrivals = Arrivals(window=100.0)

    ages = arrivals.ages()

    assert [arrivals.share(age) for age in ages] == pytest.approx([*STAGES, 1.0])
    assert list(ages) == sorted(ages)
    assert Arrivals(window=100.0, total=1e9, count=1e3).ages() == (100.0,)


@pytest.mark.parametrize("mean", [1.0, 5.0, 20.0, 33.0])
def test_until_most_has_come_no_stage_counts_less_than_half_of_what_should_have(mean: float) -> None:
    arrivals = Arrivals(window=100.0, total=mean * 1e9, count=1e9)

    ages = [age for age in arrivals.ages() if arrivals.share(age) < 1.0]

    for before, after in itertools.pairwise(ages):
        assert arrivals.share(before) >= arrivals.share(after) / 2.0 - 1e-9
