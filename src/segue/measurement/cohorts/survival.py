"""Time until something happens: Kaplan-Meier, log-rank and restricted means, from counts that one query makes.

Customers to whom it has not happened yet are censored: they count for as long as they were watched. Where it happened
to one and another stopped being watched on the same day, the happening comes first.
"""

from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct

from segue.measurement.cohorts.results import LogRank, MeanDifference, Survival, SurvivalPoint
from segue.measurement.quantiles import chi_square_tail, normal_quantile, normal_tail
from segue.model.errors import SegueError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


class RiskTable(Struct, frozen=True, kw_only=True):
    """A group's distinct times in days, with who was at risk just before each and to how many it happened."""

    group: str
    days: "Floats"
    at_risk: "Floats"
    happened: "Floats"
    customers: int


def read_times(duck: "DuckDBPyConnection", source: str) -> dict[str, RiskTable]:
    """Return the risk tables by group of ``source`` (SQL after FROM): group_name, days (0 or more), has_happened.

    One row a customer; ``days`` until it happened, or for as long as the customer was watched.
    """
    rows = duck.execute(
        f"""
        SELECT group_name, days::DOUBLE, count(*) FILTER (has_happened),
            sum(count(*)) OVER (PARTITION BY group_name ORDER BY days DESC)
        FROM {source} GROUP BY group_name, days ORDER BY group_name, days
        """
    ).fetchall()
    if not rows:
        raise SegueError("There is nobody to watch.", "Choose a period in which somebody began.")
    groups: dict[str, list[tuple[float, int, int]]] = {}
    for group, days, happened, at_risk in rows:
        groups.setdefault(str(group), []).append((days, at_risk, happened))
    return {group: _risk_table(group, np.array(counts, dtype=np.float64)) for group, counts in groups.items()}


def kaplan_meier(table: RiskTable, *, level: float = 0.95) -> Survival:
    """Return the curve of one group with Greenwood's variance and log-log intervals, at the times it happened."""
    days, at_risk, happened, survival, variance = _curve(table)
    z = normal_quantile(0.5 + level / 2.0)
    low, high = _log_log(survival, variance, z)
    points = tuple(
        SurvivalPoint(
            days=float(days[each]),
            at_risk=int(at_risk[each]),
            happened=int(happened[each]),
            survival=float(survival[each]),
            low=float(low[each]),
            high=float(high[each]),
        )
        for each in range(len(days))
    )
    return Survival(
        group=table.group,
        customers=table.customers,
        happened=int(table.happened.sum()),
        points=points,
        median_days=next((point.days for point in points if point.survival <= 0.5), None),
        level=level,
    )


def log_rank(tables: dict[str, RiskTable]) -> LogRank:
    """Return the log-rank test of two groups or more (Mantel 1966)."""
    if len(tables) < 2:
        raise SegueError("There is one group only.", "Compare two groups or more.")
    names = sorted(tables)
    days = np.unique(np.concatenate([table.days[table.happened > 0] for table in tables.values()]))
    if not len(days):
        raise SegueError("It happened to nobody.", "Wait, or choose something that happens.")
    at_risk = np.array([_risk_at(tables[name], days) for name in names])
    happened = np.array([_happened_at(tables[name], days) for name in names])
    whole, all_happened = at_risk.sum(axis=0), happened.sum(axis=0)
    shares = at_risk / whole
    expected = (shares * all_happened).sum(axis=1)
    scale = all_happened * (whole - all_happened) / np.maximum(whole - 1.0, 1.0)
    spread = np.diag((shares * scale).sum(axis=1)) - (shares * scale) @ shares.T
    surplus = (happened.sum(axis=1) - expected)[:-1]
    statistic = float(surplus @ np.linalg.pinv(spread[:-1, :-1]) @ surplus)
    return LogRank(
        statistic=statistic,
        freedom=len(names) - 1,
        probability=chi_square_tail(statistic, len(names) - 1),
        expected=dict(zip(names, expected.tolist(), strict=True)),
        happened=dict(zip(names, happened.sum(axis=1).astype(int).tolist(), strict=True)),
    )


def mean_difference(group: RiskTable, against: RiskTable, *, until_days: float, level: float = 0.95) -> MeanDifference:
    """Return how much later (in days, within the first ``until_days``) it happens in ``group`` than in ``against``.

    Both groups have to be watched for that long; needs no proportional hazards (Royston and Parmar 2013).
    """
    watched = min(float(group.days[-1]), float(against.days[-1]))
    if not 0 < until_days <= watched:
        raise SegueError(f"Customers were watched for {watched:g} days at most.", "Compare a shorter time.")
    mean, variance = restricted_mean(group, until_days)
    other, other_variance = restricted_mean(against, until_days)
    error = float(np.sqrt(variance + other_variance))
    half = normal_quantile(0.5 + level / 2.0) * error
    difference = mean - other
    return MeanDifference(
        group=group.group,
        against=against.group,
        until_days=until_days,
        mean_days=mean,
        mean_days_against=other,
        difference=difference,
        low=difference - half,
        high=difference + half,
        probability=2.0 * normal_tail(abs(difference) / error) if error else float(difference == 0.0),
        level=level,
    )


def restricted_mean(table: RiskTable, until_days: float) -> tuple[float, float]:
    """Return the area under the curve up to ``until_days``, and its variance by Greenwood's sum."""
    days, at_risk, happened, survival, _ = _curve(table)
    used = days < until_days
    edges = np.concatenate([[0.0], days[used], [until_days]])
    areas = np.diff(edges) * np.concatenate([[1.0], survival[used]])
    beyond = areas[::-1].cumsum()[::-1][1:]
    left = at_risk[used] - happened[used]
    terms = np.divide(happened[used], at_risk[used] * left, out=np.zeros(len(left)), where=left > 0)
    return float(areas.sum()), float((beyond**2 * terms).sum())


def _risk_table(group: str, counts: "Floats") -> RiskTable:
    return RiskTable(
        group=group, days=counts[:, 0], at_risk=counts[:, 1], happened=counts[:, 2], customers=int(counts[0, 1])
    )


def _curve(table: RiskTable) -> "tuple[Floats, Floats, Floats, Floats, Floats]":
    """Return days, at risk, happened, survival and Greenwood's sum, at the days when it happened."""
    used = table.happened > 0
    at_risk, happened = table.at_risk[used], table.happened[used]
    survival: Floats = np.cumprod(1.0 - happened / at_risk, dtype=np.float64)
    left = at_risk - happened
    terms = np.divide(happened, at_risk * left, out=np.full(len(left), np.inf), where=left > 0)
    greenwood: Floats = np.cumsum(terms, dtype=np.float64)
    return table.days[used], at_risk, happened, survival, greenwood


def _log_log(survival: "Floats", greenwood: "Floats", z: float) -> "tuple[Floats, Floats]":
    """Return bounds that stay between 0 and 1 (Kalbfleisch and Prentice 1980); 0 and 1 where nobody is left."""
    inside = (survival > 0.0) & (survival < 1.0)
    logs = np.log(survival, out=np.full(len(survival), -1.0), where=inside)
    width = z * np.sqrt(np.where(inside, greenwood, 0.0)) / np.abs(logs)
    low = np.where(inside, survival ** np.exp(width), 0.0)
    high = np.where(inside, survival ** np.exp(-width), np.where(survival > 0.0, 1.0, 0.0))
    return low, high


def _risk_at(table: RiskTable, days: "Floats") -> "Floats":
    places = np.searchsorted(table.days, days)
    return np.append(table.at_risk, 0.0)[places]


def _happened_at(table: RiskTable, days: "Floats") -> "Floats":
    places = np.minimum(np.searchsorted(table.days, days), len(table.days) - 1)
    return np.where(table.days[places] == days, table.happened[places], 0.0)
