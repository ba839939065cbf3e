"""The propensity job: for each action the probability that it succeeds within its window, judged on a later period."""

from collections.abc import Iterator

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from segue.core.decisioning.models.estimators import evaluate_many
from segue.learning.frames import Frame
from segue.learning.jobs.drivers import drivers_of
from segue.learning.jobs.judging import Groups, judge_policy
from segue.learning.jobs.periods import by_chance, in_two
from segue.learning.jobs.training import Gate, Training, snapshot_of
from segue.learning.propensity import LEAST_OUTCOMES, fit_propensity
from segue.learning.scoring import Scores, score
from segue.model.errors import SegueError
from segue.model.snapshots import Estimator, PropensityModel, Trees
from segue.model.time import Instant
from segue.model.workspace import Workspace

Floats = NDArray[np.float64]

KIND = "propensity"
_NOTHING = ""


class Lot(Struct, frozen=True, eq=False):
    """The decisions that did one action, and whether each of them succeeded (n,)."""

    action: str
    frame: Frame
    succeeded: Floats

    @property
    def fewer(self) -> int:
        """How many decisions have the rarer outcome."""
        ones = int(self.succeeded.sum())
        return min(ones, len(self.succeeded) - ones)


def train_propensity(frame: Frame, workspace: Workspace, now: Instant, groups: Groups | None = None) -> Training:
    """Return a model of each action's success, trained on all of ``frame``; judged on its last quarter, when trained on
    what was over before.

    Args:
        now: up to when the log was read.
        groups: see `judging.judge_policy`.

    Raises:
        SegueError: no action has enough successes and failures yet.
    """
    earlier, later = in_two(frame)
    wanted = actions_of(workspace)
    lots = [lot for lot in _lots(earlier, wanted) if lot.fewer >= LEAST_OUTCOMES]
    if not lots:
        raise SegueError(_too_few(earlier, wanted), f"Wait for {LEAST_OUTCOMES} of each outcome; explore meanwhile.")
    first = {lot.action: _fit(lot) for lot in lots}
    judged = _judged(first, later, wanted)
    if not len(judged[1]):
        raise SegueError("Nothing happened lately that could judge a model.", "Wait for decisions after the present.")
    scores = score(*judged)
    body = PropensityModel({lot.action: _fit(lot) for lot in _lots(frame, wanted) if lot.action in first})
    metrics = {**metrics_of(scores), **_by_action(first, later, wanted)}
    found = judge_policy(
        *(later, workspace, KIND),
        snapshot_of(KIND, PropensityModel({**first}), since=0, until=now, rows=len(earlier), metrics={}),
        groups or {},
        must_gain=False,
    )
    version, before = _before(workspace, later, wanted)
    return Training(
        snapshot=snapshot_of(
            KIND, body, since=frame.at.min(), until=now, rows=len(frame), metrics=metrics | found.metrics
        ),
        gates=(*gates_of(scores, workspace), *found.gates),
        before_version=version,
        before=before,
        drivers={name: drivers_of(each, later) for name, each in body.by_action.items()},
        notes=(*_left_out(earlier, wanted), *found.notes),
        details={"reliability": [[row.rows, row.predicted, row.observed] for row in scores.reliability]},
    )


def actions_of(workspace: Workspace) -> dict[str, str]:
    """Return the event that is success, by action; of doing nothing ("") where there is only one such event."""
    wanted = {action.action: action.converted_by for action in workspace.actions if action.converted_by}
    events = set(wanted.values())
    return {**wanted, _NOTHING: events.pop()} if len(events) == 1 else wanted


def gates_of(scores: Scores, workspace: Workspace) -> tuple[Gate, ...]:
    """Return the gates of predicted probabilities; an error that chance alone would make is none."""
    gates = workspace.learning.gates
    most = max(gates.calibration_error, scores.calibration_noise)
    return Gate("calibration_error", scores.calibration_error, most), Gate("auc", scores.auc.value, gates.auc, True)


def metrics_of(scores: Scores) -> dict[str, float]:
    """Return the figures of predicted probabilities."""
    return {
        "judged_rows": float(scores.rows),
        "rate": scores.rate,
        "auc": scores.auc.value,
        "auc_low": scores.auc.low,
        "auc_high": scores.auc.high,
        "brier": scores.brier.value,
        "skill": scores.skill,
        "calibration_error": scores.calibration_error,
    }


def inputs_of(frame: Frame) -> tuple[str, ...]:
    """Return what models are trained on: all that the context holds but its constant."""
    return frame.inputs[1:]


def _lots(frame: Frame, wanted: dict[str, str]) -> Iterator[Lot]:
    for action, event in wanted.items():
        rows = frame.take(frame.action == action)
        yield Lot(action, rows, rows.succeeded(event))


def _fit(lot: Lot) -> Trees:
    frame, inputs = lot.frame, inputs_of(lot.frame)
    weights = by_chance(frame.probability)
    owners = frame.customer_id.astype(str)
    trees, _ = fit_propensity(frame.columns(inputs), inputs, lot.succeeded, customers=owners, weights=weights)
    return trees


def _judged(models: dict[str, Trees], later: Frame, wanted: dict[str, str]) -> tuple[Floats, Floats]:
    """Return what was predicted of the later decisions, and what came: those of all actions together."""
    lots = [lot for lot in _lots(later, wanted) if lot.action in models and len(lot.frame)]
    if not lots:
        return np.zeros(0), np.zeros(0)
    predicted = [_predict(models[lot.action], lot) for lot in lots]
    return np.concatenate(predicted), np.concatenate([lot.succeeded for lot in lots])


def _predict(estimator: Estimator, lot: Lot) -> Floats:
    return evaluate_many(estimator, estimator.inputs, lot.frame.columns(estimator.inputs))


def _by_action(models: dict[str, Trees], later: Frame, wanted: dict[str, str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for lot in _lots(later, wanted):
        if lot.action in models and lot.fewer:
            scores, name = score(_predict(models[lot.action], lot), lot.succeeded), lot.action or "silence"
            found |= {f"{name}.auc": scores.auc.value, f"{name}.calibration_error": scores.calibration_error}
    return found


def _before(workspace: Workspace, later: Frame, wanted: dict[str, str]) -> tuple[str, dict[str, float]]:
    """Return the model that decides now, judged on the same decisions; it may have been trained on some of them."""
    snapshot = workspace.models.get(KIND)
    if snapshot is None or not isinstance(snapshot.body, PropensityModel):
        return "", {}
    known = snapshot.body.by_action
    lots = [lot for lot in _lots(later, wanted) if lot.action in known and len(lot.frame)]
    if not lots:
        return snapshot.version, {}
    predicted = np.concatenate([_predict(known[lot.action], lot) for lot in lots])
    return snapshot.version, metrics_of(score(predicted, np.concatenate([lot.succeeded for lot in lots])))


def _left_out(earlier: Frame, wanted: dict[str, str]) -> Iterator[str]:
    for lot in _lots(earlier, wanted):
        if lot.fewer < LEAST_OUTCOMES:
            name = lot.action or "silence"
            yield f"{name}: {lot.fewer} of the rarer outcome so far; it is left out until there are {LEAST_OUTCOMES}."


def _too_few(earlier: Frame, wanted: dict[str, str]) -> str:
    if not wanted:
        return "No action says what its success is (converted_by), so there is no propensity to learn."
    most = max((lot.fewer for lot in _lots(earlier, wanted)), default=0)
    return f"No action has enough successes and failures to learn from; the most that one has of the rarer is {most}."
