"""What changing the policy would bring: the present and the coming workspace asked about the logged decisions.

Models must not be judged by decisions that they were made from. Where a policy learns, the earlier part of the log
teaches it and only the later part judges it; where a nightly model is newer than that, or there is none yet, `train`
makes one from the earlier part, and without `train` only decisions after its data count.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from segue.core.decisioning.context import compile_context
from segue.core.decisioning.policies import LADDERS
from segue.core.decisioning.rewards import objectives_of
from segue.core.world import World, all_features, build_world
from segue.learning.frames import Frame, read_frame
from segue.learning.off_policy.asking import Asked, as_log, ask, learn, with_chance
from segue.learning.off_policy.comparing import Comparison, Verdict, compare, opposite
from segue.learning.off_policy.intervals import Interval
from segue.learning.off_policy.overlap import Overlap
from segue.model.errors import SegueError
from segue.model.snapshots import ModelSnapshot
from segue.model.time import Instant
from segue.model.workspace import Workspace

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LEARNT_FROM = 0.5
"""The share of the logged decisions that teach where a policy learns."""

FEWEST = 50
"""Fewer decisions than this are not worth an estimate."""

Trainer = Callable[[Frame, Workspace, str], ModelSnapshot | None]
"""Makes a model of a kind from a frame, for a workspace."""

_MODELS = {"propensity": "propensity", "uplift": "uplift", "value": "long_term"}
_BEGINNING = Instant(0)


class PolicyValue(Struct, frozen=True):
    """What a policy would bring per decision.

    Attributes:
        estimates: by estimator.
        decided_by: which policies of its ladder decided which share.
        fallbacks: why the others did not, with the share of decisions.
    """

    policy: str
    estimates: dict[str, Interval]
    overlap: Overlap
    decided_by: dict[str, float]
    fallbacks: dict[str, float]


class PolicyEstimate(Struct, frozen=True, kw_only=True):
    """What a change of the policy would bring per decision, in the workspace's currency (or amounts of an objective).

    Attributes:
        decisions, customers: that judged.
        learnt_from: how many earlier decisions taught, 0 where nothing learns.
        since, until: the time of the first and the last decision that judged.
        difference: the candidate's value less the present one's, paired.
        reason: why there is not enough evidence, "" where there is.
        notes: what a reader should know, in words.
    """

    objective: str
    decisions: int
    customers: int
    learnt_from: int
    since: Instant
    until: Instant
    candidate: PolicyValue
    present: PolicyValue
    difference: Interval
    verdict: Verdict
    reason: str = ""
    notes: tuple[str, ...] = ()


def estimate_policy_change(
    duck: "DuckDBPyConnection",
    before: Workspace,
    after: Workspace,
    now: Instant,
    *,
    since: Instant = _BEGINNING,
    objective: str = "",
    train: Trainer | None = None,
) -> PolicyEstimate | None:
    """Return what the policy of ``after`` would bring beside that of ``before``; None where the log cannot tell at all.

    Args:
        duck: a connection with the log's views (`learning.frames.TABLES`).
        before: what runs; its contexts are in the log.
        after: what would run; by its objectives both are measured.
        since: decisions from then on.
        objective: count only this one's amounts, instead of all by value and weight less cost; of one whose value is
            below 0 less is better.
        train: makes nightly models from the earlier part of the log (`learning.jobs.train`).

    Raises:
        SegueError: a workspace contradicts itself, or has no such objective.
    """
    if objective and objective not in objectives_of(after):
        raise SegueError(
            f"There is no objective {objective!r}.", f"There are {', '.join(objectives_of(after)) or 'none'}."
        )
    frame = _read(duck, before, after, now, since)
    ours, theirs = (build_world(each) for each in (after, before))
    taught, judging, models = _split(frame, (ours, theirs), train)
    if len(judging) < FEWEST:
        return None
    asked = [_asked(world, taught, judging, models) for world in (ours, theirs)]
    reward = judging.objective(objective) if objective else judging.reward(objectives_of(after))
    log = as_log(judging, reward)
    gate = after.learning.gates.effective_samples
    found = compare(log, asked[0].target, asked[1].target, effective_samples=gate)
    is_harm = bool(objective) and objectives_of(after)[objective].value < 0.0
    return PolicyEstimate(
        objective=objective,
        decisions=len(judging),
        customers=len(np.unique(judging.customer_id.astype(str))),
        learnt_from=len(taught),
        since=Instant(int(judging.at.min())),
        until=Instant(int(judging.at.max())),
        candidate=_value(after, asked[0], found, log.unit, is_candidate=True),
        present=_value(before, asked[1], found, log.unit, is_candidate=False),
        difference=found.difference,
        verdict=opposite(found.verdict) if is_harm else found.verdict,
        reason=found.reason,
        notes=_notes(found, taught, models),
    )


def _read(duck: "DuckDBPyConnection", before: Workspace, after: Workspace, now: Instant, since: Instant) -> Frame:
    """Return the decisions with a chance, in ``before``'s context and with both workspaces' objectives."""
    names = compile_context(before, all_features(before)).names
    objectives = {**objectives_of(before), **objectives_of(after)}
    seen = replace(before, learning=replace(before.learning, objectives=objectives))
    return with_chance(read_frame(duck, seen, now=now, since=since, inputs={"": names}))


def _split(
    frame: Frame, worlds: tuple[World, ...], train: Trainer | None
) -> tuple[Frame, Frame, Mapping[str, ModelSnapshot]]:
    """Return what teaches, what judges, and the models made again from what teaches."""
    nothing = frame.take(np.zeros(len(frame), dtype=bool))
    kinds = sorted({kind for world in worlds for kind in _kinds(world, can_train=train is not None)})
    if not len(frame) or not (kinds or any(_is_online(world) for world in worlds)):
        return nothing, frame, {}
    at = Instant(int(np.quantile(frame.at, LEARNT_FROM)))
    models: dict[str, ModelSnapshot] = {}
    for kind in kinds:
        known = [world.workspace.models[kind].trained_to for world in worlds if kind in world.workspace.models]
        if known and max(known) <= at:
            continue
        again = train(frame.take(frame.closes_at <= at), worlds[0].workspace, kind) if train is not None else None
        if again is not None:
            # How old a model may get is not the question here: it would have been made again in the meantime.
            models[kind] = replace(again, trained_to=Instant(int(frame.at.max())))
        elif known:
            at = max(known)
    taught, judging = frame.split(at)
    return taught, judging, models


def _kinds(world: World, *, can_train: bool) -> Iterator[str]:
    """Yield the kinds of models that decide in ``world``, or would if its policy had one."""
    policy, models = world.workspace.policy.name, world.workspace.models
    for name in LADDERS[policy]:
        kind = _MODELS.get(name)
        if kind is not None and (kind in models or (can_train and name == policy)):
            yield kind


def _is_online(world: World) -> bool:
    return "bandit" in LADDERS[world.workspace.policy.name]


def _asked(world: World, taught: Frame, judging: Frame, models: Mapping[str, ModelSnapshot]) -> Asked:
    used = {kind: models[kind] for kind in _kinds(world, can_train=True) if kind in models}
    if used:
        world = build_world(replace(world.workspace, models={**world.workspace.models, **used}))
    return ask(judging, world, learn(taught, world) if _is_online(world) and len(taught) else None)


def _value(workspace: Workspace, asked: Asked, found: Comparison, unit: object, *, is_candidate: bool) -> PolicyValue:
    evaluation = found.candidate if is_candidate else found.present
    count = len(asked.target)
    return PolicyValue(
        policy=workspace.policy.name,
        estimates={name: each.interval(unit) for name, each in evaluation.estimates.items()},  # type: ignore[arg-type]
        overlap=evaluation.overlap,
        decided_by={name: times / count for name, times in asked.decided_by.items()},
        fallbacks={reason: times / count for reason, times in asked.fallbacks.items()},
    )


def _notes(found: Comparison, taught: Frame, models: Mapping[str, ModelSnapshot]) -> tuple[str, ...]:
    notes = []
    if len(taught):
        notes.append("What learns was taught by the earlier part of the log and judged by the later one.")
    if models:
        notes.append(f"Trained for this from the earlier part: {', '.join(sorted(models))}.")
    for whose, evaluation in (("candidate", found.candidate), ("present", found.present)):
        notes += [f"{whose}: {warning}" for warning in evaluation.overlap.warnings()]
    return tuple(notes)
