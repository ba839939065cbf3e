"""The long-term job: what contacts bring now and take of later, from decisions one after another."""

import numpy as np
from msgspec.structs import replace

from segue.core.decisioning.rewards import objectives_of
from segue.learning.frames import Frame
from segue.learning.jobs.judging import Groups, judge_policy
from segue.learning.jobs.periods import assigned_probability, in_two
from segue.learning.jobs.propensity import inputs_of
from segue.learning.jobs.training import Training, snapshot_of
from segue.learning.long_term import DecisionLog, LongTermSettings, fit_long_term
from segue.model.errors import SegueError
from segue.model.time import NEVER, Instant
from segue.model.workspace import Workspace

KIND = "long_term"
LEAST_DECISIONS = 1000
_SLOT = "message"
_WITHDRAWAL = "consent_changed"
_WATCH = "What it saves for later lies beyond the windows that judge it here; `segue groups` shows what came of it."


def train_long_term(frame: Frame, workspace: Workspace, now: Instant, groups: Groups | None = None) -> Training:
    """Return a long-term model of the message slot, trained on all of ``frame``, judged on its last quarter.

    Raises:
        SegueError: there are too few decisions, or they are all contacts or all silence.
    """
    frame = frame.take(frame.slot == _SLOT)
    if len(frame) < LEAST_DECISIONS:
        reason = f"There are {len(frame):,} decisions about messages whose windows are over."
        raise SegueError(reason, f"Wait until there are {LEAST_DECISIONS:,}.")
    earlier, later = in_two(frame)
    settings = settings_of(workspace)
    first, _ = fit_long_term(decision_log(earlier, workspace), settings)
    found = judge_policy(
        *(later, workspace, "value"),
        snapshot_of(KIND, first, since=0, until=now, rows=len(earlier), metrics={}),
        groups or {},
        must_gain=False,  # it gives up some of what a window shows for what comes after it
    )
    body, report = fit_long_term(decision_log(frame, workspace), settings)
    previous = workspace.models.get(KIND)
    before = (
        judge_policy(later, workspace, "value", previous, groups or {}, must_gain=False).metrics if previous else {}
    )
    metrics = {
        "contacts": float(report.contacts),
        "withdrawals": float(report.withdrawals),
        "effective_rows": report.effective_rows,
        "worth_rested": float(np.mean(report.worth_rested)),
    }
    return Training(
        snapshot=snapshot_of(
            KIND, body, since=frame.at.min(), until=now, rows=len(frame), metrics=metrics | found.metrics
        ),
        gates=found.gates,
        before_version=previous.version if previous is not None else "",
        before=before,
        notes=(*found.notes, _WATCH),
        details={"worth_rested": list(report.worth_rested), "dose_lost": list(report.dose_lost)},
    )


def settings_of(workspace: Workspace) -> LongTermSettings:
    """Return what the workspace says: its objectives, and what a withdrawal costs by them."""
    objectives = objectives_of(workspace)
    worth = {name: each.value * each.weight for name, each in objectives.items()}
    loss = -sum(worth[name] for name, each in objectives.items() if each.event == _WITHDRAWAL)
    return LongTermSettings(objectives=worth, loss=max(loss, 0.0), doses=dict(workspace.learning.doses))


def decision_log(frame: Frame, workspace: Workspace) -> DecisionLog:
    """Return the decisions of ``frame`` as the long-term model learns from them: no two share what happened."""
    options = frame.options
    arms = sorted({pair for pair in zip(options.action.tolist(), options.channel.tolist(), strict=True) if pair[0]})
    places = {pair: place for place, pair in enumerate(arms)}
    columns = np.array([places.get(pair, -1) for pair in zip(options.action, options.channel, strict=True)])
    is_contact = columns >= 0
    offered = np.zeros((len(frame), len(arms)), dtype=bool)
    offered[options.row[is_contact], columns[is_contact]] = True
    cost = options.score("cost")
    costs = [float(cost[columns == place].mean()) for place in range(len(arms))]
    worth = {name: each for name, each in objectives_of(workspace).items() if each.event != _WITHDRAWAL}
    kept = replace(frame, rewards=frame.steps)
    return DecisionLog(
        customer=frame.customer_id.astype(str),
        at=frame.at,
        inputs=inputs_of(frame),
        x=frame.columns(inputs_of(frame)),
        arms=tuple(arms),
        arm=np.array([places.get(pair, -1) for pair in zip(frame.action, frame.channel, strict=True)], dtype=np.intp),
        probability=assigned_probability(frame, workspace),
        reward=kept.reward(worth, net_of_cost=False),
        opted_out=(frame.withdrew_at < NEVER) & (frame.withdrew_at <= frame.next_at),
        offered=offered,
        costs=np.array(costs),
    )
