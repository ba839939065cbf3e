"""Regression over blocks that rows share: all decisions, all contacts, those of a channel, those of one arm.

Ridge regression and logistic regression by Newton's method. Rows of one group have the same active blocks, so a
group costs its rows times the square of its columns, however many other groups there are. Some columns may be told
their sign: where the estimate would have the other one, it is 0 (the active-set method of Lawson and Hanson, 1974).
Weights may be held as tightly as the rows say they should be (`segue.learning.long_term.shrinkage`).
"""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from segue.learning.long_term.shrinkage import Shrinkage

Floats: TypeAlias = NDArray[np.float64]

_STEPS, _ROUNDS, _HALVINGS = 30, 12, 20
_TOLERANCE = 1e-8
_LEARNING, _STILL = 30, 1e-3
"""Most rounds of learning how tightly weights are held, and how little they still move when it is over."""

NO_FAMILY = -1


class Block(Struct, frozen=True):
    """Columns that belong together.

    Attributes:
        part: which matrix of the design they multiply.
        precision: of the prior around 0, one for each column.
        sign: -1 or 1 where the weights may not have the other sign; 0 for any.
        families: of each column: weights of one family are held as tightly as they turn out to need, the precision
            being a first guess; `NO_FAMILY` for those that are held as told, as are all where none are given.
    """

    part: int
    precision: tuple[float, ...]
    sign: int = 0
    families: tuple[int, ...] = ()


class Design(Struct, frozen=True):
    """Rows and what is active in them.

    Attributes:
        parts: matrices of n rows; blocks name theirs.
        group: of each row, shape (n,).
        active: blocks that are active in the rows of each group.
    """

    parts: tuple[Floats, ...]
    group: NDArray[np.intp]
    blocks: tuple[Block, ...]
    active: tuple[tuple[int, ...], ...]


class Fitted(Struct, frozen=True):
    """Weights of each block, and their variances (Laplace's approximation)."""

    weights: list[Floats]
    variances: list[Floats]


def fit_blocks(design: Design, outcome: Floats, weight: Floats, *, is_logistic: bool) -> Fitted:
    """Return the weights that are most likely, given the priors.

    Args:
        outcome: shape (n,); 0 or 1 where the regression is logistic.
        weight: shape (n,): how much each row counts.
    """
    return _Regression(design, outcome, weight, is_logistic).fit()


class _Regression:
    def __init__(self, design: Design, outcome: Floats, weight: Floats, is_logistic: bool) -> None:
        self._design, self._is_logistic = design, is_logistic
        ends = np.cumsum([0, *(len(block.precision) for block in design.blocks)])
        self._slices = [slice(ends[i], ends[i + 1]) for i in range(len(design.blocks))]
        self._precision = np.concatenate([np.array(block.precision) for block in design.blocks])
        self._families = np.concatenate(
            [np.array(block.families or (NO_FAMILY,) * len(block.precision)) for block in design.blocks]
        )
        self._signs = np.concatenate([np.full(len(block.precision), block.sign) for block in design.blocks])
        self._groups = [
            (active, [part[rows] for part in design.parts], outcome[rows], weight[rows])
            for group, active in enumerate(design.active)
            if len(rows := np.flatnonzero(design.group == group))
        ]
        self._noise = 1.0 if is_logistic else _variance(outcome, weight)

    def fit(self) -> Fitted:
        weights, variances = self._posterior(np.zeros(len(self._precision)))
        learnt = self._families != NO_FAMILY
        shrinkage = Shrinkage(self._families[learnt], 1.0 / self._precision[learnt])
        for _ in range(_LEARNING if learnt.any() else 0):
            before = weights
            self._precision[learnt] = shrinkage.learn((weights**2 + variances)[learnt])
            weights, variances = self._posterior(weights)
            if float(np.abs(weights - before).max()) <= _STILL:
                break
        return Fitted([weights[each] for each in self._slices], [variances[each] for each in self._slices])

    def _posterior(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return the weights that are most likely with the precisions at hand, from a first guess, and variances."""
        free = np.ones(len(self._precision), dtype=bool)
        for _ in range(_ROUNDS):
            weights = self._newton(np.where(free, weights, 0.0), free)
            wrong = free & (self._signs * weights < 0.0)
            slope = self._derivatives(weights)[0]
            missed = ~free & (self._signs * slope < -_TOLERANCE * max(len(self._groups), 1))
            if wrong.any():
                free &= ~wrong
            elif missed.any():
                free |= missed
            else:
                break
        weights = np.where(self._signs * weights < 0.0, 0.0, weights)
        return weights, np.diag(np.linalg.inv(self._derivatives(weights)[1]))

    def _newton(self, weights: Floats, free: NDArray[np.bool_]) -> Floats:
        loss = self._loss(weights)
        for _ in range(_STEPS):
            slope, curvature = self._derivatives(weights)
            step = np.zeros_like(weights)
            step[free] = np.linalg.solve(curvature[np.ix_(free, free)], slope[free])
            for halving in range(_HALVINGS):
                trial = weights - step * 0.5**halving
                if (next_loss := self._loss(trial)) <= loss:
                    break
            else:
                return weights
            gain, weights, loss = loss - next_loss, trial, next_loss
            if gain <= _TOLERANCE * (1.0 + abs(loss)):
                break
        return weights

    def _loss(self, weights: Floats) -> float:
        total = 0.5 * float(self._precision @ weights**2)
        for active, parts, outcome, weight in self._groups:
            line = self._line(weights, active, parts)
            if self._is_logistic:
                total += float(weight @ (np.logaddexp(0.0, line) - outcome * line))
            else:
                total += float(weight @ (outcome - line) ** 2) / (2.0 * self._noise)
        return total

    def _derivatives(self, weights: Floats) -> tuple[Floats, Floats]:
        """Return the loss's gradient (p,) and its second derivatives (p, p)."""
        slope, curvature = self._precision * weights, np.diag(self._precision)
        for active, parts, outcome, weight in self._groups:
            line = self._line(weights, active, parts)
            if self._is_logistic:
                mean = 1.0 / (1.0 + np.exp(-np.clip(line, -500.0, 500.0)))
                error, bend = weight * (mean - outcome), weight * np.maximum(mean * (1.0 - mean), 1e-10)
            else:
                error, bend = weight * (line - outcome) / self._noise, weight / self._noise
            products = _products(parts, bend)
            slopes = [part.T @ error for part in parts]
            for i in active:
                first = self._design.blocks[i].part
                slope[self._slices[i]] += slopes[first]
                for j in active:
                    curvature[self._slices[i], self._slices[j]] += products[first][self._design.blocks[j].part]
        return slope, curvature

    def _line(self, weights: Floats, active: Sequence[int], parts: Sequence[Floats]) -> Floats:
        summed = [np.zeros(part.shape[1]) for part in parts]
        for i in active:
            summed[self._design.blocks[i].part] += weights[self._slices[i]]
        return np.asarray(sum(part @ each for part, each in zip(parts, summed, strict=True)))


def _products(parts: Sequence[Floats], bend: Floats) -> list[list[Floats]]:
    bent = [part * bend[:, None] for part in parts]
    return [[first.T @ second for second in bent] for first in parts]


def _variance(outcome: Floats, weight: Floats) -> float:
    if not len(outcome) or not weight.sum() > 0.0:
        return 1.0
    mean = np.average(outcome, weights=weight)
    return max(float(np.average((outcome - mean) ** 2, weights=weight)), 1e-9 * (1.0 + mean**2))
