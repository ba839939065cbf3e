import pytest

from segue.core.decisioning.policies.net import FACTORS, WANTED, charges_of, product_of, wanted


def test_factors_that_are_not_told_count_one() -> None:
    assert product_of({}, FACTORS) == 1.0
    assert product_of({"lever": 2.0, "context_weight": 0.5, "lift": 3.0, "value": 9.0}, FACTORS) == 3.0
    assert product_of({"lever": 2.0, "lift": 3.0}, WANTED) == 2.0


@pytest.mark.parametrize(("gain", "expected"), [(5.0, 10.0), (0.0, 0.0), (-5.0, -5.0)])
def test_a_lever_makes_a_gain_count_more_and_leaves_a_harm_as_it_is(gain: float, expected: float) -> None:
    assert wanted(gain, {"lever": 2.0}) == expected


def test_cost_and_price_are_charged_and_a_subsidy_is_granted() -> None:
    assert charges_of({"cost": 1.0, "price": 0.5, "subsidy": 0.25}) == 1.25
    assert charges_of({}) == 0.0
