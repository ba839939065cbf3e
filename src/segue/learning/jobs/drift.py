"""Drift: whether customers are still those a model was trained on, and whether its chances still come true."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from segue.core.decisioning.models.estimators import evaluate_many
from segue.learning.frames import Frame
from segue.learning.jobs.propensity import actions_of
from segue.model.snapshots import ModelSnapshot, PropensityModel
from segue.model.time import WEEK, Instant
from segue.model.workspace import Workspace

SLIGHT, LARGE = 0.1, 0.25
"""Population stability indexes above these are commonly called a slight and a large shift (Siddiqi 2006)."""

LEAST_ROWS = 100
_BINS = 10


class Week(Struct, frozen=True):
    """A week of decisions: what was predicted of them, and what came; ``noise`` is what chance alone makes (95 %)."""

    begins_at: Instant
    rows: int
    predicted: float
    observed: float
    noise: float

    @property
    def is_off(self) -> bool:
        """Whether chance alone does not explain the difference."""
        return abs(self.observed - self.predicted) > self.noise


class Drift(Struct, frozen=True):
    """What has changed since a moment.

    Attributes:
        before, since: how many decisions were compared.
        shifts: population stability index of each input, the largest first.
        weeks: how the model's chances came true since it was trained; empty for models that predict none.
    """

    before: int
    since: int
    shifts: dict[str, float]
    weeks: tuple[Week, ...]


def drift_of(frame: Frame, workspace: Workspace, at: Instant, snapshot: ModelSnapshot | None = None) -> Drift:
    """Return how the decisions of ``frame`` from ``at`` on differ from those before.

    Args:
        snapshot: whose chances are compared with what came, week by week after it was trained.
    """
    before, since = frame.take(frame.at < at), frame.take(frame.at >= at)
    shifts: dict[str, float] = {}
    if min(len(before), len(since)) >= LEAST_ROWS:
        for place, name in enumerate(frame.inputs[1:], start=1):
            shifts[name] = stability(before.x[:, place], since.x[:, place])
    ordered = dict(sorted(shifts.items(), key=lambda each: -each[1]))
    weeks = _weeks(frame.take(frame.at >= snapshot.trained_to), workspace, snapshot) if snapshot is not None else ()
    return Drift(len(before), len(since), ordered, weeks)


def stability(before: NDArray[np.float64], since: NDArray[np.float64]) -> float:
    """Return the population stability index: sum of (p - q) log(p / q) over the tenths of ``before``.

    Half a row is added to each bin, so that an empty one does not make it infinite.
    """
    edges = np.unique(np.quantile(before, np.linspace(0.0, 1.0, _BINS + 1)[1:-1]))
    first = np.bincount(np.searchsorted(edges, before, side="left"), minlength=len(edges) + 1) + 0.5
    second = np.bincount(np.searchsorted(edges, since, side="left"), minlength=len(edges) + 1) + 0.5
    p, q = first / first.sum(), second / second.sum()
    return float(((p - q) * np.log(p / q)).sum())


def _weeks(later: Frame, workspace: Workspace, snapshot: ModelSnapshot) -> tuple[Week, ...]:
    if not isinstance(snapshot.body, PropensityModel) or not len(later):
        return ()
    predicted, observed = np.full(len(later), np.nan), np.zeros(len(later))
    for action, event in actions_of(workspace).items():
        estimator = snapshot.body.by_action.get(action)
        done = later.action == action
        if estimator is not None and done.any():
            predicted[done] = evaluate_many(estimator, estimator.inputs, later.take(done).columns(estimator.inputs))
            observed[done] = later.take(done).succeeded(event)
    known = ~np.isnan(predicted)
    week = (later.at - snapshot.trained_to) // WEEK
    found: list[Week] = []
    for number in np.unique(week[known]).tolist():
        rows = known & (week == number)
        p = predicted[rows]
        noise = 1.96 * float(np.sqrt((p * (1.0 - p)).sum())) / len(p)
        begins_at = Instant(snapshot.trained_to + number * WEEK)
        found.append(Week(begins_at, len(p), float(p.mean()), float(observed[rows].mean()), noise))
    return tuple(found)
