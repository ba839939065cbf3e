"""The uplift job: for each action what it adds to doing nothing, from decisions that chance made between the two."""

from typing import Any

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from segue.core.decisioning.models.estimators import evaluate_many
from segue.core.decisioning.rewards import objectives_of
from segue.learning.frames import Frame
from segue.learning.jobs.drivers import drivers_of
from segue.learning.jobs.judging import Groups, judge_policy
from segue.learning.jobs.periods import assigned_shares, in_two
from segue.learning.jobs.propensity import inputs_of
from segue.learning.jobs.training import Training, snapshot_of
from segue.learning.scoring import Interval
from segue.learning.uplift.fitting import UpliftReport, fit_uplift
from segue.learning.uplift.learners import LEARNERS, Trial
from segue.learning.uplift.qini import chance_of, mean_qini
from segue.learning.uplift.selecting import average_effect
from segue.model.errors import SegueError
from segue.model.snapshots import Estimator, Linear, UpliftModel
from segue.model.time import Instant
from segue.model.workspace import Workspace

KIND = "uplift"

_SURE, _LIKELY = 0.025, 0.1
"""How often chance may do as well as a model that tells customers apart: out of fold, and on the later period."""

LEAST_CHANCE = 0.02
"""Nobody's probability is taken to be nearer to 0 or 1: such decisions would count 50 times and more."""


class Between(Trial, frozen=True):
    """Decisions between an action and nothing.

    Attributes:
        customers: whose decision each is, shape (n,).
        cost: of doing it once.
    """

    customers: NDArray[Any]
    cost: float


class Learnt(Struct, frozen=True):
    """An action's model; ``is_personal`` where it tells customers apart, else it is the same number for all."""

    estimator: Estimator
    report: UpliftReport
    is_personal: bool


def train_uplift(frame: Frame, workspace: Workspace, now: Instant, groups: Groups | None = None) -> Training:
    """Return a model of what each action adds in currency, before its cost, trained on all of ``frame``.

    For an action only decisions count in which it and doing nothing both had a chance; those held out had both. Where
    the model cannot tell customers apart, the average effect is everybody's, and nothing where even that may be chance.

    Raises:
        SegueError: no action has enough outcomes on both sides, or none has an effect that is more than chance.
    """
    earlier, later = in_two(frame)
    first, notes = _learn(earlier, later, workspace)
    if not first:
        raise SegueError("Nothing can be said yet about what actions add. " + " ".join(notes), "Explore for longer.")
    if not any(each.is_personal or _is_sure(each.report) for each in first.values()):
        raise SegueError("No usable uplift: no action has an effect that is more than chance.", "Publish nothing.")
    trial = UpliftModel({name: each.estimator for name, each in first.items()})
    found = judge_policy(
        *(later, workspace, KIND),
        snapshot_of(KIND, trial, since=0, until=now, rows=len(earlier), metrics={}),
        groups or {},
        must_gain=True,
    )
    body = UpliftModel({name: _again(each, _trial(frame, name, workspace)) for name, each in first.items()})
    previous = workspace.models.get(KIND)
    metrics = {f"{name}.{figure}": value for name, each in first.items() for figure, value in _metrics(each).items()}
    return Training(
        snapshot=snapshot_of(
            KIND, body, since=frame.at.min(), until=now, rows=len(frame), metrics=metrics | found.metrics
        ),
        gates=found.gates,
        before_version=previous.version if previous is not None else "",
        before=_judged_before(later, workspace, groups or {}),
        drivers={name: drivers_of(each, later) for name, each in body.by_action.items()},
        notes=(*notes, *(f"{name}: {_verdict(each)}" for name, each in first.items()), *found.notes),
        details={name: {"learner": each.report.learner, "rows": each.report.rows} for name, each in first.items()},
    )


def _learn(frame: Frame, later: Frame, workspace: Workspace) -> tuple[dict[str, Learnt], tuple[str, ...]]:
    """Return the model of each action, and why others have none."""
    found: dict[str, Learnt] = {}
    notes: list[str] = []
    for action in workspace.actions:
        trial = _trial(frame, action.action, workspace)
        try:
            estimator, report = fit_uplift(
                *(trial.x, trial.inputs, trial.treated, trial.outcome),
                probability=trial.probability,
                customers=trial.customers,
                cost=trial.cost,
            )
        except SegueError as error:
            if "scikit-learn" in error.reason:
                raise
            notes.append(f"{action.action}: {error.reason}")
            continue
        is_personal = _tells_apart(estimator, report, _trial(later, action.action, workspace))
        found[action.action] = Learnt(estimator if is_personal else _constant(report.effect), report, is_personal)
    return found, tuple(notes)


def _trial(frame: Frame, action: str, workspace: Workspace) -> "Between":
    """Return the decisions between ``action`` and nothing: both had a chance, and one of them was done."""
    shares, silent = assigned_shares(frame, action, workspace), assigned_shares(frame, "", workspace)
    rows = (shares > 0.0) & (silent > 0.0) & ((frame.action == action) | frame.is_silent)
    between, inputs = frame.take(rows), inputs_of(frame)
    spent = between.cost[~between.is_silent]
    return Between(
        x=between.columns(inputs),
        inputs=inputs,
        treated=(~between.is_silent).astype(np.float64),
        outcome=between.reward(objectives_of(workspace), net_of_cost=False),
        probability=np.clip(shares[rows] / (shares + silent)[rows], LEAST_CHANCE, 1.0 - LEAST_CHANCE),
        customers=between.customer_id.astype(str),
        cost=float(spent.mean()) if len(spent) else 0.0,
    )


def _again(learnt: Learnt, trial: "Between") -> Estimator:
    """Return the model of what was learnt first, trained on all decisions; a constant where it was one."""
    if learnt.is_personal:
        return LEARNERS[learnt.report.learner](trial)
    return _constant(average_effect(trial)) if _is_sure(learnt.report) else _constant(learnt.report.effect)


def _tells_apart(estimator: Estimator, report: UpliftReport, later: "Between") -> bool:
    """Tell whether the order of customers by their effect is more than chance: out of fold, and on the later period.

    A plain response model may rank them as well (who buys most often may gain most), and still does not say what the
    action adds; so it is not asked to be beaten.
    """
    if not (report.ranking.qini.low > 0.0 and report.ranking.chance <= _SURE) or not len(later.treated):
        return False
    score = evaluate_many(estimator, estimator.inputs, later.x[:, [later.inputs.index(n) for n in estimator.inputs]])
    whole = np.zeros(len(score), dtype=np.int64)
    value = mean_qini(score, later.treated, later.outcome, whole)
    return chance_of(value, score, later.treated, later.outcome, whole) <= _LIKELY


def _constant(average: Interval) -> Linear:
    """Return the same effect for everybody: the average one, none where it may be chance."""
    effect = average.value if average.low > 0.0 or average.high < 0.0 else 0.0
    return Linear(inputs=(), intercept=effect, weights=(), means=(), scales=())


def _is_sure(report: UpliftReport) -> bool:
    return report.effect.low > 0.0 or report.effect.high < 0.0


def _verdict(learnt: Learnt) -> str:
    if learnt.is_personal:
        return "Usable uplift: who gains more from the action can be told beforehand."
    if _is_sure(learnt.report):
        return "No usable uplift: its effect is the same for all, as far as can be told."
    return "No usable uplift: its effect is no more than chance."


def _metrics(learnt: Learnt) -> dict[str, float]:
    report = learnt.report
    return {
        "rows": float(report.rows),
        "effect": report.effect.value,
        "effect_low": report.effect.low,
        "effect_high": report.effect.high,
        "qini": report.ranking.qini.value,
        "qini_low": report.ranking.qini.low,
        "is_personal": float(learnt.is_personal),
    }


def _judged_before(later: Frame, workspace: Workspace, groups: Groups) -> dict[str, float]:
    """Return what the model that decides now would bring by the same decisions; it may have been trained on some."""
    snapshot = workspace.models.get(KIND)
    return judge_policy(later, workspace, KIND, snapshot, groups, must_gain=False).metrics if snapshot else {}
