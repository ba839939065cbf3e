"""Groups: where the effect differs it is seen, where it does not it is not, and choosing pays only then."""

import numpy as np
import pytest
from msgspec.structs import replace

from segue.measurement.experiments.groups import groups_of
from segue.measurement.experiments.sums import sum_up
from segue.measurement.experiments.units import units_from_table
from tests.measurement.experiments.made_up import EXPERIMENT, RATE, given, told

BY = replace(EXPERIMENT, metrics=(RATE,), by="country")


def columns(lifts: dict[str, float], count: int = 40_000, seed: int = 3) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    country = rng.choice(list(lifts), count)
    is_email = rng.random(count) < 0.5
    chance = 0.1 + is_email * np.array([lifts[each] for each in country])
    return {
        "customer": np.arange(count),
        "arm": np.where(is_email, "email", "control").astype(object),
        "country": country.astype(object),
        "converted": (rng.random(count) < chance).astype(float),
    }


def test_a_difference_between_groups_is_found() -> None:
    found = told(columns({"at": 0.06, "ch": -0.03, "de": 0.0}), BY).groups[0]

    assert found.interaction.p < 1e-6
    assert [(each.group, each.p_adjusted < 0.05) for each in found.groups] == [
        ("at", True),
        ("ch", True),
        ("de", False),
    ]
    assert found.qini is not None
    assert found.qini.area > 0.005
    shares = [share for share, _ in found.qini.curve]
    assert shares == pytest.approx([0, 1 / 3, 2 / 3, 1], abs=0.02)


def test_the_same_effect_everywhere_is_not_told_as_a_difference() -> None:
    found = told(columns({"at": 0.03, "ch": 0.03, "de": 0.03}), BY).groups[0]

    assert found.interaction.p > 0.05
    assert found.qini is not None
    assert abs(found.qini.area) < 0.004


def test_groups_without_both_arms_are_left_out() -> None:
    some = columns({"at": 0.03, "de": 0.03}, count=400)
    some["arm"][some["country"] == "at"] = "email"
    with given(some) as duck:
        sums = sum_up(duck, BY, units_from_table(duck, "given", BY).columns, in_halves=True)
        found = groups_of(BY, RATE, sums["converted"], "email")

    assert [each.group for each in found.groups] == ["de"]
    assert found.interaction.p == 1.0
    assert found.qini is None
