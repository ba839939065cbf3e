"""The factored Gaussian model: ``eta_a(x) = x.w_shared [+ sum over the arm's blocks of scale_b x.w_b]``.

Silence is the arm without the bracket, so that the bracket *is* the uplift: propensity, uplift and bandit are one
model, and a new action on a known channel starts with what the channel has taught. Each block is one Gaussian (mean and
covariance of its weights); a lesson updates the active ones and leaves cross-covariances out (assumed density
filtering), so that cost adds over channels and actions and never multiplies: a joint covariance would grow with the
square of the number of blocks.

Identity heads are Bayesian linear regression in units of their noise, so that all of them share one covariance. A logit
head's curvature depends on its own mean: it has a covariance of its own, and each lesson matches moments along x
(`logistic`). A logit head is about whether something happened: any amount above 0 is "yes".

Outcomes come late. A lesson is booked with what is known, mostly 0, and corrected when more is: the lesson as it was
is taken out and put in anew, with the covariance of now. For an identity head this is ``mean += covariance x amount``:
with one block the same as batch ridge regression on the corrected outcomes, and with several, if it is the latest
lesson, the same as if it had been known at once; for a logit head that holds as well.
"""

from math import exp, log1p

import numpy as np
from msgspec import Struct, msgpack
from numpy.typing import ArrayLike, NDArray

from segue.core.decisioning.models.beliefs import Beliefs, Factored, Panel, families
from segue.core.decisioning.models.blocks import Active, Blocks, cavity
from segue.core.decisioning.models.logistic import Site, added, match
from segue.core.decisioning.models.shape import SHARED, SILENCE, Arm, Head, Prior, Shape

__all__ = ["SILENCE", "Arm", "Beliefs", "Factored", "FactoredLearner", "Head", "Lesson", "Panel", "Prior", "Shape"]

Floats = NDArray[np.float64]


class Lesson(Struct, frozen=True, array_like=True):
    """One decision as it was learnt: what a late correction needs to know of it.

    Attributes:
        x: (d,) the inputs.
        arm: what was chosen.
        amounts: (H,) what has been booked for it so far.
        expected: (H,) linear predictors before it was learnt.
        sites: for each logit head, what it added along x.
        total: variance along x before it was learnt, the noise among it, of identity heads.
        faded: the learner's forgetting at that time.
    """

    x: tuple[float, ...]
    arm: Arm
    amounts: tuple[float, ...]
    expected: tuple[float, ...]
    sites: tuple[Site, ...]
    total: float
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
    """Learns a factored model, one decision at a time; deterministic: the same calls give the same bytes.

    Attributes:
        lessons: how many decisions it has learnt from.
    """

    def __init__(self, shape: Shape, prior: Prior | None = None) -> None:
        self.shape = shape
        self.lessons = 0
        self._families = families(shape).tolist()
        self._blocks = Blocks(prior or Prior(), len(shape.inputs), len(shape.heads), max(self._families) + 1)
        self._logits = [h for h, head in enumerate(shape.heads) if head.link == "logit"]
        self._lines = [h for h, head in enumerate(shape.heads) if head.link == "identity"]
        self._squares = np.ones(len(shape.heads))
        self._weight = 1.0
        self._faded = 0.0

    @property
    def prior(self) -> Prior:
        """What was believed of weights before any evidence."""
        return self._blocks.prior

    def observe(self, x: ArrayLike, arm: Arm, amounts: ArrayLike | None = None) -> Lesson:
        """Learn that ``arm`` was chosen for ``x`` (d,), with ``amounts`` (H,) that are known at once, or none."""
        self._blocks.own()
        v = np.asarray(x, dtype=np.float64)
        booked = np.zeros(len(self.shape.heads)) if amounts is None else np.array(amounts, dtype=np.float64)
        active = self._blocks.active(arm)
        expected = self._blocks.expected(active, v)
        total = self._learn_amounts(active, v, (booked - expected)[self._lines]) if self._lines else 1.0
        sites = self._learn_bits(active, v, expected, booked) if self._logits else ()
        self._blocks.counts[active.rows] += 1.0
        self._weight += 1.0
        self.lessons += 1
        known = tuple(v.tolist()), arm, tuple(booked.tolist()), tuple(expected.tolist())
        return Lesson(*known, sites, total, self._faded)

    def correct(self, lesson: Lesson, amounts: ArrayLike) -> Lesson:
        """Add ``amounts`` (H,), what has become known since, to a lesson; return the lesson as it stands then.

        A refund is an amount below 0. The next correction needs the lesson that is returned.
        """
        more = np.asarray(amounts, dtype=np.float64)
        if not more.any():
            return lesson
        self._blocks.own()
        v = np.array(lesson.x)
        active = self._blocks.active(lesson.arm)
        weight = exp(lesson.faded - self._faded)
        before = np.array(lesson.amounts)
        after = before + more
        if more[self._lines].any():
            self._correct_amounts(active, v, lesson, more, weight)
        sites = list(lesson.sites)
        for place, h in enumerate(self._logits):
            if (happened := bool(after[h] > 0.0)) != (before[h] > 0.0):
                sites[place] = self._correct_bit(h, active, v, sites[place], happened, weight)
        known = lesson.x, lesson.arm, tuple(after.tolist()), lesson.expected
        return Lesson(*known, tuple(sites), lesson.total, lesson.faded)

    def forget(self, share: float) -> None:
        """Let everything learnt so far count ``share`` less (0 to below 1): beliefs widen towards the prior.

        The discount is on information, as if each lesson had been weighed by ``1 - share``; for one block that is
        exactly weighted ridge regression.
        """
        if not 0.0 < share < 1.0:
            return
        self._blocks.own()
        keep = 1.0 - share
        users = [[h for h, own in enumerate(self._families) if own == each] for each in range(max(self._families) + 1)]
        self._blocks.forget(users, keep)
        self._squares *= keep
        self._weight *= keep
        self._faded -= log1p(-share)

    def publish(self) -> Factored:
        """Return what is known now, immutable. Costs nothing; the next lesson copies."""
        blocks = self._blocks
        blocks.lend()
        noise = np.sqrt(self._squares / self._weight)
        noise[self._logits] = 1.0
        known = blocks.means, tuple(blocks.spreads), blocks.counts
        return Factored(self.shape, self.prior, dict(blocks.rows), *known, noise, self.lessons)

    def pack(self) -> bytes:
        """Return the whole state; ``unpack`` of it behaves the same to the last bit."""
        blocks = self._blocks
        state = _State(
            self.shape,
            self.prior,
            list(blocks.rows),
            _packed(blocks.means),
            _packed(blocks.covariances),
            _packed(blocks.counts),
            _packed(self._squares),
            self._weight,
            self._faded,
            self.lessons,
        )
        return msgpack.encode(state)

    @classmethod
    def unpack(cls, packed: bytes) -> "FactoredLearner":
        """Return the learner that ``pack`` wrote."""
        state = msgpack.decode(packed, type=_State)
        learner = cls(state.shape, state.prior)
        size, heads = len(state.shape.inputs), len(state.shape.heads)
        blocks = learner._blocks
        blocks.add([name for name in state.names if name != SHARED])
        blocks.means = _floats(state.means).reshape(-1, heads, size)
        blocks.covariances = _floats(state.covariances).reshape(-1, len(state.names), size, size)
        blocks.counts, learner._squares = _floats(state.counts), _floats(state.squares)
        learner._weight, learner._faded, learner.lessons = state.weight, state.faded, state.lessons
        return learner

    def reshape(self, shape: Shape) -> "FactoredLearner":
        """Return a learner of another shape that knows what this one knows of common inputs, heads and all blocks.

        Inputs that go are integrated out; new ones start at the prior. A head with another link is a new head. Lessons
        of this one do not fit the other.
        """
        other = FactoredLearner(shape, self.prior)
        mine, its = self._blocks, other._blocks
        its.add([name for name in mine.rows if name != SHARED])
        common = [name for name in shape.inputs if name in self.shape.inputs]
        new = np.array([shape.inputs.index(name) for name in common], dtype=np.intp)
        old = np.array([self.shape.inputs.index(name) for name in common], dtype=np.intp)
        covariances = its.covariances
        for h, head in enumerate(shape.heads):
            if head not in self.shape.heads:
                continue
            was = self.shape.heads.index(head)
            source = mine.covariances[self._families[was]]
            covariances[other._families[h]][:, new[:, None], new] = source[:, old[:, None], old]
            its.means[:, h, new] = mine.means[:, was, old]
            other._squares[h] = self._squares[was]
        its.covariances = covariances
        its.counts[:] = mine.counts
        other._weight, other._faded, other.lessons = self._weight, self._faded, self.lessons
        return other

    def _learn_amounts(self, active: Active, x: Floats, residuals: Floats) -> float:
        line = self._blocks.along(0, active, x)
        total = 1.0 + float(line.shares.sum())
        self._blocks.shift(active, self._lines, line, residuals / total)
        self._blocks.narrow(0, active, line, 1.0 / total)
        self._squares[self._lines] += residuals**2 / total
        return total

    def _learn_bits(self, active: Active, x: Floats, expected: Floats, booked: Floats) -> tuple[Site, ...]:
        """Learn what happened of all logit heads at once; their families follow one another."""
        first = self._families[self._logits[0]]
        lines = self._blocks.along_each(first, active, x)
        sites: list[Site] = []
        steps: list[float] = []
        narrowings: list[float] = []
        for h, variance in zip(self._logits, lines.shares.sum(axis=1).tolist(), strict=True):
            mean = float(expected[h])
            site = match(mean, variance, bool(booked[h] > 0.0))
            after, narrowing = added(mean, variance, site, 1.0)
            sites.append(site)
            steps.append((after - mean) / variance)
            narrowings.append(narrowing)
        self._blocks.shift_each(active, self._logits, lines, np.array(steps))
        self._blocks.narrow_each(first, active, lines, narrowings)
        return tuple(sites)

    def _correct_amounts(self, active: Active, x: Floats, lesson: Lesson, more: Floats, weight: float) -> None:
        line, total = cavity(self._blocks.along(0, active, x), 1.0 / weight)
        self._blocks.shift(active, self._lines, line, more[self._lines] / total)
        before = (np.array(lesson.amounts) - np.array(lesson.expected))[self._lines]
        self._squares[self._lines] += ((before + more[self._lines]) ** 2 - before**2) * (weight / lesson.total)

    def _correct_bit(self, h: int, active: Active, x: Floats, site: Site, happened: bool, weight: float) -> Site:
        """Take ``site`` out and put that of ``happened`` in; both count ``weight``, by forgetting."""
        family = self._families[h]
        precision, pull = site.precision * weight, site.pull * weight
        line, total = cavity(self._blocks.along(family, active, x), 1.0 / precision)
        variance = float(line.shares.sum())
        now = float(self._blocks.expected(active, x)[h])
        without = now + variance * (precision * now - pull)
        new = match(without, variance, happened)
        after, narrowing = added(without, variance, new, weight)
        self._blocks.shift(active, [h], line, np.array([(after - now) / variance]))
        self._blocks.narrow(family, active, line, narrowing - 1.0 / total)
        return new


def _packed(array: Floats) -> bytes:
    return array.astype("<f8").tobytes()


def _floats(packed: bytes) -> Floats:
    return np.frombuffer(packed, dtype="<f8").astype(np.float64)
