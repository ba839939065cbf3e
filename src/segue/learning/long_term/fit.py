"""From logged decisions to a long-term model: curves, segments, and what later decisions are worth."""

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from segue.core.decisioning.models.long_term import Index, Responses, arm_key
from segue.learning.long_term.curves import Curves, Seen, learn_curves, see
from segue.learning.long_term.doses import counted_channels
from segue.learning.long_term.log import SILENT, USUAL, DecisionLog, LongTermSettings, check_log, weights_of
from segue.learning.long_term.planning import Plan, plan, segment, usual_self
from segue.model.snapshots import LongTermModel

_PASSES = 2


class LongTermReport(Struct, frozen=True, kw_only=True):
    """What a long-term model was learnt from, and what it believes.

    Attributes:
        rows, contacts, rewards, withdrawals: of the log.
        effective_rows: what the decisions' unequal weights leave.
        doses: what one contact tires, by channel.
        worth_rested: what all later decisions are worth to a customer who is not tired, by segment.
        dose_lost: what one more dose takes of that, by segment.
        rounds: of policy iteration.
    """

    rows: int
    contacts: int
    rewards: int
    withdrawals: int
    effective_rows: float
    doses: dict[str, float]
    worth_rested: tuple[float, ...]
    dose_lost: tuple[float, ...]
    rounds: int


def fit_long_term(log: DecisionLog, settings: LongTermSettings = USUAL) -> tuple[LongTermModel, LongTermReport]:
    """Return the model learnt from ``log``, and what to say of it.

    The weighted sum of the objectives is learnt, not each of them: what later decisions are worth is no sum of what
    they would be worth to each objective alone. Other weights ask for another training; ``objectives`` of the model
    says which ones it was learnt with.

    Raises:
        SegueError: nothing can be learnt from the log.
    """
    check_log(log, settings)
    weight = weights_of(log, settings.most_weight)
    seen = see(log, weight, settings)
    bare = _bare(log, seen, learn_curves(log, seen, weight), settings, float(weight.sum()))
    model, ahead = _planned(log, seen, bare, settings)
    for _ in range(_PASSES):
        # What a dose and a withdrawal cost tells for whom light contacts are best: so which kinds of people there are.
        hazard_price = max(float(ahead.later[:, 0].mean()), settings.loss)
        bare = replace(bare, dose_price=ahead.dose_price, hazard_price=hazard_price)
        model, ahead = _planned(log, seen, bare, settings)
    return model, _report(log, ahead, bare)


def _planned(
    log: DecisionLog, seen: Seen, bare: LongTermModel, settings: LongTermSettings
) -> tuple[LongTermModel, Plan]:
    responses = Responses(bare)
    segments = segment(log, Index(bare, responses).of(seen.x), settings.segments)
    ahead = plan(log, seen, segments, responses, settings)
    later = ahead.later.astype("<f8").tobytes()
    return replace(bare, centers=segments.centers, later=later, step=ahead.step, scale=ahead.scale), ahead


def _bare(
    log: DecisionLog, seen: Seen, curves: Curves, settings: LongTermSettings, effective_rows: float
) -> LongTermModel:
    """Return the model without its plan."""
    contacts = np.bincount(log.arm - SILENT, minlength=len(log.arms) + 1)[1:].tolist()
    keys = [arm_key(*arm) for arm in log.arms]
    return LongTermModel(
        inputs=seen.inputs,
        count=settings.count,
        counts=counted_channels(log),
        half_life_days=settings.half_life_days,
        doses=seen.doses,
        gamma=settings.gamma,
        chances=curves.chances,
        amounts=curves.amounts,
        hazards=curves.hazards,
        least_amount=curves.least_amount,
        most_amount=curves.most_amount,
        loss=settings.loss,
        objectives=settings.objectives,
        usual=usual_self(log, seen).astype("<f8").tobytes(),
        costs=dict(zip(keys, log.arm_costs.tolist(), strict=True)),
        dose_price=0.0,
        hazard_price=0.0,
        centers=(),
        later=b"",
        step=1.0,
        scale=1.0,
        effective_rows=effective_rows,
        evidence={key: float(count) for key, count in zip(keys, contacts, strict=True)},
    )


def _report(log: DecisionLog, ahead: Plan, model: LongTermModel) -> LongTermReport:
    rested = ahead.later[:, 0]
    one_dose = [float(np.interp(1.0 / ahead.step, np.arange(len(row)), row)) for row in ahead.later]
    return LongTermReport(
        rows=len(log.arm),
        contacts=int((log.arm != SILENT).sum()),
        rewards=int((log.reward != 0.0).sum()),
        withdrawals=int(log.opted_out.sum()),
        effective_rows=model.effective_rows,
        doses=model.doses,
        worth_rested=tuple(rested.tolist()),
        dose_lost=tuple((rested - one_dose).tolist()),
        rounds=ahead.rounds,
    )
