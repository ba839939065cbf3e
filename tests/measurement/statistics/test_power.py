"""Power: by the textbook, and by simulation."""

import numpy as np
import pytest

from segue.measurement.statistics.means import compare
from segue.measurement.statistics.moments import plain_sample
from segue.measurement.statistics.power import sample_needed, smallest_seen


def test_the_textbook_s_rule() -> None:
    # (1.96 + 0.8416)^2 * 2 * 0.09 / 0.01^2 = 14,128 an arm for 10 % against 11 % with the variance of 10 %.
    needed = sample_needed(plain_sample(50, 0.1, 0.09), plain_sample(50, 0.1, 0.09), 0.01)

    assert needed.control == needed.arm == pytest.approx(14_128, abs=2)
    assert needed.lift == pytest.approx(0.1)


def test_with_a_small_control_the_shares_stay() -> None:
    needed = sample_needed(plain_sample(100, 0.1, 0.09), plain_sample(900, 0.1, 0.09), 0.01)

    assert needed.arm == pytest.approx(9 * needed.control, rel=1e-3)
    assert needed.control + needed.arm == pytest.approx(7.849 * 0.09 * (1 / 0.1 + 1 / 0.9) / 0.01**2, rel=1e-3)


def test_so_many_customers_find_it_four_times_in_five() -> None:
    needed = sample_needed(plain_sample(50, 1.0, 4.0), plain_sample(50, 1.0, 4.0), 0.2)
    rng = np.random.default_rng(1)
    means = rng.normal(0.0, 2.0 / np.sqrt(needed.control), (3000, 2))

    found = [
        compare(plain_sample(needed.control, 1.0 + a, 4.0), plain_sample(needed.arm, 1.2 + b, 4.0)).difference.is_clear
        for a, b in means
    ]

    assert np.mean(found) == pytest.approx(0.8, abs=0.025)


def test_looks_along_the_way_cost_customers() -> None:
    samples = plain_sample(500, 1.0, 4.0), plain_sample(500, 1.0, 4.0)

    once = sample_needed(*samples, 0.2)
    anytime = sample_needed(*samples, 0.2, planned=3000)

    assert 1.5 < anytime.control / once.control < 2.5


def test_what_is_seen_now_needs_no_more_customers() -> None:
    samples = plain_sample(500, 1.0, 4.0), plain_sample(1500, 1.0, 5.0)
    for planned in (0, 2000):
        needed = sample_needed(*samples, smallest_seen(*samples, planned=planned), planned=planned)
        assert needed.control == pytest.approx(500, abs=2)
