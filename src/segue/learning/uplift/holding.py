"""Judging a trained uplift model on customers that nobody has learnt from."""

import numpy as np
from msgspec import Struct

from segue.core.decisioning.models.estimators import evaluate_many
from segue.learning.scoring import Interval
from segue.learning.uplift.fitting import Ranking, rank, response_model
from segue.learning.uplift.learners import Trial
from segue.learning.uplift.selecting import Selection, average_effect, net_revenue, selection
from segue.model.snapshots import Estimator


class Held(Struct, frozen=True, kw_only=True):
    """What an uplift model is worth on rows held out.

    Attributes:
        net_revenue: of the rows that were to be treated (`selecting.net_revenue`), in all.
    """

    rows: int
    effect: Interval
    ranking: Ranking
    selection: Selection
    net_revenue: float


def hold(model: Estimator, known: Trial, held: Trial, value: float, cost: float) -> Held:
    """Judge ``model``, trained on ``known`` and scaled by ``value``, on the rows of ``held``.

    A response model is trained on ``known`` beside it, as what has to be beaten.
    """
    uplift = evaluate_many(model, held.inputs, held.x) / value
    response = evaluate_many(response_model(known), held.inputs, held.x)
    one_fold = np.zeros(len(uplift), dtype=np.int64)
    return Held(
        rows=len(uplift),
        effect=average_effect(held),
        ranking=rank(uplift, response, held, one_fold),
        selection=selection(uplift, held, value, cost),
        net_revenue=net_revenue(uplift * value > cost, held, value, cost),
    )
