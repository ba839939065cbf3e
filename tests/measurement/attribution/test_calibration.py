"""Calibrated attribution holds the truth of a known market; uncalibrated path models miss it by thousands."""

import numpy as np
import pytest

from segue.measurement.attribution.calibration import Increment, calibrated, increment_of
from segue.measurement.attribution.choosing import PATH_MODELS, attribute
from segue.measurement.attribution.contribution import contributions
from segue.measurement.attribution.paths import collect_paths
from segue.measurement.attribution.results import ChannelCredit, PathAttribution
from segue.model.errors import SegueError
from tests.measurement.attribution.known_truth import EFFECTS, known_market


def test_only_the_calibrated_view_holds_the_truth_of_a_known_market() -> None:
    market = known_market(seed=1)
    paths = collect_paths(market.duck, "contacts", "conversions")
    # All four intervals are to hold at once, so each is at 1 - 0.05 / 4.
    found = contributions(market.duck, "decided", level=1 - 0.05 / 4)
    incremental = {each.channel: increment_of(each.incremental) for each in found if each.channel}

    for model in PATH_MODELS:
        description = attribute(paths, model)
        result = calibrated(description, incremental, level=1 - 0.05 / 4)
        for credit in result.credits:
            truth = market.truth[credit.channel]
            half = credit.incremental.high - credit.incremental.estimate
            assert credit.incremental.covers(truth), (model, credit)
            if credit.channel in ("email", "display"):
                assert credit.credited - truth > 4 * half, "the path model credits thousands that it did not cause"
        assert sum(abs(credit.credited - market.truth[credit.channel]) for credit in result.credits) > 15_000
    assert all(each.incremental.covers(market.truth[each.channel]) for each in found if each.channel)
    assert found[-1].incremental.covers(sum(market.truth.values()))


@pytest.mark.parametrize("has_total", [True, False])
@pytest.mark.parametrize("spread", [0.0, 0.02, 0.15])
def test_intervals_cover_at_their_level_whatever_the_spread_of_channels(*, has_total: bool, spread: float) -> None:
    rng = np.random.default_rng(7)
    names = [f"channel {number}" for number in range(6)]
    covered, narrower = [], []
    for _ in range(600):
        credited = rng.uniform(1_000, 12_000, len(names))
        factors = rng.normal(0.15, spread, len(names))
        errors = rng.uniform(0.03, 0.1, len(names)) * credited
        truth = factors * credited
        measured = {
            name: Increment(estimate=value, error=error)
            for name, value, error in zip(names, rng.normal(truth, errors).tolist(), errors.tolist(), strict=True)
        }
        total_error = 0.01 * float(credited.sum())
        total = Increment(estimate=float(rng.normal(0.15 * credited.sum(), total_error)), error=total_error)
        result = calibrated(_paths(names, credited.tolist()), measured, total=total if has_total else None)
        by_name = {credit.channel: credit for credit in result.credits}
        covered += [by_name[name].incremental.covers(value) for name, value in zip(names, truth.tolist(), strict=True)]
        narrower += [
            (by_name[name].incremental.high - by_name[name].incremental.low) / (2 * 1.96 * error)
            for name, error in zip(names, errors.tolist(), strict=True)
        ]

    assert np.mean(covered) > 0.935
    assert np.mean(narrower) < 1.005, "shrinking must not cost width"


def test_a_channel_without_a_holdout_gets_the_global_factor_and_a_wide_interval() -> None:
    measured = {
        name: Increment(estimate=value, error=20.0) for name, value in (("a", 100.0), ("b", 400.0), ("c", 250.0))
    }
    total = Increment(estimate=900.0, error=40.0)

    result = calibrated(_paths(["a", "b", "c", "d"], [1_000.0] * 4), measured, total=total)
    by_name = {credit.channel: credit for credit in result.credits}

    assert by_name["d"].incremental.estimate == pytest.approx(225.0)
    assert by_name["d"].own_weight == 0.0
    width = {name: credit.incremental.high - credit.incremental.low for name, credit in by_name.items()}
    assert width["d"] > 3 * width["a"]
    assert 100.0 < by_name["a"].incremental.estimate < 225.0


def test_two_channels_are_too_few_to_shrink() -> None:
    measured = {"a": Increment(estimate=10.0, error=30.0), "b": Increment(estimate=400.0, error=30.0)}

    result = calibrated(_paths(["a", "b"], [1_000.0, 1_000.0]), measured)

    assert [credit.own_weight for credit in result.credits] == [1.0, 1.0]
    assert [credit.incremental.estimate for credit in result.credits] == pytest.approx([10.0, 400.0])


def test_holdouts_of_channels_on_no_path_are_refused() -> None:
    with pytest.raises(SegueError, match="No path credits radio"):
        calibrated(_paths(["a"], [10.0]), {"radio": Increment(estimate=1.0, error=1.0)})


def _paths(names: list[str], credited: list[float]) -> PathAttribution:
    total = sum(credited)
    credits = tuple(
        ChannelCredit(channel=name, conversions=each, value=0.0, share=each / total)
        for name, each in zip(names, credited, strict=True)
    )
    return PathAttribution(model="linear", formula="path-linear", credits=credits)


def test_the_market_is_the_one_described() -> None:
    assert EFFECTS == {"email": 0.0, "push": 0.03, "sms": 0.015, "display": 0.0}
