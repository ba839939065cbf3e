"""The frame: decisions as columns, with what each of them led to within its own window."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from segue.learning.frames.options import Options
from segue.model.errors import SegueError
from segue.model.learning import Objective
from segue.model.time import Instant

_UNKNOWN: NDArray[Any] = np.zeros(0)
"""Stands for what a frame that was put together by hand does not tell."""


class Frame(Struct, frozen=True, eq=False, kw_only=True):
    """n decisions that had a choice, in the order of the log, and H objectives.

    Attributes:
        inputs: names of the columns of ``x``, in the order of the context; the first is the constant 1.
        x: shape (n, d), what the policy saw. 0 is what is not known.
        decision_id, customer_id, slot, group, policy: strings, shape (n,); an absorbed customer's decisions are the
            survivor's.
        at, closes_at: microseconds, int64; what happens after the one and not after the other counts.
        action, channel: what was done: both "" for silence, and for ghosts, for whom nothing was done.
        probability: with which what was done was chosen in the customer's group: 1 for ghosts.
        chosen: place of the chosen one among the row's options; for ghosts of what would have been done.
        is_ghost, is_exploration: shape (n,).
        cost: of what was done, in currency.
        options: what could be chosen.
        objectives: names of the columns of ``rewards``.
        rewards: shape (n, H), amounts before value and weight; an objective without ``of`` is 1 where it happened.
        steps: shape (n, H), that of the rewards which came before the customer's next decision of the same slot: no two
            decisions of a slot share it.
        next_at: when that next decision was, `NEVER` for none; shape (n,).
        events: names of the columns of ``happened``: what counts as success of some action.
        happened: shape (n, E), whether it happened in the window.
        withdrew_at: when the customer first withdrew consent in the window, `NEVER` where not; shape (n,).
        is_closed: the window was over when the frame was read; what is open may still bring something.
    """

    inputs: tuple[str, ...]
    x: NDArray[np.float64]
    decision_id: NDArray[Any]
    customer_id: NDArray[Any]
    at: NDArray[np.int64]
    closes_at: NDArray[np.int64]
    slot: NDArray[Any]
    group: NDArray[Any]
    policy: NDArray[Any]
    action: NDArray[Any]
    channel: NDArray[Any]
    probability: NDArray[np.float64]
    chosen: NDArray[np.int64]
    is_ghost: NDArray[np.bool_]
    is_exploration: NDArray[np.bool_]
    cost: NDArray[np.float64]
    options: Options
    objectives: tuple[str, ...]
    rewards: NDArray[np.float64]
    is_closed: NDArray[np.bool_]
    steps: NDArray[np.float64] = _UNKNOWN
    next_at: NDArray[np.int64] = _UNKNOWN
    events: tuple[str, ...] = ()
    happened: NDArray[np.bool_] = _UNKNOWN
    withdrew_at: NDArray[np.int64] = _UNKNOWN

    def __len__(self) -> int:
        return len(self.at)

    @property
    def considered(self) -> Options:
        """What each decision chose from: ``considered[i]`` is a tuple of `Option`."""
        return self.options

    @property
    def is_silent(self) -> NDArray[np.bool_]:
        """Nothing was done, shape (n,)."""
        return np.asarray(self.action == "", dtype=bool)

    def reward(self, objectives: Mapping[str, Objective], *, net_of_cost: bool = True) -> NDArray[np.float64]:
        """Return what each decision brought in currency, shape (n,): sum of amount x value x weight, less its cost.

        Args:
            objectives: what counts and how much; those that the frame does not hold count nothing.
        """
        weights = np.array([_weight(objectives.get(name)) for name in self.objectives])
        earned = self.rewards @ weights if len(weights) else np.zeros(len(self))
        return np.asarray(earned - self.cost if net_of_cost else earned)

    def succeeded(self, event: str | None) -> NDArray[np.float64]:
        """Return 1 where ``event`` happened in the decision's window, else 0: shape (n,)."""
        if event is None or event not in self.events:
            return np.zeros(len(self))
        return self.happened[:, self.events.index(event)].astype(np.float64)

    def objective(self, name: str) -> NDArray[np.float64]:
        """Return the amounts of one objective, shape (n,).

        Raises:
            SegueError: the frame has no such objective.
        """
        if name not in self.objectives:
            known = ", ".join(self.objectives) or "none"
            raise SegueError(f"There is no objective {name!r}.", f"The objectives are {known}.")
        return self.rewards[:, self.objectives.index(name)]

    def columns(self, names: tuple[str, ...]) -> NDArray[np.float64]:
        """Return the named columns of ``x``, shape (n, len(names)); of what was not read then, zeros."""
        known = {name: place for place, name in enumerate(self.inputs)}
        found = np.zeros((len(self), len(names)))
        for place, name in enumerate(names):
            if name in known:
                found[:, place] = self.x[:, known[name]]
        return found

    def take(self, which: NDArray[Any]) -> "Frame":
        """Return the decisions ``which`` (a mask, or places) selects."""
        rows = np.flatnonzero(which) if which.dtype == bool else which
        parts = {name: getattr(self, name) for name in self.__struct_fields__}
        known = {name: part for name, part in parts.items() if isinstance(part, np.ndarray) and part is not _UNKNOWN}
        taken: dict[str, Any] = {name: part[rows] for name, part in known.items()}
        return structs.replace(self, **taken, options=self.options.take(rows))

    def split(self, at: Instant) -> tuple["Frame", "Frame"]:
        """Return what can be trained on at ``at``, and the decisions from then on.

        The earlier part holds decisions whose windows were over by then: what was not known yet teaches nothing.
        """
        return self.take(self.closes_at <= at), self.take(self.at >= at)

    def closed_weights(self) -> NDArray[np.float64]:
        """Return how much each decision counts for those whose windows are still open to be left out, shape (n,).

        Those with long windows are open more often, so the closed ones of them count for more: by the inverse of the
        share that is closed among decisions of that length, open ones 0 (inverse probability of censoring weights;
        Robins and Rotnitzky 1992). The censoring is by the calendar alone, so the length is all it depends on.
        """
        weights = np.zeros(len(self))
        lengths = self.closes_at - self.at
        for length in np.unique(lengths):
            same = lengths == length
            closed = same & self.is_closed
            if closed.any():
                weights[closed] = same.sum() / closed.sum()
        return weights


def _weight(objective: Objective | None) -> float:
    return objective.value * objective.weight if objective is not None else 0.0
