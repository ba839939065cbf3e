"""bandit: the factored model of what each message adds, learnt online; what is uncertain gets its chance."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from segue.core.catalogue import Scored
from segue.core.decisioning.arms import Arms
from segue.core.decisioning.context import Context
from segue.core.decisioning.draws import inverse_gap, ramped, thompson
from segue.core.decisioning.models.factored import Factored
from segue.core.decisioning.models.shape import SILENCE
from segue.core.decisioning.policies.net import WANTED, charges_of, product_of
from segue.core.decisioning.policy import MISSING_INPUT, NO_MODEL, NOT_FINITE, Unready
from segue.core.decisioning.rewards import objectives_of
from segue.model.workspace import Workspace

SD, EVIDENCE = "sd", "evidence"
"""Scores: how uncertain a candidate's total is, and how many decisions its action was learnt from."""

CHOICE_SLOT = "choose:"
"""What slots of journeys' steps begin with."""

LARGEST = 1e100
"""Values beyond it are no numbers of a customer, and their squares would be none at all."""


class BanditPolicy:
    """Expected reward over doing nothing, less cost and prices; inverse gaps or Thompson make probabilities of it.

    Args:
        arms: of the workspace's variants.
        weights: what one unit of each objective counts, in the order of the model's heads.
    """

    name = "bandit@1"

    def __init__(self, workspace: Workspace, arms: Arms, weights: tuple[float, ...]) -> None:
        self._spec = workspace.policy
        self._objectives = tuple(objectives_of(workspace))
        self._arms = arms
        self._weights = np.array(weights)
        self._scaled: tuple[Factored | None, float] = (None, 1.0)  # of the last model, which is there for seconds

    def score(self, context: Context, candidates: Sequence[Scored]) -> Sequence[Scored]:
        """Return the candidates with the effect on each objective that the model expects, and the total of them.

        Raises:
            Unready: ``no_model`` before enough decisions were learnt from, ``missing_input:NAME``, ``not_finite``.
        """
        learned = _require(context.learned, self._spec.reach_evidence)
        if tuple([head.name for head in learned.shape.heads]) != self._objectives:
            raise Unready(NO_MODEL)  # what was learnt is about other objectives
        arms = [self._arms.of(each.action, each.channel, context.slot, each.scores) for each in candidates]
        beliefs = learned.believe(_inputs(context, learned), [*arms, SILENCE])
        effects = beliefs.hopes(self._weights)
        worths, spreads = effects @ self._weights, beliefs.spreads(self._weights)
        if not np.isfinite(worths).all():
            raise Unready(NOT_FINITE)
        believed = effects.tolist(), worths.tolist(), spreads.tolist(), beliefs.evidence.tolist()
        return [self._scored(*each) for each in zip(candidates, *believed, strict=False)]

    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        """Return the action probabilities: strictly above 0 for each candidate under inverse gaps."""
        learned = _require(context.learned, 0)
        slot = candidates[-1].total
        order = sorted(range(len(candidates) - 1), key=lambda index: _name(candidates[index]))  # ties go by name
        open_to = [candidates[index] for index in order]
        values = np.array([*[each.total - (slot if each.takes_slot else 0.0) for each in open_to], 0.0])
        if self._spec.draw == "thompson":
            drawn = thompson(values, np.array([*[each.scores.get(SD, 0.0) for each in open_to], 0.0]) ** 2)
        else:
            drawn = inverse_gap(values, self._spec.greed * sqrt(learned.weight), self._scale(learned))
        found = ramped(drawn, [*[self._reach(each, context.slot) for each in open_to], 1.0]).tolist()
        probabilities = [0.0] * len(order)
        for index, probability in zip(order, found, strict=False):
            probabilities[index] = probability
        return (*probabilities, found[-1])

    def _scored(self, each: Scored, effect: list[float], worth: float, spread: float, evidence: float) -> Scored:
        known, factor = each.scores, product_of(each.scores, WANTED)
        total = (worth * factor if worth > 0.0 else worth) - charges_of(known)
        believed = dict(zip(self._objectives, effect, strict=True))
        scores = {**known, **believed, "total": total, SD: spread * factor, EVIDENCE: evidence}
        return Scored(
            each.action, each.channel, each.priority, total, scores, latency=each.latency, takes_slot=each.takes_slot
        )

    def _scale(self, learned: Factored) -> float:
        if learned is not self._scaled[0]:
            self._scaled = (learned, learned.scale(self._weights))
        return self._scaled[1]

    def _reach(self, each: Scored, slot: str) -> float:
        """Return the share that a candidate may get at most: little while nothing is known of it.

        The ways of a journey's step bother nobody, and one of them has to be gone: all are open from the start.
        """
        if slot.startswith(CHOICE_SLOT):
            return 1.0
        share = min(each.scores.get(EVIDENCE, 0.0) / self._spec.reach_evidence, 1.0)
        return self._spec.reach + (1.0 - self._spec.reach) * share


def _name(each: Scored) -> tuple[str, int, str]:
    return each.action, each.latency, each.channel


def _require(learned: Factored | None, lessons: int) -> Factored:
    if learned is None or learned.lessons < lessons:
        raise Unready(NO_MODEL)
    return learned


def _inputs(context: Context, learned: Factored) -> NDArray[np.float64]:
    """Return what the model sees: all but the plain dose, which is the last."""
    seen, wanted = context.names[:-1], learned.shape.inputs
    if seen != wanted or len(context.values) != len(context.names):
        missing = [name for name in wanted if name not in seen]
        raise Unready(f"{MISSING_INPUT}:{missing[0] if missing else wanted[-1]}")
    if not sum(map(abs, context.values)) < LARGEST:
        raise Unready(NOT_FINITE)
    return np.array(context.values[:-1])
