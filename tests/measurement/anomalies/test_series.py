"""Series on a grid of time."""

import duckdb
import numpy as np
import pytest

from segue.measurement.anomalies.series import read_rates, read_series
from segue.model.errors import SegueError

ROWS = """(VALUES ('a', TIMESTAMP '2026-01-01 10:00', 2), ('a', TIMESTAMP '2026-01-01 11:30', 4),
    ('a', TIMESTAMP '2026-01-03 09:00', 1), ('b', TIMESTAMP '2026-01-02 09:00', 7)) AS t(series, "at", value)"""


def test_counts_are_summed_and_measures_averaged() -> None:
    counts = read_series(duckdb.connect(), ROWS)
    measures = read_series(duckdb.connect(), ROWS, is_count=False)

    assert (counts.names, [moment.day for moment in counts.moments]) == (("a", "b"), [1, 2, 3])
    assert counts.values.tolist() == [[6.0, 0.0, 1.0], [0.0, 7.0, 0.0]]
    np.testing.assert_array_equal(measures.values, [[3.0, np.nan, 1.0], [np.nan, 7.0, np.nan]])


def test_rates_are_sums_over_sums() -> None:
    rows = """(VALUES ('a', DATE '2026-01-01', 1, 4), ('a', DATE '2026-01-01', 0, 6), ('a', DATE '2026-01-03', 0, 2))
        AS t(series, "at", value, trials)"""
    rates = read_rates(duckdb.connect(), rows)

    np.testing.assert_array_equal(rates.values, [[0.1, np.nan, 0.0]])
    np.testing.assert_array_equal(rates.trials, [[10.0, 0.0, 2.0]])


def test_hours() -> None:
    series = read_series(duckdb.connect(), ROWS, every="hour")

    assert (len(series.moments), series.values[0].sum()) == (48, 7.0)


def test_mistakes_say_what_to_do() -> None:
    with pytest.raises(SegueError, match="no 'month' season"):
        read_series(duckdb.connect(), ROWS, every="month")
    with pytest.raises(SegueError, match="are empty"):
        read_series(duckdb.connect(), f"(FROM {ROWS} WHERE false)")
