"""Periods: what a model is trained on, and the later time by which it is judged."""

import numpy as np
from numpy.typing import NDArray

from segue.learning.frames import Frame
from segue.model.assignments import AGENT, HOLDOUT
from segue.model.time import Instant
from segue.model.workspace import Workspace

Floats = NDArray[np.float64]

JUDGED = 0.25
"""The last so many of the decisions judge a model that was trained on those before."""

MOST_WEIGHT = 20.0


def in_two(frame: Frame) -> tuple[Frame, Frame]:
    """Return the decisions that were over when the later ones began, and the later ones, about a quarter."""
    if not len(frame):
        return frame, frame
    return frame.split(Instant(int(np.quantile(frame.at, 1.0 - JUDGED))))


def by_chance(probability: Floats) -> Floats | None:
    """Return weights that undo by what was known rows were chosen: 1 / probability, none above 20 times the mean.

    None where all were as likely.
    """
    if not len(probability) or np.ptp(probability) < 1e-9:
        return None
    weights = 1.0 / probability
    return np.asarray(np.minimum(weights, MOST_WEIGHT * weights.mean()))


def option_shares(frame: Frame, action: str) -> Floats:
    """Return the probability with which each decision's policy would do ``action`` on any channel ("" for silence)."""
    mine = frame.options.action == action
    counted = np.bincount(frame.options.row[mine], frame.options.probability[mine], minlength=len(frame))
    return counted.astype(np.float64)


def assigned_shares(frame: Frame, action: str, workspace: Workspace) -> Floats:
    """Return the same with the draw of the standing group in it: who is held out gets nothing, whatever is decided.

    For the agent's customers and those held out this is one experiment: nothing is done with the holdout's share, and
    else by the policy. Those of other groups have their own policy alone.
    """
    held, shares = _held_out(frame, workspace), option_shares(frame, action)
    return (1.0 - held) * shares + (0.0 if action else held)


def assigned_probability(frame: Frame, workspace: Workspace) -> Floats:
    """Return the probability of what was done, with the draw of the standing group in it: shape (n,)."""
    acted = (1.0 - _held_out(frame, workspace)) * frame.probability
    return np.where(frame.is_silent, assigned_shares(frame, "", workspace), acted)


def _held_out(frame: Frame, workspace: Workspace) -> Floats:
    """Return with which probability each decision's customer was to be held out, among those treated alike."""
    holdout = workspace.groups.get(HOLDOUT, 0.0)
    agent = max(1.0 - sum(workspace.groups.values()), 0.0)
    share = holdout / (holdout + agent) if holdout else 0.0
    return np.where(np.isin(frame.group, (AGENT, HOLDOUT)), share, 0.0)
