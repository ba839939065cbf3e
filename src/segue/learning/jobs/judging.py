"""Judging: what a policy with a new model would have done, and brought, in a period that the model has not seen."""

from collections.abc import Iterator, Mapping

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from segue.core.decisioning.rewards import objectives_of
from segue.core.world import build_world
from segue.learning.bias import BiasReport, check_bias
from segue.learning.frames import Frame
from segue.learning.jobs.training import Gate
from segue.learning.off_policy import Comparison, compare
from segue.learning.off_policy.asking import as_log, ask, with_chance
from segue.model.snapshots import ModelSnapshot
from segue.model.workspace import Workspace

Floats = NDArray[np.float64]

MOST_JUDGED = 20_000
"""Of more decisions, these many are asked about, evenly over the period."""

Groups = Mapping[str, Mapping[str, object]]
"""By trait: each customer's value."""


class Judgement(Struct, frozen=True, eq=False):
    """What a policy would do with a model.

    Attributes:
        comparison: with what was done, in currency per decision; None where nothing was left to chance.
    """

    gates: tuple[Gate, ...]
    notes: tuple[str, ...]
    metrics: dict[str, float]
    comparison: Comparison | None


def judge_policy(
    later: Frame, workspace: Workspace, policy: str, snapshot: ModelSnapshot, groups: Groups, *, must_gain: bool
) -> Judgement:
    """Ask ``policy`` with the model in ``snapshot`` about the decisions of ``later``.

    Args:
        groups: customers' values of the traits in ``learning.bias``.
        must_gain: the policy's gain over what was done has to reach the margin, where there is evidence.
    """
    judged = _thinned(with_chance(later))
    if not len(judged):
        return Judgement((), ("No decision of the later period was left to chance: nothing to judge by.",), {}, None)
    models = {**workspace.models, snapshot.kind: snapshot}
    spec = replace(workspace.policy, name=policy)
    world = build_world(replace(workspace, policy=spec, models=models))
    target = ask(judged, world).target
    log = as_log(judged, judged.reward(objectives_of(workspace)))
    assert log.logging is not None, "a frame knows what could be done"
    needed = workspace.learning.gates.effective_samples
    found = compare(log, target, log.logging, effective_samples=needed)
    contacted = 1.0 - target[:, -1]
    gain = found.difference
    biases = [each for each in _bias(judged, contacted, workspace, groups) if len(each.groups) > 1]
    gates = [Gate(f"rate_ratio.{each.trait}", each.ratio.value, each.least_ratio, is_least=True) for each in biases]
    metrics = {"contacted": float(contacted.mean()), "effective_samples": found.candidate.overlap.effective_samples}
    metrics |= {"gain": gain.value, "gain_low": gain.low, "gain_high": gain.high}
    notes = tuple(each.verdict for each in biases)
    if found.reason:
        notes = (
            *notes,
            f"What the policy would bring is not known yet: {found.reason}.",
        )
    elif must_gain:
        least = -workspace.learning.gates.margin * abs(float(log.reward.mean()))
        gates.append(Gate("gain_low", gain.low, least, is_least=True))
    return Judgement(tuple(gates), notes, metrics, found)


def _bias(judged: Frame, contacted: Floats, workspace: Workspace, groups: Groups) -> Iterator[BiasReport]:
    """Yield what was found for each trait whose groups are to be contacted at similar rates."""
    for check in workspace.learning.bias:
        values = groups.get(check.trait, {})
        labels = np.array([str(values.get(customer, "")) for customer in judged.customer_id])
        known = labels != ""
        if known.any():
            yield check_bias(check.trait, labels[known], contacted[known], least_ratio=check.least_ratio)


def _thinned(frame: Frame) -> Frame:
    if len(frame) <= MOST_JUDGED:
        return frame
    return frame.take(np.linspace(0, len(frame) - 1, MOST_JUDGED).astype(np.int64))
