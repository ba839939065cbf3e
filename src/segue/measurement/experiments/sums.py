"""Sums: one pass over the table ``units`` for all metrics, and the moments of each arm that come of it.

Deviations from a value near the mean are summed, so that squares lose no digits.
"""

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from segue.measurement.experiments.description import Experiment
from segue.measurement.experiments.units import MetricColumns
from segue.measurement.statistics.moments import Moments, merged, moments_of_sums

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LOOK = 2048
"""Rows whose mean is taken off before summing."""


class Cell(Struct, frozen=True, eq=False):
    """A metric's sums in one arm, group, stratum and half of the customers."""

    arm: str
    group: str
    stratum: str
    half: int
    moments: Moments
    converters: int
    plain: Moments


class MetricSums(Struct, frozen=True, eq=False):
    """A metric's cells, and the ``cap`` of its amounts, infinite where nothing was capped; ``is_cap_earlier`` says that
    the cap comes from before the assignment.
    """

    cells: tuple[Cell, ...]
    cap: float = float("inf")
    is_cap_earlier: bool = False

    def of(self, arm: str) -> Moments | None:
        """Return the moments of all of an arm's units, None where it has nobody."""
        parts = [cell.moments for cell in self.cells if cell.arm == arm]
        return merged(parts) if parts else None


def sum_up(
    duck: "DuckDBPyConnection", experiment: Experiment, columns: dict[str, MetricColumns], *, in_halves: bool = False
) -> dict[str, MetricSums]:
    """Return the sums of every metric from the table ``units`` of ``duck``.

    Args:
        in_halves: whether to keep two halves of the customers apart, by a hash of the unit.
    """
    found_caps = {name: _cap(duck, columns[name], experiment.cap) for name in columns if _is_capped(experiment, name)}
    caps = {name: cap for name, cap in found_caps.items() if isfinite(cap[0])}
    amounts = {metric.metric for metric in experiment.metrics if metric.kind in ("mean", "revenue")}
    plan = _Plan(duck, columns, {name: cap for name, (cap, _) in caps.items()}, amounts)
    half = "(hash(unit) % 2)::INT" if in_halves else "0"
    rows = duck.execute(
        f"SELECT arm, grp, stratum, half, count(*), {', '.join(plan.sums)} FROM "
        f"(SELECT arm, grp, stratum, {half} AS half, {', '.join(plan.shifted)} FROM units) GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    found = {}
    for name in columns:
        cap, is_earlier = caps.get(name, (float("inf"), False))
        found[name] = MetricSums(tuple(plan.cell(name, row) for row in rows), cap, is_earlier)
    return found


class _Plan:
    """Which sums are asked for, each once, and where each metric finds its own in a row of the answer."""

    def __init__(
        self, duck: "DuckDBPyConnection", columns: dict[str, MetricColumns], caps: dict[str, float], amounts: set[str]
    ) -> None:
        self.amounts = amounts
        self.columns = {name: _values_of(each) for name, each in columns.items()}
        self.capped = {
            name: f"greatest(least({self.columns[name][0]}, {cap!r}), {-cap!r})" for name, cap in caps.items()
        }
        every = [value for name in columns for value in (*self._capped_of(name), *self.columns[name])]
        self.values = list(dict.fromkeys(every))
        looked = duck.execute(
            f"SELECT {', '.join(f'coalesce(avg({value}), 0)' for value in self.values)} FROM (FROM units LIMIT {_LOOK})"
        ).fetchall()[0]
        self.shift = dict(zip(self.values, map(float, looked), strict=True))
        self.place = {value: f"z{index}" for index, value in enumerate(self.values)}
        self.shifted = [f"{value} - ({self.shift[value]!r}) AS {self.place[value]}" for value in self.values]
        self.shifted += [f"({self.columns[name][0]} <> 0)::INT AS n{index}" for index, name in enumerate(columns)]
        self.sums: list[str] = []
        self.at: dict[str, int] = {}
        for index, name in enumerate(columns):
            self._ask(f"sum(n{index})")
            for used in (self._capped_of(name), self.columns[name]):
                places = [self.place[value] for value in used]
                if name in amounts:
                    self._ask(_cubes(places[0]))
                for row, one in enumerate(places):
                    self._ask(f"sum({one})")
                    for other in places[row:]:
                        self._ask(_product(one, other))
        self.index = {name: index for index, name in enumerate(columns)}

    def cell(self, name: str, row: Sequence[object]) -> Cell:
        """Return a metric's cell from a row of the answer."""
        arm, group, stratum, half, count = row[:5]
        answer = [float(value) for value in row[5:]]  # type: ignore[arg-type]
        judged = self._moments(name, self._capped_of(name), int(count), answer)  # type: ignore[call-overload]
        plain = judged if name not in self.capped else self._moments(name, self.columns[name], judged.count, answer)
        converters = int(answer[self.at[f"sum(n{self.index[name]})"]])
        return Cell(str(arm), str(group), str(stratum), int(str(half)), judged, converters, plain)

    def _moments(self, name: str, values: Sequence[str], count: int, answer: Sequence[float]) -> Moments:
        places = [self.place[value] for value in values]
        sums = np.array([answer[self.at[f"sum({place})"]] for place in places])
        products = np.array([[answer[self.at[_product(one, other)]] for other in places] for one in places])
        cubes = answer[self.at[_cubes(places[0])]] if name in self.amounts else None
        return moments_of_sums(count, np.array([self.shift[value] for value in values]), sums, products, cubes)

    def _capped_of(self, name: str) -> tuple[str, ...]:
        return (self.capped[name], *self.columns[name][1:]) if name in self.capped else self.columns[name]

    def _ask(self, sql: str) -> None:
        if sql not in self.at:
            self.at[sql] = len(self.sums)
            self.sums.append(sql)


def _product(one: str, other: str) -> str:
    first, second = sorted((one, other))
    return f"sum({first} * {second})"


def _cubes(one: str) -> str:
    return f"sum({one} * {one} * {one})"


def _values_of(columns: MetricColumns) -> tuple[str, ...]:
    return (columns.value, *([columns.per] if columns.per else []), *columns.covariates)


def _is_capped(experiment: Experiment, name: str) -> bool:
    return next(metric.kind for metric in experiment.metrics if metric.metric == name) == "revenue"


def _cap(duck: "DuckDBPyConnection", columns: MetricColumns, quantile: float) -> tuple[float, bool]:
    """Return the quantile of the amounts that are not 0, from before the assignment where any is known."""
    for column, is_earlier in ((columns.before, True), (columns.value, False)):
        if column:
            sql = f"SELECT quantile_cont(abs({column}), {quantile}) FILTER ({column} <> 0) FROM units"
            cap = duck.execute(sql).fetchall()[0][0]
            if cap is not None:
                return float(cap), is_earlier
    return float("inf"), False
