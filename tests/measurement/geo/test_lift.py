"""Geo lift on the published matched markets, against the published analysis, and on made-up regions."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from segue.measurement.geo.lift import difference_in_differences, time_based_regression
from segue.measurement.geo.markets import Regions, read_regions
from segue.measurement.geo.results import GeoLift
from segue.measurement.intervals import Interval
from segue.model.errors import SegueError

DATA = Path(__file__).parents[3] / "../shared/data"
needs_data = pytest.mark.skipif(not (DATA / "geo_assignment.csv").is_file(), reason="geo data is not here: ../shared")


def published() -> Regions:
    assignment = f"""(SELECT geo, "geo.group" = 2 AS is_treated FROM '{DATA / "geo_assignment.csv"}')"""
    return read_regions(duckdb.connect(), f"'{DATA / 'geo_salesandcost.csv.gz'}'", assignment)


@needs_data
def test_the_published_time_based_regression() -> None:
    """The package that comes with the data has 147,337.122 more sales for 50,000, 2.826194 with 90 % on one side."""
    found: GeoLift = time_based_regression(published(), level=0.8)

    assert (found.begin, found.end) == (date(2015, 2, 16), date(2015, 3, 15))
    assert found.incremental.estimate == pytest.approx(147_337.122, abs=0.001)
    assert found.cost.estimate == pytest.approx(50_000)
    spent = found.cost.estimate
    assert found.cost == Interval(estimate=spent, low=spent, high=spent, level=0.8), "what was spent is known"
    assert found.return_on_spend is not None
    assert found.return_on_spend.estimate == pytest.approx(2.946742, abs=1e-6)
    assert found.return_on_spend.low == pytest.approx(2.826194, abs=1e-6)
    # Theirs is the mean over draws of the ratio, ours the ratio of the estimates.
    assert found.lift.estimate == pytest.approx(0.173998, abs=1e-4)
    assert found.lift.low == pytest.approx(0.165686, abs=1e-4)


@needs_data
def test_before_the_test_there_is_no_effect() -> None:
    fit = time_based_regression(published()).fit

    assert fit is not None
    assert fit.placebo.low < 0 < fit.placebo.high
    assert (fit.days, fit.placebo_days) == (42, 14)
    assert fit.correlation > 0.98


@needs_data
def test_differences_of_regions_agree_and_are_less_sure() -> None:
    regression, differences = time_based_regression(published()), difference_in_differences(published())

    assert differences.incremental.low < regression.incremental.estimate < differences.incremental.high
    width = {each.formula: each.incremental.high - each.incremental.low for each in (regression, differences)}
    assert width["geo-difference-in-differences"] > width["time-based-regression"]
    assert differences.cost.estimate == pytest.approx(50_000)


def made_up(seed: int, *, effect: float, base_cost: float = 0.0) -> Regions:
    """Return 40 regions over 80 days, 20 of them treated in the last 20 by ``effect`` sales a day and region."""
    rng = np.random.default_rng(seed)
    sizes, common = rng.lognormal(5, 0.4, 40)[:, None], rng.normal(1.0, 0.1, 80)
    sales = sizes * common + rng.normal(0, 10.0, (40, 80))
    treated = np.arange(40) % 2 == 0
    sales[np.ix_(treated, np.arange(60, 80))] += effect
    cost = np.full((40, 80), base_cost) + rng.normal(0, 0.05 * base_cost, (40, 80))
    cost[np.ix_(treated, np.arange(60, 80))] += 5.0
    days = tuple(date(2026, 1, 1) + timedelta(days=day) for day in range(80))
    return Regions(names=tuple(map(str, range(40))), days=days, sales=sales, cost=cost, is_treated=treated)


@pytest.mark.parametrize("effect", [0.0, 8.0])
def test_intervals_cover_the_known_effect(effect: float) -> None:
    covered = 0
    for seed in range(200):
        found = time_based_regression(made_up(seed, effect=effect))
        covered += found.incremental.low <= effect * 20 * 20 <= found.incremental.high

    assert 0.91 <= covered / 200 <= 0.99


def test_differences_cover_the_known_effect() -> None:
    covered = 0
    for seed in range(200):
        found = difference_in_differences(made_up(seed, effect=8.0))
        covered += found.incremental.low <= 8.0 * 20 * 20 <= found.incremental.high

    assert 0.91 <= covered / 200 <= 1.0


def test_money_that_is_always_spent_is_not_counted_and_makes_the_return_less_sure() -> None:
    with pytest.raises(SegueError, match="do not say when"):
        time_based_regression(made_up(3, effect=8.0, base_cost=30.0))
    costs, returns = [], []
    for seed in range(200):
        regions = made_up(seed, effect=8.0, base_cost=30.0)
        found = time_based_regression(regions, begin=regions.days[60], end=regions.days[79])
        assert found.return_on_spend is not None
        costs.append(found.cost.low <= 5.0 * 20 * 20 <= found.cost.high)
        returns.append(found.return_on_spend.low <= 8.0 / 5.0 <= found.return_on_spend.high)

    assert 0.91 <= np.mean(costs) <= 0.99
    assert 0.91 <= np.mean(returns) <= 0.99


def test_a_cost_that_may_be_nothing_has_no_return() -> None:
    regions = made_up(5, effect=8.0, base_cost=30.0)
    regions.cost[:, 60:] = regions.cost[:, :20]

    found = time_based_regression(regions, begin=regions.days[60], end=regions.days[79])

    assert found.cost.low < 0 < found.cost.high
    assert found.return_on_spend is None


def test_too_little_is_said() -> None:
    regions = made_up(1, effect=1.0)
    with pytest.raises(SegueError, match="5 days before"):
        time_based_regression(regions, begin=regions.days[5], end=regions.days[20])
    with pytest.raises(SegueError, match="not within the data"):
        time_based_regression(regions, begin=date(2020, 1, 1), end=date(2020, 2, 1))
