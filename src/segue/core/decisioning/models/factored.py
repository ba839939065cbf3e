"""The factored Gaussian model: ``eta_a(x) = x.w_shared [+ sum over the arm's blocks of scale_b x.w_b]``.

Silence is the arm without the bracket, so that the bracket *is* the uplift: propensity, uplift and bandit are one
model, and a new action on a known channel starts with what the channel has taught. Each block is one Gaussian (mean and
covariance of its weights); a lesson updates the active ones and leaves cross-covariances out (assumed density
filtering), so cost adds over channels and actions and never multiplies.

Identity heads are Bayesian linear regression in units of their noise, so that all of them share one covariance. A logit
head's curvature depends on its own mean: it has a covariance of its own, and each lesson is the mode of the
one-dimensional problem along x (online Laplace).

Outcomes come late. A lesson is booked with what is known, mostly 0, and corrected: ``mean += covariance x amount``,
with the covariance of then. For an identity head and one block that is exact: the same as batch ridge regression on
the corrected outcomes. For a logit head it is solved along x with everything else fixed.
"""

from math import exp, log1p

import numpy as np
from msgspec import Struct, msgpack, structs
from numpy.typing import ArrayLike, NDArray

from segue.core.decisioning.models.beliefs import Beliefs, Factored, Panel, families
from segue.core.decisioning.models.shape import SHARED, SILENCE, Arm, Head, Prior, Shape

__all__ = ["SILENCE", "Arm", "Beliefs", "Factored", "FactoredLearner", "Head", "Lesson", "Panel", "Prior", "Shape"]

Floats = NDArray[np.float64]
NEWTON_STEPS = 8
SHARE_STEPS = 4
LEAST_CURVATURE = 1e-4


class Lesson(Struct, frozen=True, array_like=True):
    """One decision as it was learnt; what a late correction needs to know of it.

    Attributes:
        x: the inputs.
        arm: what was chosen.
        amounts: (H,) what has been booked for it so far.
        expected: (H,) linear predictors before it was learnt.
        faded: the learner's forgetting at that time.
    """

    x: tuple[float, ...]
    arm: Arm
    amounts: tuple[float, ...]
    expected: tuple[float, ...]
    spread: float
    faded: float


class _State(Struct, array_like=True):
    shape: Shape
    prior: Prior
    names: list[str]
    means: bytes
    covariances: bytes
    counts: bytes
    squares: bytes
    weight: float
    faded: float
    lessons: int


class FactoredLearner:
    """Learns a factored model, one decision at a time; deterministic: the same calls give the same bytes."""

    def __init__(self, shape: Shape, prior: Prior | None = None) -> None:
        self.shape = shape
        self.prior = prior or Prior()
        self.lessons = 0
        self._families = families(shape)
        self._logits = [h for h, head in enumerate(shape.heads) if head.link == "logit"]
        self._lines = [h for h, head in enumerate(shape.heads) if head.link == "identity"]
        self._rows: dict[str, int] = {}
        size, heads = len(shape.inputs), len(shape.heads)
        self._means = np.zeros((0, heads, size))
        self._covariances = np.zeros((int(self._families.max()) + 1, 0, size, size))
        self._counts = np.zeros(0)
        self._squares = np.ones(heads)
        self._weight = 1.0
        self._faded = 0.0
        self._is_lent = False
        self._add([SHARED])

    def observe(self, x: ArrayLike, arm: Arm, amounts: ArrayLike | None = None) -> Lesson:
        """Learn that ``arm`` was chosen for ``x`` (d,), with ``amounts`` (H,) known at once: 0 where left out."""
        self._own()
        v = np.asarray(x, dtype=np.float64)
        booked = np.zeros(len(self.shape.heads)) if amounts is None else np.array(amounts, dtype=np.float64)
        rows, scales = self._active(arm)
        expected = np.einsum("b,bhd,d->h", scales, self._means[rows], v)
        total = 0.0
        if self._lines:
            moved, shares = self._moved(0, rows, scales, v)
            total = float(shares.sum())
            residuals = booked[self._lines] - expected[self._lines]
            self._squares[self._lines] += residuals**2 / (1.0 + total)
            self._shift(rows, self._lines, moved, residuals / (1.0 + total))
            self._narrow(0, rows, moved, 1.0 / (1.0 + total))
        for h in self._logits:
            family = int(self._families[h])
            moved, shares = self._moved(family, rows, scales, v)
            spread, start = float(shares.sum()), float(expected[h])
            end = _mode(start, spread, min(max(float(booked[h]), 0.0), 1.0))
            chance = _chance(end)
            self._shift(rows, [h], moved, np.array([(end - start) / spread]))
            curvature = max(chance * (1.0 - chance), LEAST_CURVATURE)
            self._narrow(family, rows, moved, 1.0 / (1.0 / curvature + spread))
        self._counts[rows] += 1.0
        self._weight += 1.0
        self.lessons += 1
        return Lesson(tuple(v.tolist()), arm, tuple(booked.tolist()), tuple(expected.tolist()), total, self._faded)

    def correct(self, lesson: Lesson, amounts: ArrayLike) -> Lesson:
        """Add ``amounts`` (H,), what has come since, to a lesson; return the lesson as it stands then.

        A refund is an amount below 0. Correct the lesson that is returned the next time.
        """
        self._own()
        more = np.asarray(amounts, dtype=np.float64)
        v = np.array(lesson.x)
        rows, scales = self._active(lesson.arm)
        weight = exp(lesson.faded - self._faded)
        if self._lines and np.any(more[self._lines]):
            moved, shares = self._moved(0, rows, scales, v)
            steps = moved / _without_own(shares, 1.0 / weight)[:, None]
            self._shift(rows, self._lines, steps, more[self._lines])
            self._square(lesson, more, weight)
        for h in self._logits:
            if more[h]:
                self._correct_logit(h, rows, scales, v, _clipped_step(lesson.amounts[h], float(more[h])), weight)
        return structs.replace(lesson, amounts=tuple((np.array(lesson.amounts) + more).tolist()))

    def forget(self, share: float) -> None:
        """Let everything learnt so far count ``share`` less (0 to below 1): beliefs widen towards the prior.

        The discount is on information, as if each lesson had been weighed by ``1 - share``; for one block that is
        exactly weighted ridge regression.
        """
        if not 0.0 < share < 1.0:
            return
        self._own()
        keep = 1.0 - share
        for family in range(len(self._covariances)):
            information = np.linalg.inv(self._covariances[family])
            widened = keep * information
            for name, row in self._rows.items():
                widened[row][np.diag_indices(len(self.shape.inputs))] += share / self._prior_of(name)
            covariances = np.linalg.inv(widened)
            covariances = (covariances + covariances.transpose(0, 2, 1)) / 2.0
            for h in np.flatnonzero(self._families == family):
                held = np.einsum("bij,bj->bi", information, self._means[:, h])
                self._means[:, h] = keep * np.einsum("bij,bj->bi", covariances, held)
            self._covariances[family] = covariances
        self._counts *= keep
        self._squares *= keep
        self._weight *= keep
        self._faded -= log1p(-share)

    def publish(self) -> Factored:
        """Return what is known now, immutable. Costs nothing; the next lesson copies."""
        self._is_lent = True
        noise = np.sqrt(self._squares / self._weight)
        noise[self._logits] = 1.0
        return Factored(
            self.shape,
            self.prior,
            dict(self._rows),
            self._means,
            self._covariances,
            self._counts,
            noise,
            self.lessons,
        )

    def pack(self) -> bytes:
        """Return the whole state; ``unpack`` of it behaves the same to the last bit."""
        return msgpack.encode(
            _State(
                self.shape,
                self.prior,
                list(self._rows),
                self._means.astype("<f8").tobytes(),
                self._covariances.astype("<f8").tobytes(),
                self._counts.astype("<f8").tobytes(),
                self._squares.astype("<f8").tobytes(),
                self._weight,
                self._faded,
                self.lessons,
            )
        )

    @classmethod
    def unpack(cls, packed: bytes) -> "FactoredLearner":
        """Return the learner that ``pack`` wrote."""
        state = msgpack.decode(packed, type=_State)
        learner = cls(state.shape, state.prior)
        blocks, size, heads = len(state.names), len(state.shape.inputs), len(state.shape.heads)
        learner._rows = {name: row for row, name in enumerate(state.names)}
        learner._means = _floats(state.means, (blocks, heads, size))
        learner._covariances = _floats(state.covariances, (-1, blocks, size, size))
        learner._counts = _floats(state.counts, (blocks,))
        learner._squares = _floats(state.squares, (heads,))
        learner._weight, learner._faded, learner.lessons = state.weight, state.faded, state.lessons
        return learner

    def reshape(self, shape: Shape) -> "FactoredLearner":
        """Return a learner of another shape that knows what this one knows of common inputs, heads and all blocks.

        Inputs that go are integrated out; new ones start at the prior. A head with another link is a new head.
        """
        other = FactoredLearner(shape, self.prior)
        other._add([name for name in self._rows if name != SHARED])
        pairs = [(i, self.shape.inputs.index(name)) for i, name in enumerate(shape.inputs) if name in self.shape.inputs]
        new = np.array([i for i, _ in pairs], dtype=np.intp)
        old = np.array([i for _, i in pairs], dtype=np.intp)
        for h, head in enumerate(shape.heads):
            if head not in self.shape.heads:
                continue
            was = self.shape.heads.index(head)
            family, source = int(other._families[h]), int(self._families[was])
            other._covariances[family][:, new[:, None], new] = self._covariances[source][:, old[:, None], old]
            other._means[:, h, new] = self._means[:, was, old]
            other._squares[h] = self._squares[was]
        other._counts[:] = self._counts
        other._weight, other._faded, other.lessons = self._weight, self._faded, self.lessons
        return other

    def _active(self, arm: Arm) -> tuple[NDArray[np.intp], Floats]:
        new = [name for name, _ in arm if name not in self._rows]
        if new:
            self._add(list(dict.fromkeys(new)))
        rows = np.array([0, *(self._rows[name] for name, _ in arm)], dtype=np.intp)
        return rows, np.array([1.0, *(scale for _, scale in arm)])

    def _add(self, names: list[str]) -> None:
        families_, _, size, _ = self._covariances.shape
        fresh = np.zeros((families_, len(names), size, size))
        for index, name in enumerate(names):
            self._rows[name] = len(self._rows)
            fresh[:, index, np.arange(size), np.arange(size)] = self._prior_of(name)
        self._covariances = np.concatenate((self._covariances, fresh), axis=1)
        self._means = np.concatenate((self._means, np.zeros((len(names), *self._means.shape[1:]))))
        self._counts = np.concatenate((self._counts, np.zeros(len(names))))

    def _prior_of(self, name: str) -> Floats:
        variances = np.full(len(self.shape.inputs), self.prior.variance(name))
        if name == SHARED:
            variances[0] = self.prior.base**2
        return variances

    def _own(self) -> None:
        if self._is_lent:
            self._means, self._covariances = self._means.copy(), self._covariances.copy()
            self._counts = self._counts.copy()
            self._is_lent = False

    def _moved(self, family: int, rows: NDArray[np.intp], scales: Floats, x: Floats) -> tuple[Floats, Floats]:
        moved = (self._covariances[family][rows] @ x) * scales[:, None]
        return moved, (moved @ x) * scales

    def _shift(self, rows: NDArray[np.intp], heads: list[int], moved: Floats, steps: Floats) -> None:
        for h, step in zip(heads, steps.tolist(), strict=True):
            self._means[rows, h] += moved * step

    def _narrow(self, family: int, rows: NDArray[np.intp], moved: Floats, factor: float) -> None:
        root = moved * np.sqrt(factor)
        self._covariances[family][rows] -= root[:, :, None] * root[:, None, :]

    def _correct_logit(
        self, h: int, rows: NDArray[np.intp], scales: Floats, x: Floats, step: float, weight: float
    ) -> None:
        family = int(self._families[h])
        moved, shares = self._moved(family, rows, scales, x)
        start = float(np.einsum("b,bd,d->", scales, self._means[rows, h], x))
        chance = _chance(start)
        curvature = max(chance * (1.0 - chance), LEAST_CURVATURE) * weight
        without = _without_own(shares, 1.0 / curvature) * curvature
        first_order = float((shares / without).sum())
        cavity = first_order / max(1.0 - first_order * curvature, 1e-9)
        end = _mode(start, cavity * weight, step + chance)
        self._shift(rows, [h], moved / without[:, None], np.array([(end - start) / first_order]))

    def _square(self, lesson: Lesson, more: Floats, weight: float) -> None:
        before = (np.array(lesson.amounts) - np.array(lesson.expected))[self._lines]
        after = before + more[self._lines]
        self._squares[self._lines] += (after**2 - before**2) * weight / (1.0 + lesson.spread)


def _without_own(shares: Floats, noise: float) -> Floats:
    """Return, for each block, the variance of everything along x but the block's own before the lesson.

    ``shares`` are the blocks' variances along x after it: ``after = before (1 - before / total)``, solved by iteration.
    For a single block this is the noise.
    """
    total = noise + float(shares.sum())
    without = total - shares
    for _ in range(SHARE_STEPS):
        before = shares * total / without
        total = noise + float(before.sum())
        without = total - before
    return without


def _mode(start: float, spread: float, outcome: float) -> float:
    """Return the mode of a logistic likelihood times N(start, spread), by Newton's method kept inside its bracket."""
    low, high = sorted((start + spread * (outcome - 1.0), start + spread * outcome))
    at = start
    for _ in range(NEWTON_STEPS):
        chance = _chance(at)
        gradient = outcome - chance - (at - start) / spread
        step = gradient / (chance * (1.0 - chance) + 1.0 / spread)
        at = min(max(at + step, low), high)
        if abs(step) < 1e-9:
            break
    return at


def _chance(linear: float) -> float:
    if linear >= 0.0:
        return 1.0 / (1.0 + exp(-min(linear, 700.0)))
    tail = exp(max(linear, -700.0))
    return tail / (1.0 + tail)


def _clipped_step(booked: float, more: float) -> float:
    return min(max(booked + more, 0.0), 1.0) - min(max(booked, 0.0), 1.0)


def _floats(packed: bytes, shape: tuple[int, ...]) -> Floats:
    return np.frombuffer(packed, dtype="<f8").reshape(shape).astype(np.float64)
