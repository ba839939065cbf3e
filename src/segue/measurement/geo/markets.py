"""Regions by day: sales and cost of treated and control ones, from two relations, and when the test ran."""

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class Regions(Struct, frozen=True, kw_only=True):
    """Sales and cost of shape (regions, days), 0 where there is no row; and which regions were treated."""

    names: tuple[str, ...]
    days: tuple[date, ...]
    sales: "Floats"
    cost: "Floats"
    is_treated: "NDArray[np.bool_]"


def read_regions(duck: "DuckDBPyConnection", sales: str, assignment: str) -> Regions:
    """Return the regions of ``sales`` (SQL after FROM: geo, date, sales, cost) that ``assignment`` (geo, is_treated)
    names.

    read_regions(duck, "'sales.csv'", "(SELECT geo, arm = 2 AS is_treated FROM 'arms.csv')")
    """
    rows = duck.execute(
        f"""
        WITH known AS (
            SELECT geo::VARCHAR AS geo, "date"::DATE AS day, sum(sales)::DOUBLE AS sales, sum(cost)::DOUBLE AS cost
            FROM {sales} GROUP BY ALL
        ), grid AS (SELECT unnest(generate_series(min(day), max(day), INTERVAL 1 DAY))::DATE AS day FROM known)
        SELECT arms.geo::VARCHAR AS geo, arms.is_treated, grid.day, coalesce(sales, 0), coalesce(cost, 0)
        FROM (FROM {assignment}) AS arms CROSS JOIN grid
        LEFT JOIN known ON known.geo = arms.geo::VARCHAR AND known.day = grid.day ORDER BY arms.geo::VARCHAR, grid.day
        """
    ).fetchall()
    names = tuple(dict.fromkeys(row[0] for row in rows))
    arms = dict.fromkeys(row[1] for row in rows)
    if len(arms) != 2:
        raise SegueError("There are no treated regions, or no control ones.", "Assign regions to both.")
    shape = len(names), len(rows) // len(names)
    return Regions(
        names=names,
        days=tuple(row[2] for row in rows[: shape[1]]),
        sales=np.array([row[3] for row in rows]).reshape(shape),
        cost=np.array([row[4] for row in rows]).reshape(shape),
        is_treated=np.array([row[1] for row in rows[:: shape[1]]], dtype=np.bool_),
    )


def days_of_test(regions: Regions, begin: date | None = None, end: date | None = None) -> slice:
    """Return the days of the test: from ``begin`` to ``end``, both included.

    Without them, from the first to the last day on which treated regions spent, if they spent nothing at first; where
    they always spent something, the days have to be said.
    """
    spent = np.flatnonzero(regions.cost[regions.is_treated].sum(axis=0) > 0)
    if begin is None or end is None:
        if not len(spent) or spent[0] == 0:
            raise SegueError("The costs do not say when the test ran.", "Say its first and its last day.")
        return slice(int(spent[0]), int(spent[-1]) + 1)
    if begin > end or begin not in regions.days or end not in regions.days:
        raise SegueError(f"{begin} to {end} is not within the data.", "Say days for which there are sales.")
    return slice(regions.days.index(begin), regions.days.index(end) + 1)
