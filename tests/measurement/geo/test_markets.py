"""Regions from two relations."""

from datetime import date

import duckdb
import pytest

from segue.measurement.geo.markets import days_of_test, read_regions
from segue.model.errors import SegueError

SALES = """(VALUES ('n', DATE '2026-01-01', 5, 0), ('n', DATE '2026-01-03', 7, 2), ('s', DATE '2026-01-02', 1, 0),
    ('other', DATE '2026-01-02', 9, 9)) AS t(geo, "date", sales, cost)"""


def test_regions_on_one_grid() -> None:
    arms = "(VALUES ('n', true), ('s', false)) AS t(geo, is_treated)"
    regions = read_regions(duckdb.connect(), SALES, f"(FROM {arms})")

    assert (regions.names, regions.days[0], len(regions.days)) == (("n", "s"), date(2026, 1, 1), 3)
    assert regions.sales.tolist() == [[5.0, 0.0, 7.0], [0.0, 1.0, 0.0]]
    assert (regions.cost.tolist()[0], regions.is_treated.tolist()) == ([0.0, 0.0, 2.0], [True, False])
    assert days_of_test(regions) == slice(2, 3)
    assert days_of_test(regions, date(2026, 1, 2), date(2026, 1, 3)) == slice(1, 3)


def test_both_sides_have_regions() -> None:
    with pytest.raises(SegueError, match="no treated regions"):
        read_regions(duckdb.connect(), SALES, "(SELECT 'n' AS geo, true AS is_treated)")
