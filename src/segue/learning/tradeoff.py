"""Trade-offs: what more of one objective costs in another, as the weights between them move.

For each weight the policy that would follow from it is asked about the logged decisions, and both objectives are
estimated for it, doubly robust. What learns is taught by the earlier part of the log once; weights apply when deciding.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from segue.core.decisioning.models.factored import Factored
from segue.core.decisioning.policies import LADDERS
from segue.core.decisioning.rewards import objectives_of
from segue.core.world import build_world
from segue.learning.frames import Frame, read_frame
from segue.learning.off_policy import DEFAULT, Interval, evaluate, predict_rewards
from segue.learning.off_policy.asking import as_log, ask, learn, with_chance
from segue.learning.off_policy.changing import FEWEST, LEARNT_FROM
from segue.model.errors import SegueError
from segue.model.time import Instant
from segue.model.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FACTORS = (0.0, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, float("inf"))
"""How much more than now the second objective counts beside the first; 1 is the present. Infinite: it alone."""

DECISIONS_MAX = 10_000
"""Of more decisions the latest judge: asking a policy takes a fifth of a millisecond a time."""

WEIGHING = "bandit"
"""Who decides where the workspace's own policy does not weigh objectives."""


class Point(Struct, frozen=True, kw_only=True):
    """What a weight brings per decision, in the objectives' own amounts.

    Attributes:
        factor: how much more than now the second objective counts beside the first.
        weights: of the two.
        first, second: amounts of the two objectives.
        value: all objectives by their present values and weights, less cost.
        is_present: these are the present weights.
        is_dominated: another point is estimated no worse in both and better in one.
        is_evident: there are enough effective samples.
    """

    factor: float
    weights: tuple[float, float]
    first: Interval
    second: Interval
    value: Interval
    effective_samples: float
    is_present: bool
    is_dominated: bool = False
    is_evident: bool = False


class Frontier(Struct, frozen=True, kw_only=True):
    """What one objective costs another.

    Attributes:
        objectives: the two names.
        are_harms: of which less is better.
        policy: who weighs them.
        decisions, learnt_from: that judged, and that taught.
        since, until: of those that judged.
        points: from the first objective alone to the second alone.
    """

    objectives: tuple[str, str]
    are_harms: tuple[bool, bool]
    policy: str
    currency: str
    decisions: int
    learnt_from: int
    since: Instant
    until: Instant
    points: tuple[Point, ...]


def find_frontier(
    duck: "DuckDBPyConnection", workspace: Workspace, names: Sequence[str], now: Instant
) -> Frontier | None:
    """Return the frontier of two objectives; None where the log has too few decisions that chance made.

    Args:
        duck: a connection with the log's views (`learning.frames.TABLES`).
        workspace: what runs.
        names: of two objectives.

    Raises:
        SegueError: there are no such objectives.
    """
    first, second = _checked(workspace, names)
    if WEIGHING not in LADDERS[workspace.policy.name]:
        workspace = replace(workspace, policy=replace(workspace.policy, name=WEIGHING))
    frame = with_chance(read_frame(duck, workspace, now=now))
    taught, judging = frame.split(Instant(int(np.quantile(frame.at, LEARNT_FROM)))) if len(frame) else (frame, frame)
    if min(len(judging), len(taught)) < FEWEST:
        return None
    judging = judging.take(np.arange(max(len(judging) - DECISIONS_MAX, 0), len(judging)))
    objectives = objectives_of(workspace)
    points = _points(workspace, (first, second), judging, learn(taught, build_world(workspace)))
    are_harms = (objectives[first].value < 0.0, objectives[second].value < 0.0)
    return Frontier(
        objectives=(first, second),
        are_harms=are_harms,
        policy=workspace.policy.name,
        currency=workspace.currency,
        decisions=len(judging),
        learnt_from=len(taught),
        since=Instant(int(judging.at.min())),
        until=Instant(int(judging.at.max())),
        points=tuple(with_dominated(tuple(points), are_harms)),
    )


def _points(workspace: Workspace, names: tuple[str, str], judging: Frame, learned: Factored) -> Iterator[Point]:
    """Yield what each weight would bring at the decisions ``judging``, by what was ``learned`` from others."""
    objectives = objectives_of(workspace)
    rewards = (*(judging.objective(name) for name in names), judging.reward(objectives))
    logs = [as_log(judging, reward) for reward in rewards]
    predicted = [predict_rewards(log) for log in logs]
    for factor in FACTORS:
        weights = _weights(factor, objectives[names[0]].weight, objectives[names[1]].weight)
        target = ask(judging, build_world(_weighed(workspace, names, weights)), learned).target
        found = [evaluate(log, target, model) for log, model in zip(logs, predicted, strict=True)]
        first, second, value = (each.estimates[DEFAULT].interval(logs[0].unit) for each in found)
        samples = found[0].overlap.effective_samples
        yield Point(
            factor=factor,
            weights=weights,
            first=first,
            second=second,
            value=value,
            effective_samples=samples,
            is_present=factor == 1.0,
            is_evident=samples >= workspace.learning.gates.effective_samples,
        )


def with_dominated(points: Sequence[Point], are_harms: tuple[bool, bool]) -> Iterator[Point]:
    """Yield the points, told which of them another one dominates."""
    signs = [-1.0 if is_harm else 1.0 for is_harm in are_harms]
    goods = [(signs[0] * each.first.value, signs[1] * each.second.value) for each in points]
    for point, mine in zip(points, goods, strict=True):
        is_dominated = any(each[0] >= mine[0] and each[1] >= mine[1] and each != mine for each in goods)
        yield replace(point, is_dominated=is_dominated)


def _checked(workspace: Workspace, names: Sequence[str]) -> tuple[str, str]:
    known = tuple(objectives_of(workspace))
    chosen = tuple(names) or known[:2]
    if len(chosen) != 2 or chosen[0] == chosen[-1] or not set(chosen) <= set(known):
        reason = f"A trade-off is between two objectives, not {', '.join(chosen) or 'none'}."
        raise SegueError(reason, f"The objectives are {', '.join(known) or 'none; declare them in learning.yaml'}.")
    return chosen[0], chosen[1]


def _weights(factor: float, first: float, second: float) -> tuple[float, float]:
    """Return weights whose ratio is ``factor`` times the present one; the larger one stays as it is."""
    if factor == float("inf"):
        return 0.0, second
    return (first, second * factor) if factor <= 1.0 else (first / factor, second)


def _weighed(workspace: Workspace, names: tuple[str, str], weights: tuple[float, float]) -> Workspace:
    objectives = dict(objectives_of(workspace))
    for name, weight in zip(names, weights, strict=True):
        objectives[name] = replace(objectives[name], weight=weight)
    return replace(workspace, learning=replace(workspace.learning, objectives=objectives))
