"""value: today's message weighed against tomorrow's chance and against the customer's withdrawal.

What a contact brings until the next decision, and what it leaves of what all later ones will bring, by a model that
`segue.learning.long_term` has learnt from logged decisions.
"""

from collections.abc import Sequence
from contextlib import suppress
from math import isfinite, sqrt

import numpy as np
from msgspec.structs import replace

from segue.core.catalogue import Scored
from segue.core.decisioning.arms import weights_of
from segue.core.decisioning.context import Context
from segue.core.decisioning.draws import inverse_gap, ramped
from segue.core.decisioning.models.long_term import Floats, LongTerm, arm_key
from segue.core.decisioning.policies.net import WANTED, charges_of, product_of, wanted
from segue.core.decisioning.policy import CORRUPT_MODEL, MISSING_INPUT, NO_MODEL, NOT_FINITE, STALE_MODEL, Unready
from segue.core.decisioning.rewards import objectives_of
from segue.model.snapshots import LongTermModel
from segue.model.time import Instant, parse_duration
from segue.model.workspace import Workspace

KIND = "long_term"
"""Of the model, among those of a workspace."""

RESPONSE, LATER, HAZARD = "response", "later", "hazard"
"""Scores, over doing nothing: reward until the next decision, worth of all later ones, and P(withdrawal)."""

LARGEST = 1e100
"""Values beyond it are no numbers of a customer."""

_INTERRUPTING = ("message", "task")


class ValuePolicy:
    """Long-term value: Q = reward now + worth of what is left of later, net of doing nothing, cost and prices.

    Probabilities are inverse gaps, the narrower the more decisions the model was learnt from.
    """

    name = "value@1"

    def __init__(self, workspace: Workspace) -> None:
        self._spec = workspace.policy
        self._model: LongTerm | None = None
        self._columns: dict[tuple[str, ...], list[int]] = {}
        snapshot = workspace.models.get(KIND)
        self._fault = NO_MODEL
        if snapshot is None:
            return
        self._fault = CORRUPT_MODEL
        if not isinstance(snapshot.body, LongTermModel):
            return
        self._last_at = Instant(snapshot.trained_to + parse_duration(workspace.learning.max_age))
        objectives = objectives_of(workspace)
        weights = dict(zip(objectives, weights_of(objectives), strict=True))
        self._is_of_other_weights = bool(snapshot.body.objectives) and snapshot.body.objectives != weights
        quiet = {channel.name: 0.0 for channel in workspace.channels if channel.family not in _INTERRUPTING}
        with suppress(ValueError, KeyError, IndexError):
            self._model = LongTerm(replace(snapshot.body, doses={**quiet, **snapshot.body.doses}))

    def score(self, context: Context, candidates: Sequence[Scored]) -> Sequence[Scored]:
        """Return the candidates with what they bring now and later, over doing nothing.

        Raises:
            Unready: ``no_model``, ``corrupt_model``, ``stale_model`` (also where objectives count otherwise than when
                it was learnt), ``missing_input:NAME``, ``not_finite``.
        """
        model = self._ready(context)
        if not candidates:
            return []
        x, dose = self._inputs(model, context.names, np.array([context.values], dtype=np.float64))
        weighed = model.weigh(x, dose, [(each.action, each.channel) for each in candidates])
        return [
            _scored(each, gain, later, hazard)
            for each, gain, later, hazard in zip(
                candidates,
                weighed.gain[0].tolist(),
                weighed.later[0].tolist(),
                weighed.hazard[0].tolist(),
                strict=True,
            )
        ]

    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        """Return the action probabilities: above 0 for each candidate.

        A slot of a cap that a contact uses up, and the customer's patience, are two prices of the same later contacts:
        a contact pays the dearer of the two.
        """
        self._ready(context)
        totals = np.array([[each.total for each in candidates[:-1]]])
        later = np.array([[each.scores.get(LATER, 0.0) for each in candidates[:-1]]])
        return tuple(self._odds(totals, later, candidates)[0].tolist())

    def many(self, names: tuple[str, ...], contexts: Floats, candidates: Sequence[Scored]) -> Floats:
        """Return the action probabilities of many customers with the same ``candidates``: shape (n, K), as one by one.

        Args:
            contexts: values of ``names``, shape (n, len(names)).
            candidates: what they cost stands in their scores; the last one is silence.

        Raises:
            Unready: as `score`, for any of the customers; how old the model is does not matter.
        """
        model = self._require()
        x, dose = self._inputs(model, names, contexts)
        weighed = model.weigh(x, dose, [(each.action, each.channel) for each in candidates[:-1]])
        factors = np.array([product_of(each.scores, WANTED) for each in candidates[:-1]])
        gain = np.where(weighed.gain > 0.0, weighed.gain * factors, weighed.gain)
        charges = np.array([charges_of(each.scores) for each in candidates[:-1]])
        return self._odds(gain + weighed.later - charges, weighed.later, candidates)

    def _odds(self, totals: Floats, later: Floats, candidates: Sequence[Scored]) -> Floats:
        """Return probabilities of shape (n, K), silence last, from totals and worths of later of shape (n, K - 1)."""
        model, silence = self._require().model, len(candidates) - 1
        takes_slot = np.array([each.takes_slot for each in candidates[:-1]], dtype=bool)
        owed = np.maximum(candidates[-1].total + np.minimum(later, 0.0), 0.0)
        order = [*sorted(range(silence), key=lambda index: _name(candidates[index])), silence]  # ties go by name
        values = np.column_stack([totals - takes_slot * owed, np.zeros(len(totals))])[:, order]
        drawn = _inverse_gaps(values, self._spec.greed * sqrt(model.effective_rows), model.scale)
        reach = np.array([*[self._reach(each) for each in candidates[:-1]], 1.0])[order]
        for row in np.flatnonzero((drawn > reach).any(axis=1)):
            drawn[row] = ramped(drawn[row], reach)
        odds = np.empty_like(drawn)
        odds[:, order] = drawn
        return odds

    def _require(self) -> LongTerm:
        if self._model is None:
            raise Unready(self._fault)
        return self._model

    def _ready(self, context: Context) -> LongTerm:
        model = self._require()
        if context.at > self._last_at or self._is_of_other_weights:
            raise Unready(STALE_MODEL)
        return model

    def _inputs(self, model: LongTerm, names: tuple[str, ...], contexts: Floats) -> tuple[Floats, Floats]:
        columns = self._columns.get(names)
        if columns is None:
            for name in model.reads:
                if name not in names:
                    raise Unready(f"{MISSING_INPUT}:{name}")
            columns = [names.index(name) for name in model.reads]
            self._columns = {names: columns}
        if contexts.shape[1] != len(names):
            raise Unready(f"{MISSING_INPUT}:{model.reads[-1]}")
        values = contexts[:, columns]
        if not (np.abs(values) < LARGEST).all():
            raise Unready(NOT_FINITE)
        return model.read(values)

    def _reach(self, each: Scored) -> float:
        """Return the share that a candidate may get at most: little while nothing is known of it."""
        known = self._require().model.evidence.get(arm_key(each.action, each.channel), 0.0)
        return self._spec.reach + (1.0 - self._spec.reach) * min(known / self._spec.reach_evidence, 1.0)


def _scored(each: Scored, gain: float, later: float, hazard: float) -> Scored:
    total = wanted(gain, each.scores) + later - charges_of(each.scores)
    if not isfinite(total):
        raise Unready(NOT_FINITE)
    believed = {RESPONSE: gain, LATER: later, HAZARD: hazard, "total": total}
    return replace(each, total=total, scores={**each.scores, **believed})


def _inverse_gaps(values: Floats, gamma: float, scale: float) -> Floats:
    """Return `draws.inverse_gap` of each row: for one row that, for many the same at once."""
    if len(values) == 1:
        return inverse_gap(values[0], gamma, scale)[None, :]
    rows, best = np.arange(len(values)), values.argmax(axis=1)
    gaps = values[rows, best][:, None] - values
    weights = 1.0 / (values.shape[1] + np.minimum(gaps * (gamma / scale), 1e300))
    weights[rows, best] = 0.0
    weights[rows, best] = 1.0 - weights.sum(axis=1)
    return np.asarray(weights, dtype=np.float64)


def _name(each: Scored) -> tuple[str, int, str]:
    return each.action, each.latency, each.channel
