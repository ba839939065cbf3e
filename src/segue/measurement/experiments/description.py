"""What an experiment is: whose outcomes, between which arms, by which metrics, looked at how often."""

from typing import Literal, TypeAlias

from msgspec import Struct

Kind: TypeAlias = Literal["mean", "rate", "ratio", "revenue"]
"""``mean``: a number of each unit. ``rate``: whether, 0 or 1. ``ratio``: the sum of one number over the sum of another
one. ``revenue``: an amount whose few largest values would drown the rest, judged with these capped.
"""

Take: TypeAlias = Literal["count", "sum", "any", "average"]
Looks: TypeAlias = Literal["once", "anytime"]


class Metric(Struct, frozen=True, kw_only=True):
    """A number of each unit that the arms are compared by.

    ``column`` holds it in a table of units, ``per`` the lower half of a ratio. From events it is ``take`` of those
    named ``event`` within ``days`` after the assignment (0: without end): ``count``, ``sum`` of their amounts, ``any``,
    or ``average``, the ratio of the sum to the count.
    """

    metric: str
    kind: Kind = "mean"
    column: str = ""
    per: str = ""
    event: str = ""
    take: Take = "count"
    days: float = 0.0
    is_less_better: bool = False


class Experiment(Struct, frozen=True, kw_only=True):
    """A comparison of arms with one ``control``.

    Args:
        unit: the column of who was assigned; "" where each row is one unit.
        arm: the column of the arm.
        metrics: what is compared.
        primary: the metrics that it is judged by, adjusted by Holm; the first one where none is named. The others are
            exploratory, adjusted by Benjamini-Hochberg.
        split: the planned share of each arm; empty where nobody says it.
        covariates: columns known before the assignment: numbers for CUPED, words for post-stratification.
        before_days: events of so many days before the assignment are a covariate of each metric; 0 for none.
        looks: ``once`` for a finished experiment, ``anytime`` for one that is looked at along the way.
        planned: how many units of all arms together are planned; with ``anytime`` the interval is shortest there.
        by: a column of groups to look into; "" for none.
        smallest: the smallest lift that anybody would act on, as a share of the control.
        cap: the quantile of the amounts above 0 that revenue is capped at.
    """

    unit: str
    arm: str
    control: str
    metrics: tuple[Metric, ...]
    primary: tuple[str, ...] = ()
    split: dict[str, float] = {}
    covariates: tuple[str, ...] = ()
    before_days: float = 0.0
    looks: Looks = "once"
    planned: int = 10_000
    by: str = ""
    smallest: float = 0.05
    cap: float = 0.99

    @property
    def judged(self) -> tuple[str, ...]:
        """Return the names of the primary metrics."""
        return self.primary or tuple(metric.metric for metric in self.metrics[:1])
