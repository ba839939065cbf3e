"""How much of what is to come should have come."""

import numpy as np
import pytest

from segue.core.decisioning.models.arrivals import LEAST_SHARE, Arrivals


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


def test_lessons_are_learnt_anew_at_the_quarters_and_at_the_end() -> None:
    arrivals = Arrivals(window=100.0)

    ages = arrivals.ages()

    assert [arrivals.share(age) for age in ages] == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert Arrivals(window=100.0, total=1e9, count=1e3).ages() == (100.0,)
