"""Subgroups: an interaction is found where there is one, and the Qini curve by hand."""

import numpy as np
import pytest

from segue.measurement.statistics.means import Effect, compare
from segue.measurement.statistics.moments import plain_sample
from segue.measurement.statistics.subgroups import interaction, qini


def effect(value: float) -> Effect:
    return compare(plain_sample(200, 1.0, 1.0), plain_sample(200, 1.0 + value, 1.0))


def test_the_same_effect_everywhere_is_no_interaction() -> None:
    assert interaction([effect(0.3)] * 4).p == 1.0
    assert interaction([effect(0.3)]).p == 1.0
    assert interaction([effect(0.0), effect(0.8)]).p < 1e-6


def test_chance_looks_like_an_interaction_one_time_in_twenty() -> None:
    rng = np.random.default_rng(1)

    p = [interaction([effect(each) for each in rng.normal(0.3, 0.1, 5)]).p for _ in range(2000)]

    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.015)


def test_the_curve_by_hand() -> None:
    # Half of the customers gain 4 each, half lose 2: best first the curve is (0, 0), (0.5, 2), (1, 1).
    found = qini({"good": 3.0, "bad": -1.0}, {"bad": (10, -2.0), "good": (10, 4.0)})

    assert found.curve == ((0.0, 0.0), (0.5, 2.0), (1.0, 1.0))
    assert found.area == pytest.approx(0.5 * 2 / 2 + 0.5 * (2 + 1) / 2 - 0.5)


def test_the_wrong_order_costs_as_much_as_the_right_one_brings() -> None:
    paid = {"bad": (10, -2.0), "good": (10, 4.0)}

    assert qini({"good": 0.0, "bad": 1.0}, paid).area == pytest.approx(-qini({"good": 1.0, "bad": 0.0}, paid).area)
