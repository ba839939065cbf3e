"""What is believed of arms for one customer: a published factored model, immutable, and its fast path."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segue.core.decisioning.models.shape import SHARED, Arm, Prior, Shape

Floats = NDArray[np.float64]
WHOLE = 1.0


class Beliefs(NamedTuple):
    """Of K arms and H heads, on the scale of outcomes (amounts; probabilities for a logit head).

    ``effects`` are against silence: what they share with it, the baseline, is not in them, and their variances leave
    its uncertainty out. Draws belong on effects: on ``means`` each arm would carry the baseline's uncertainty once
    more, as if it were its own, and silence's could never be 0.

    Attributes:
        means: (K, H) expected outcome, baseline included. A logit head's is at the mean of the log-odds.
        variances: (K, H) of ``means``; for a logit head by its slope.
        effects: (K, H) means less what silence would bring.
        effect_variances: (K, H) of ``effects``; exactly 0 for silence.
        evidence: (K,) lessons of the least known of the arm's whole blocks (scale 1); all lessons for silence.
    """

    means: Floats
    variances: Floats
    effects: Floats
    effect_variances: Floats
    evidence: Floats

    def worths(self, weights: ArrayLike) -> Floats:
        """Return (K,) what each arm adds to silence, with ``weights`` (H,) the worth of one unit of each outcome."""
        worths: Floats = self.effects @ np.asarray(weights, dtype=np.float64)
        return worths

    def spreads(self, weights: ArrayLike) -> Floats:
        """Return (K,) the standard deviation of ``worths``, heads taken as independent; 0 for silence."""
        squares: Floats = self.effect_variances @ np.asarray(weights, dtype=np.float64) ** 2
        return np.sqrt(np.maximum(squares, 0.0))


class Panel:
    """A set of arms prepared for many customers: everything that does not depend on x, worked out once."""

    __slots__ = ("_model", "_rows", "_scales", "_squares", "_unknown", "arms", "evidence")

    def __init__(self, model: "Factored", arms: Sequence[Arm]) -> None:
        self.arms = tuple(arms)
        self._model = model
        names = {SHARED: 0}
        for arm in self.arms:
            for name, _ in arm:
                if name in model.rows:
                    names.setdefault(name, len(names))
        self._rows: NDArray[np.intp] | slice = np.array([model.rows[name] for name in names], dtype=np.intp)
        self._scales = np.zeros((len(self.arms), len(names)))
        self._unknown = np.zeros(len(self.arms))
        self.evidence = np.empty(len(self.arms))
        counts = model.counts
        for index, arm in enumerate(self.arms):
            least = float(counts[model.rows[SHARED]])
            for name, scale in arm:
                if (column := names.get(name)) is not None:
                    self._scales[index, column] += scale
                    known = float(counts[model.rows[name]])
                else:
                    self._unknown[index] += scale * scale * model.prior.variance(name)
                    known = 0.0
                if scale == WHOLE and known < least:
                    least = known
            self.evidence[index] = least
        self._scales[:, 0] = 0.0
        self._squares = self._scales**2
        if len(names) == len(model.rows) and (self._rows == np.arange(len(names))).all():
            self._rows = slice(None)

    def means(self, x: ArrayLike) -> Floats:
        """Return expected outcomes (K, H) only: all that inverse-gap weighting needs, at half the price."""
        model = self._model
        scores = model.means[self._rows] @ np.asarray(x, dtype=np.float64)
        return model.outcomes(scores[0] + self._scales @ scores)

    def believe(self, x: ArrayLike) -> Beliefs:
        """Return the beliefs about every arm for the customer that ``x`` (d,) describes."""
        model = self._model
        v = np.asarray(x, dtype=np.float64)
        scores = model.means[self._rows] @ v
        spreads = (model.covariances[:, self._rows] @ v) @ v
        logits = scores[0] + self._scales @ scores
        means = model.outcomes(logits)
        slopes = model.slopes(means)
        bracket = (self._squares @ spreads.T + np.outer(self._unknown, np.full(len(spreads), v @ v)))[:, model.families]
        shared = spreads[:, 0][model.families]
        return Beliefs(
            means=means,
            variances=slopes * (bracket + shared),
            effects=means - model.outcomes(scores[0]),
            effect_variances=slopes * bracket,
            evidence=self.evidence,
        )


class Factored:
    """A factored model as published: it never changes. ``core.decisioning.models.factored`` says what it is.

    Attributes:
        lessons: how many decisions it has learnt from.
        noise: (H,) standard deviation of an outcome around what was expected; 1 for a logit head.
    """

    def __init__(
        self,
        shape: Shape,
        prior: Prior,
        rows: Mapping[str, int],
        means: Floats,
        covariances: Floats,
        counts: Floats,
        noise: Floats,
        lessons: int,
    ) -> None:
        self.shape, self.prior, self.rows, self.lessons, self.noise = shape, prior, rows, lessons, noise
        self.means, self.covariances, self.counts = means, covariances, counts
        links = [head.link for head in shape.heads]
        self.families = families(shape)
        self._logits = np.flatnonzero([link == "logit" for link in links])
        self._all_logit = len(self._logits) == len(links)

    def panel(self, arms: Sequence[Arm]) -> Panel:
        """Return ``arms`` prepared, for asking about many customers."""
        return Panel(self, arms)

    def believe(self, x: ArrayLike, arms: Sequence[Arm]) -> Beliefs:
        """Return the beliefs about ``arms`` for the customer that ``x`` (d,) describes."""
        return Panel(self, arms).believe(x)

    def scale(self, weights: ArrayLike) -> float:
        """Return the standard deviation of one decision's worth: what gaps between worths are measured by."""
        return float(np.linalg.norm(np.asarray(weights, dtype=np.float64) * self.noise)) or 1.0

    def outcomes(self, linear: Floats) -> Floats:
        """Return linear predictors (..., H) on the scale of outcomes."""
        if len(self._logits):
            linear = linear.copy()
            linear[..., self._logits] = expit(linear[..., self._logits])
        return linear

    def slopes(self, means: Floats) -> Floats:
        """Return by what a predictor's variance is multiplied to be an outcome's, at ``means`` (..., H)."""
        squares = np.broadcast_to(self.noise**2, means.shape).copy()
        if len(self._logits):
            chances = means[..., self._logits]
            squares[..., self._logits] = (chances * (1.0 - chances)) ** 2
        return squares


def families(shape: Shape) -> NDArray[np.intp]:
    """Return which covariance each head uses: identity heads share the first, every logit head has its own."""
    is_logit = np.array([head.link == "logit" for head in shape.heads])
    first = 0 if is_logit.all() else 1
    numbers: NDArray[np.intp] = np.where(is_logit, np.cumsum(is_logit) - 1 + first, 0).astype(np.intp)
    return numbers


def expit(linear: Floats) -> Floats:
    """Return the logistic function; never overflows."""
    return 0.5 * (1.0 + np.tanh(0.5 * linear))
