"""Bias check: whether groups of customers are contacted at rates that differ too much, and surely so."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from segue.learning.scoring import Interval

Floats: TypeAlias = npt.NDArray[np.float64]

LEAST_ROWS = 100
"""A group with fewer rows is too small to judge."""

_Z95 = 1.959964


class GroupRate(Struct, frozen=True):
    """How often customers of a group are contacted."""

    group: str
    rows: int
    rate: Interval


class BiasReport(Struct, frozen=True, kw_only=True):
    """Rates by group, and the lowest over the highest.

    Attributes:
        trait: that names the groups.
        groups: those that are large enough, from the least contacted.
        ratio: the lowest rate over the highest, with its interval.
        too_small: groups with fewer than `LEAST_ROWS` rows.
    """

    trait: str
    groups: tuple[GroupRate, ...]
    ratio: Interval
    least_ratio: float
    too_small: tuple[str, ...]

    @property
    def passes(self) -> bool:
        """Whether the ratio is high enough."""
        return self.ratio.value >= self.least_ratio

    @property
    def verdict(self) -> str:
        """What was found, in a sentence."""
        if len(self.groups) < 2:
            return f"{self.trait}: fewer than two groups of {LEAST_ROWS} rows; nothing to compare."
        low, high = self.groups[0], self.groups[-1]
        found = f"{low.group} is contacted {self.ratio.value:.2f} times as often as {high.group}"
        limit = f"at least {self.least_ratio:g} is asked for"
        if self.passes:
            return f"{self.trait}: {found}; {limit}."
        sure = "surely so" if self.ratio.high < self.least_ratio else "though that may be chance"
        return f"{self.trait}: {found}; {limit}, {sure}."


def check_bias(
    trait: str, groups: npt.NDArray[Any], contacted: Floats, *, least_ratio: float = 0.8, rows: Floats | None = None
) -> BiasReport:
    """Compare how often the customers of each group would be contacted.

    Rates have Wilson's interval (1927), their ratio that of its logarithm (Katz 1978), both with one count added so
    that none is 0. With many groups the lowest and the highest differ by chance alone: the interval does not know that
    they were picked.

    Args:
        groups: (n,) each row's value of the trait.
        contacted: (n,) 0 or 1, or the probability to be contacted.
        rows: (n,) how much each row counts, 1 where None.
    """
    names, place = np.unique(np.array([str(each) for each in groups.tolist()]), return_inverse=True)
    mass = np.ones(len(place)) if rows is None else rows
    counts, sums = np.bincount(place, mass), np.bincount(place, mass * contacted)
    large = [index for index in range(len(names)) if counts[index] >= LEAST_ROWS]
    rates = [
        GroupRate(str(names[i]), round(float(counts[i])), _wilson(float(sums[i]), float(counts[i]))) for i in large
    ]
    ordered = tuple(sorted(rates, key=lambda each: (each.rate.value, each.group)))
    return BiasReport(
        trait=trait,
        groups=ordered,
        ratio=_ratio(ordered[0], ordered[-1]) if len(ordered) > 1 else Interval(1.0, 0.0, float("inf")),
        least_ratio=least_ratio,
        too_small=tuple(str(names[index]) for index in range(len(names)) if index not in large),
    )


def _wilson(hits: float, rows: float) -> Interval:
    rate, z2 = hits / rows, _Z95**2
    centre = (rate + z2 / (2.0 * rows)) / (1.0 + z2 / rows)
    reach = _Z95 / (1.0 + z2 / rows) * (rate * (1.0 - rate) / rows + z2 / (4.0 * rows**2)) ** 0.5
    return Interval(rate, max(centre - reach, 0.0), min(centre + reach, 1.0))


def _ratio(low: GroupRate, high: GroupRate) -> Interval:
    if high.rate.value == 0.0:
        return Interval(1.0, 0.0, float("inf"))
    ratio = low.rate.value / high.rate.value
    first, second = (each.rate.value * each.rows + 1.0 for each in (low, high))
    error = (1.0 / first - 1.0 / (low.rows + 1.0) + 1.0 / second - 1.0 / (high.rows + 1.0)) ** 0.5
    centre = (first / (low.rows + 1.0)) / (second / (high.rows + 1.0))
    return Interval(ratio, float(centre * np.exp(-_Z95 * error)), float(centre * np.exp(_Z95 * error)))
