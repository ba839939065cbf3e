"""A log of decisions with the probabilities they were drawn with, as arrays; and policies to evaluate on it."""

from typing import Any, TypeAlias

import numpy as np
from msgspec import Struct

from segue.model.errors import SegueError

Array: TypeAlias = np.ndarray[Any, Any]

Target: TypeAlias = Array
"""(n, K): the probability with which a policy would take each action at each logged decision; rows sum to 1."""

_TOLERANCE = 1e-6


class LoggedBandit(Struct, frozen=True, eq=False, kw_only=True):
    """n logged decisions among K actions. Rows are in order of time.

    Attributes:
        actions: the K names.
        x: (n, d) the context, without a constant; d may be 0.
        action: (n,) index of the action taken.
        probability: (n,) with which it was taken, in (0, 1].
        reward: (n,) what came of it.
        eligible: (n, K) whether the action could be taken at all; None for all.
        logging: (n, K) all of the logged probabilities; None where only the taken action's is known. Needed only to
            find actions that a policy would take where the log never could.
        unit: (n,) whose decision it was. Decisions of one unit depend on each other, so intervals count units.
    """

    actions: tuple[str, ...]
    x: Array
    action: Array
    probability: Array
    reward: Array
    eligible: Array | None = None
    logging: Array | None = None
    unit: Array | None = None

    def __len__(self) -> int:
        return len(self.action)

    def weights(self, target: Target) -> Array:
        """Return (n,) how much more often ``target`` takes the logged actions than the log did."""
        return np.asarray(target[np.arange(len(self)), self.action] / self.probability)


def checked(log: LoggedBandit) -> LoggedBandit:
    """Return ``log`` as it is.

    Raises:
        SegueError: it is empty, arrays differ in length, or a probability is not one.
    """
    count, size = len(log), len(log.actions)
    if not count:
        raise SegueError("There are no decisions to evaluate on.", "Choose a longer period, or another log.")
    lengths = {len(log.x), len(log.probability), len(log.reward), *(len(each) for each in _optional(log))}
    if lengths != {count}:
        raise SegueError("The log's columns differ in length.", "Give one value for each decision in each of them.")
    if log.action.min() < 0 or log.action.max() >= size:
        raise SegueError(f"An action's index is outside 0 to {size - 1}.", "Number actions as `actions` names them.")
    wrong = ~((log.probability > 0.0) & (log.probability <= 1.0 + _TOLERANCE))
    if wrong.any():
        where = int(np.flatnonzero(wrong)[0])
        first = f"first {log.probability[where]} in row {where}"
        reason = f"{int(wrong.sum()):,} action probabilities are not in (0, 1], {first}."
        raise SegueError(reason, "Log the probability with which each action was drawn; guesses make estimates wrong.")
    if not (np.isfinite(log.reward).all() and np.isfinite(log.x).all()):
        raise SegueError("A reward or a value of the context is missing or infinite.", "Fill it, or leave the row out.")
    return log


def checked_target(log: LoggedBandit, target: Target) -> Target:
    """Return ``target`` as it is.

    Raises:
        SegueError: its shape is another than the log's, a row does not sum to 1, or it takes what is not eligible.
    """
    if target.shape != (len(log), len(log.actions)):
        reason = (
            f"The policy gives {target.shape} probabilities for {len(log)} decisions among {len(log.actions)} actions."
        )
        raise SegueError(reason, "Give one row for each decision and one column for each action.")
    sums = target.sum(axis=1)
    if not (np.abs(sums - 1.0) < 1e-4).all() or (target < 0.0).any():
        where = int(np.argmax(np.abs(sums - 1.0)))
        reason = f"The policy's probabilities are no distribution: in row {where} they sum to {sums[where]:.4f}."
        raise SegueError(reason, "Each row has to sum to 1, with nothing below 0.")
    if log.eligible is not None and (target[~log.eligible] > _TOLERANCE).any():
        raise SegueError("The policy takes actions that were not eligible.", "Give them probability 0.")
    return target


def uniform(log: LoggedBandit) -> Target:
    """Return the policy that takes every eligible action equally often."""
    open_to = np.ones((len(log), len(log.actions))) if log.eligible is None else log.eligible.astype(float)
    return np.asarray(open_to / open_to.sum(axis=1, keepdims=True))


def fixed(log: LoggedBandit, action: int) -> Target:
    """Return the policy that always takes ``action``; where it is not eligible, all that are, equally often."""
    target = np.zeros((len(log), len(log.actions)))
    target[:, action] = 1.0
    if log.eligible is not None:
        closed = ~log.eligible[:, action]
        target[closed] = uniform(log)[closed]
    return target


def _optional(log: LoggedBandit) -> list[Array]:
    return [each for each in (log.eligible, log.logging, log.unit) if each is not None]
