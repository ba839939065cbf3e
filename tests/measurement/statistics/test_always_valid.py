"""Always valid intervals hold at all looks, once the gate is open; without the gate they do not."""

import numpy as np
import pytest

from bench.measure_coverage import NORMAL_95, PLANNED, looked
from segue.measurement.statistics.always_valid import (
    CONVERTERS,
    Gate,
    always_valid_p,
    always_valid_reach,
    tuned_rho,
)

EXPERIMENTS = 600


def test_reach_by_hand() -> None:
    # alpha 0.05, planned 5000: -2 log(alpha) = 5.9915, rho^2 = (5.9915 + log(5.9915) + 1) / 5000 = 0.0017564
    assert tuned_rho(5000) ** 2 == pytest.approx((5.991465 + 1.790336 + 1.0) / 5000, rel=1e-6)
    grown = 5000 * tuned_rho(5000) ** 2
    expected = np.sqrt(2 * (grown + 1) / grown * np.log(np.sqrt(grown + 1) / 0.05))
    assert always_valid_reach(5000, 5000) == pytest.approx(expected)


def test_the_interval_is_shortest_where_it_was_planned() -> None:
    planned = always_valid_reach(5000, 5000)

    assert all(always_valid_reach(5000, other) >= planned for other in (500, 2500, 4000, 6500, 10_000, 50_000))
    assert 1.5 < planned / NORMAL_95 < 1.7


def test_its_p_is_the_level_at_which_the_interval_ends_at_zero() -> None:
    reach = always_valid_reach(3000, 5000)

    assert always_valid_p(reach, 3000, 5000) == pytest.approx(0.05)
    assert always_valid_p(0.5, 3000, 5000) == 1.0


def test_the_gate_opens_with_the_last_converter_that_is_needed() -> None:
    assert not Gate(99, 100).is_open
    assert Gate(100, 100).is_open


def test_false_positives_under_100_looks_stay_below_5_percent_only_with_the_gate() -> None:
    """10 % control, 3 % of the customers buy, heavy-tailed amounts: `bench/measure_coverage.py` has the long run."""
    rng = np.random.default_rng(2024)
    found: dict[str, list[bool]] = {"peeking": [], "no gate": [], "judged": [], "rate": []}
    for _ in range(EXPERIMENTS):
        plain, capped, rate = looked(rng, 1.5)
        reach = np.array([always_valid_reach(int(units), PLANNED) for units in plain.units])
        gate = plain.converters >= CONVERTERS
        found["peeking"].append(bool((abs(plain.z) > NORMAL_95).any()))
        found["no gate"].append(bool((abs(plain.z) > reach).any()))
        found["judged"].append(bool(((abs(capped.z) > reach) & gate).any()))
        found["rate"].append(bool(((abs(rate.z) > reach) & gate).any()))

    share = {name: np.mean(flags) for name, flags in found.items()}
    assert share["judged"] <= 0.05
    assert share["rate"] <= 0.05
    assert share["no gate"] > 0.08
    assert share["peeking"] > 0.4
