"""What cohorts and survival answer; each result names its formula in docs/reference/formulas.md."""

from datetime import date

from msgspec import Struct


class CohortCell(Struct, frozen=True, kw_only=True):
    """What a cohort did at an age, in whole periods since its first: ``active`` customers, and its ``total`` value.

    ``is_complete`` is false where the period had not ended for everybody; such cells are not compared.
    """

    cohort: date
    age: int
    customers: int
    active: int
    share: float
    total: float
    is_complete: bool
    formula: str = "cohort-table"


class SurvivalPoint(Struct, frozen=True, kw_only=True):
    """Survival just after a time at which something happened: the share to whom it has not happened yet."""

    days: float
    at_risk: int
    happened: int
    survival: float
    low: float
    high: float


class Survival(Struct, frozen=True, kw_only=True):
    """A Kaplan-Meier curve of one group. ``median_days`` is None where fewer than half were reached."""

    group: str
    customers: int
    happened: int
    points: tuple[SurvivalPoint, ...]
    median_days: float | None
    level: float
    formula: str = "kaplan-meier"


class LogRank(Struct, frozen=True, kw_only=True):
    """Whether groups' curves differ: chi-square with one degree of freedom less than groups."""

    statistic: float
    freedom: int
    probability: float
    expected: dict[str, float]
    happened: dict[str, int]
    formula: str = "log-rank"


class MeanDifference(Struct, frozen=True, kw_only=True):
    """The difference of two groups' restricted mean times up to ``until_days``: the area between their curves.

    Positive days mean that it happens later in ``group`` than in ``against``.
    """

    group: str
    against: str
    until_days: float
    mean_days: float
    mean_days_against: float
    difference: float
    low: float
    high: float
    probability: float
    level: float
    formula: str = "restricted-mean-difference"
