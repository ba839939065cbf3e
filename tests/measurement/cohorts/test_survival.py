"""Survival against small published tables: Freireich's leukaemia trial (1963, as in Cox 1972), by hand."""

import math
from datetime import UTC, datetime

import duckdb
import numpy as np
import pytest

from segue.measurement.cohorts.survival import kaplan_meier, log_rank, mean_difference, read_times, restricted_mean
from segue.measurement.cohorts.times import times_to
from segue.model.errors import SegueError

# Weeks in remission; a negative number was still in remission when last seen.
TREATED = (6, 6, 6, 7, 10, 13, 16, 22, 23, -6, -9, -10, -11, -17, -19, -20, -25, -32, -32, -34, -35)
PLACEBO = (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)


def source(**groups: tuple[int, ...]) -> str:
    rows = ", ".join(f"('{name}', {abs(each)}, {each > 0})" for name, times in groups.items() for each in times)
    return f"(VALUES {rows}) AS t(group_name, days, has_happened)"


def test_the_published_curve_of_the_treated() -> None:
    curve = kaplan_meier(read_times(duckdb.connect(), source(treated=TREATED))["treated"])

    assert (curve.customers, curve.happened, curve.median_days) == (21, 9, 23)
    assert [(point.days, point.at_risk, point.happened) for point in curve.points] == [
        *[(6, 21, 3), (7, 17, 1), (10, 15, 1), (13, 12, 1), (16, 11, 1), (22, 7, 1), (23, 6, 1)],
    ]
    published = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448]
    assert [point.survival for point in curve.points] == pytest.approx(published, abs=0.0005)
    greenwood = 3 / (21 * 18) + 1 / (17 * 16)
    assert 0.8067 * math.sqrt(greenwood) == pytest.approx(0.0869, abs=5e-5), "the published error at 7 weeks"
    width = 1.959963985 * math.sqrt(greenwood) / -math.log(18 / 21 * 16 / 17)
    assert curve.points[1].low == pytest.approx((18 / 21 * 16 / 17) ** math.exp(width))
    assert curve.points[1].high == pytest.approx((18 / 21 * 16 / 17) ** math.exp(-width))


def test_a_curve_that_ends_at_zero_has_bounds() -> None:
    curve = kaplan_meier(read_times(duckdb.connect(), source(placebo=PLACEBO))["placebo"])

    assert curve.median_days == 8
    assert (curve.points[-1].survival, curve.points[-1].low, curve.points[-1].high) == (0.0, 0.0, 0.0)


def test_the_published_log_rank() -> None:
    found = log_rank(read_times(duckdb.connect(), source(treated=TREATED, placebo=PLACEBO)))

    assert found.happened == {"treated": 9, "placebo": 21}
    assert found.expected == pytest.approx({"treated": 19.25, "placebo": 10.75}, abs=0.005)
    assert found.statistic == pytest.approx(16.79, abs=0.005)
    assert found.probability == pytest.approx(4.17e-5, abs=1e-7)


def test_log_rank_of_three_groups_is_that_of_two_where_two_are_joined_by_chance() -> None:
    tables = read_times(duckdb.connect(), source(a=(1, 2, 3, 4), b=(1, 2, 3, 4), c=(1, 2, 3, 4)))

    found = log_rank(tables)

    assert (found.freedom, found.statistic) == (2, pytest.approx(0.0, abs=1e-12))
    assert found.probability == pytest.approx(1.0)


def test_restricted_means_by_hand() -> None:
    tables = read_times(duckdb.connect(), source(a=(1, 3, -4, 5), b=(2, 2, 4, 6)))
    # a: 1 to day 1, 3/4 to day 3, 1/2 to day 4. b: 1 to day 2, 1/2 to day 4.
    mean, variance = restricted_mean(tables["a"], 4.0)
    assert mean == pytest.approx(1 + 2 * 0.75 + 0.5)
    assert variance == pytest.approx((1.5 + 0.5) ** 2 * 1 / (4 * 3) + 0.5**2 * 1 / (3 * 2))

    found = mean_difference(tables["a"], tables["b"], until_days=4)
    error = math.sqrt(variance + 1.0**2 * 2 / (4 * 2))
    assert (found.mean_days, found.mean_days_against, found.difference) == (3.0, 3.0, 0.0)
    assert found.high == pytest.approx(1.959963985 * error)
    with pytest.raises(SegueError, match="watched for 5 days"):
        mean_difference(tables["a"], tables["b"], until_days=6)


def test_intervals_of_restricted_means_cover_the_truth() -> None:
    rng = np.random.default_rng(5)
    duck, truth = duckdb.connect(), {}
    for name, mean in (("slow", 20.0), ("fast", 14.0)):
        truth[name] = mean * (1 - math.exp(-30 / mean))
    covered = 0
    for _ in range(300):
        days = np.concatenate([rng.exponential(20.0, 150), rng.exponential(14.0, 150)])
        ends = rng.uniform(5.0, 60.0, 300)
        given = {"n": np.repeat([0, 1], 150), "d": np.minimum(days, ends), "h": days <= ends}
        duck.register("given", given)
        tables = read_times(
            duck, "(SELECT ['slow', 'fast'][n + 1] AS group_name, d AS days, h AS has_happened FROM given)"
        )
        found = mean_difference(tables["slow"], tables["fast"], until_days=30)
        covered += found.low <= truth["slow"] - truth["fast"] <= found.high

    assert 0.92 <= covered / 300 <= 0.98


def test_times_are_from_the_first_start_to_the_first_event_after_it() -> None:
    duck = duckdb.connect()
    duck.execute("""
        CREATE TABLE starts AS FROM (VALUES
            (1, 'orchestrated', TIMESTAMP '2026-01-01'), (1, 'control', TIMESTAMP '2026-02-01'),
            (2, 'control', TIMESTAMP '2026-01-01'), (3, 'control', TIMESTAMP '2026-01-05')
        ) AS t(customer_id, group_name, "at")
    """)
    duck.execute("""
        CREATE TABLE orders AS FROM (VALUES
            (1, TIMESTAMP '2025-12-31'), (1, TIMESTAMP '2026-01-03'), (1, TIMESTAMP '2026-01-04'),
            (3, TIMESTAMP '2026-03-01')
        ) AS t(customer_id, "at")
    """)

    rows = duck.execute(
        f"FROM {times_to('starts', 'orders', now=datetime(2026, 1, 21, tzinfo=UTC))} ORDER BY ALL"
    ).fetchall()

    assert rows == [("control", 16.0, False), ("control", 20.0, False), ("orchestrated", 2.0, True)]


def test_nobody_and_nothing_are_said() -> None:
    with pytest.raises(SegueError, match="nobody to watch"):
        read_times(duckdb.connect(), "(SELECT '' AS group_name, 1 AS days, true AS has_happened WHERE false)")
    with pytest.raises(SegueError, match="one group only"):
        log_rank(read_times(duckdb.connect(), source(a=(1, 2))))
    with pytest.raises(SegueError, match="happened to nobody"):
        log_rank(read_times(duckdb.connect(), source(a=(-1, -2), b=(-3,))))
