"""What is believed of arms for one customer: a published factored model, immutable, and its fast path."""

from collections.abc import Mapping, Sequence
from copy import copy
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from segue.core.decisioning.models.seats import seated
from segue.core.decisioning.models.shape import SHARED, Arm, Prior, Shape

Floats = NDArray[np.float64]
WHOLE = 1.0
REMEMBERED_PANELS = 256
REMEMBERED_GATHERINGS = 8
"""Each is as large as the model: a megabyte for thirty inputs, thirty blocks and four objectives."""

LEAST_VARIANCE = 1e-6
FLATTENING = np.pi / 8.0


class Beliefs(NamedTuple):
    """Of K arms and H heads, on the scale of outcomes (amounts; probabilities for a logit head).

    Effects are against silence: what arms share with it, the baseline, is not in them, and their variances leave its
    uncertainty out. Draws belong on effects: with ``means`` and ``variances`` each arm would carry the baseline's
    uncertainty once more, as if it were its own, and silence's could never be 0.

    Attributes:
        means: (K, H) outcome at the centre of the belief, baseline included.
        variances: (K, H) of ``means``; for a logit head by its slope there.
        effects: (K, H) ``means`` less silence's: 0 for an arm of which nothing is known.
        effect_variances: (K, H) of ``effects``; exactly 0 for silence.
        prospects: (K, H) expected outcome less silence's. For a logit head that is more than ``effects`` where a rare
            outcome is uncertain: log-odds may be higher by as much as lower, and higher ones bring more.
        evidence: (K,) lessons of the least known of the arm's whole blocks (scale 1); all lessons for silence.
    """

    means: Floats
    variances: Floats
    effects: Floats
    effect_variances: Floats
    prospects: Floats
    evidence: Floats

    def hopes(self, weights: ArrayLike) -> Floats:
        """Return (K, H) the effects to decide by: prospects of what is good, the belief's centre of what is harmful.

        So an unknown action is worth a try for what it may bring, and is not held guilty of harm before any evidence:
        how often it is tried is limited by its reach.

        Args:
            weights: (H,) what one unit of each outcome is worth; below 0 for harm.
        """
        return np.where(np.asarray(weights) > 0.0, self.prospects, self.effects)

    def worths(self, weights: ArrayLike) -> Floats:
        """Return (K,) what each arm adds to silence by its ``hopes``; 0 for silence."""
        worths: Floats = self.hopes(weights) @ np.asarray(weights, dtype=np.float64)
        return worths

    def spreads(self, weights: ArrayLike) -> Floats:
        """Return (K,) the standard deviation of the worths, heads taken as independent; 0 for silence."""
        squares: Floats = self.effect_variances @ np.asarray(weights, dtype=np.float64) ** 2
        return np.sqrt(np.maximum(squares, 0.0))


class Panel:
    """A set of arms prepared for many customers: what does not depend on x, worked out once."""

    __slots__ = (
        "_has_unknown",
        "_model",
        "_rows",
        "_scales",
        "_squares",
        "_unknown",
        "_weights",
        "arms",
        "evidence",
    )

    def __init__(self, model: "Factored", arms: tuple[Arm, ...]) -> None:
        self.arms = arms
        self._model = model
        seats = seated(tuple([tuple([name for name, _ in arm]) for arm in arms]), tuple(model.rows))
        given = np.array([scale for arm in arms for _, scale in arm])
        scales = np.zeros((len(arms) + 1, len(seats.names)))
        np.add.at(scales, (seats.arms, seats.columns), np.where(seats.known, given, 0.0))
        self._unknown = np.zeros(len(arms) + 1)
        for place, index, name in seats.unknown:
            scale = float(given[place])
            self._unknown[index] += scale * scale * model.prior.variance(name)
        self._rows = seats.rows
        counts = model.counts[self._rows]
        self.evidence = np.full(len(arms), counts[0])
        least = np.where(given == WHOLE, np.where(seats.known, counts[seats.columns], 0.0), np.inf)
        np.minimum.at(self.evidence, seats.arms, least)
        self._has_unknown = bool(self._unknown.any())
        self._scales, self._squares = scales.copy(), scales**2
        self._scales[:, 0] = 1.0
        self._weights = model.means[self._rows].reshape(-1, model.means.shape[2])

    def worths(self, x: ArrayLike, weights: ArrayLike) -> Floats:
        """Return (K,) `Beliefs.worths` alone: all that inverse-gap weighting needs, at less than half the price.

        Args:
            weights: (H,) what one unit of each outcome is worth.
        """
        model = self._model
        v, w = np.asarray(x, dtype=np.float64), np.asarray(weights, dtype=np.float64)
        outcomes = self._linear(v)
        if model.has_logits:
            bracket, shared = self._spreads(v)
            outcomes = model.outcomes(outcomes, (bracket + shared) * ((w > 0.0) * FLATTENING))
        worths: Floats = (outcomes[:-1] - outcomes[-1]) @ w
        return worths

    def believe(self, x: ArrayLike) -> Beliefs:
        """Return the beliefs about every arm for the customer that ``x`` (d,) describes."""
        model = self._model
        v = np.asarray(x, dtype=np.float64)
        linear = self._linear(v)
        bracket, shared = self._spreads(v)
        total = bracket + shared
        centres = model.outcomes(linear)
        expected = model.outcomes(linear, total * FLATTENING) if model.has_logits else centres
        means = centres[:-1]
        slopes = model.slopes(means)
        return Beliefs(
            means=means,
            variances=slopes * total[:-1],
            effects=means - centres[-1],
            effect_variances=slopes * bracket[:-1],
            prospects=expected[:-1] - expected[-1],
            evidence=self.evidence,
        )

    def _linear(self, v: Floats) -> Floats:
        """Return (K + 1, H) the linear predictors, the last those of silence."""
        linear: Floats = self._scales @ (self._weights @ v).reshape(-1, self._model.heads)
        return linear

    def _spreads(self, v: Floats) -> tuple[Floats, Floats]:
        """Return the predictors' variances: of the arms' own blocks (K + 1, H), silence's 0, and of the shared (H,)."""
        shares = ((self._model.gathered(self._rows) @ v).reshape(-1, len(v)) @ v).reshape(-1, len(self._rows))
        bracket = self._squares @ shares.T
        if self._has_unknown:
            bracket += (self._unknown * self._model.prior.along(v))[:, None]
        if self._model.is_one_family_each:
            return bracket, shares[:, 0]
        families = self._model.families
        return bracket[:, families], shares[families, 0]


class Factored:
    """A factored model as published: it never changes. ``core.decisioning.models.factored`` says what it is.

    Attributes:
        lessons: how many decisions it has learnt from.
        spreads: (F, d, d) of each block: the covariances, one F for each curvature.
        noise: (H,) standard deviation of an outcome around what was expected; 1 for a logit head.
        is_one_family_each: whether each head has a covariance of its own, in their order.
    """

    def __init__(
        self,
        shape: Shape,
        prior: Prior,
        rows: Mapping[str, int],
        means: Floats,
        spreads: Sequence[Floats],
        counts: Floats,
        noise: Floats,
        lessons: int,
    ) -> None:
        self.shape, self.prior, self.rows, self.lessons, self.noise = shape, prior, rows, lessons, noise
        self.means, self.spreads, self.counts = means, spreads, counts
        self.heads = len(shape.heads)
        self.families = families(shape)
        self.is_one_family_each = self.families.tolist() == list(range(self.heads))
        self._logits = _logits(shape)
        self.has_logits = len(self._logits) > 0
        self._variances = noise**2
        self._panels: dict[tuple[Arm, ...], Panel] = {}
        self._gatherings: dict[bytes, Floats] = {}

    @property
    def covariances(self) -> Floats:
        """(F, B, d, d), a copy."""
        return np.stack(self.spreads, axis=1)

    @property
    def weight(self) -> float:
        """How many lessons are left of all, after forgetting."""
        return float(self.counts[self.rows[SHARED]])

    def panel(self, arms: Sequence[Arm]) -> Panel:
        """Return ``arms`` prepared for many customers; remembered."""
        key = tuple(arms)
        known = self._panels.get(key)
        if known is None:
            known = Panel(self._without_panels(), key)
            if len(self._panels) >= REMEMBERED_PANELS:
                self._panels.clear()
            self._panels[key] = known
        return known

    def _without_panels(self) -> "Factored":
        """Return this model for its panels to know: a circle would keep every publication until the collector comes."""
        bare = copy(self)
        bare._panels = {}
        return bare

    def gathered(self, rows: NDArray[np.intp]) -> Floats:
        """Return the covariances of the blocks in ``rows``, one above the other: (F * m * d, d); remembered."""
        key = rows.tobytes()
        known = self._gatherings.get(key)
        if known is None:
            if len(self._gatherings) >= REMEMBERED_GATHERINGS:
                self._gatherings.clear()
            spreads = [self.spreads[row] for row in rows.tolist()]
            known = np.concatenate(spreads, axis=1).reshape(-1, len(self.shape.inputs))
            self._gatherings[key] = known
        return known

    def believe(self, x: ArrayLike, arms: Sequence[Arm]) -> Beliefs:
        """Return the beliefs about ``arms`` for the customer that ``x`` (d,) describes."""
        return self.panel(arms).believe(x)

    def scale(self, weights: ArrayLike) -> float:
        """Return what counts as a large gap between worths: one decision's standard deviation for an average customer.

        For an amount it is the noise, for what happens or not that of a bit at the baseline; heads as independent.

        Args:
            weights: (H,) what one unit of each outcome is worth.
        """
        usual = self.outcomes(self.means[self.rows[SHARED], :, 0])
        variances = self._variances.copy()
        variances[self._logits] = np.maximum((usual * (1.0 - usual))[self._logits], LEAST_VARIANCE)
        return float(np.sqrt(np.asarray(weights, dtype=np.float64) ** 2 @ variances)) or 1.0

    def outcomes(self, linear: Floats, flattening: Floats | None = None) -> Floats:
        """Return linear predictors (..., H) on the scale of outcomes.

        Args:
            flattening: (..., H) pi / 8 times their variances, for the expected outcome: uncertain log-odds are expected
                to be nearer to 1/2 (MacKay, "The evidence framework applied to classification networks", 1992).
        """
        if not self.has_logits:
            return linear
        flat = linear if flattening is None else linear / np.sqrt(1.0 + flattening)
        if len(self._logits) == self.heads:
            return expit(flat)
        outcomes = linear.copy()
        outcomes[..., self._logits] = expit(flat[..., self._logits])
        return outcomes

    def slopes(self, means: Floats) -> Floats:
        """Return by what a predictor's variance is multiplied to be an outcome's, at ``means`` (K, H)."""
        if not self.has_logits:
            return self._variances
        slopes = (means * (1.0 - means)) ** 2
        if len(self._logits) < self.heads:
            is_line = np.ones(self.heads, dtype=bool)
            is_line[self._logits] = False
            slopes[:, is_line] = self._variances[is_line]
        return slopes


@lru_cache(maxsize=16)
def _logits(shape: Shape) -> NDArray[np.intp]:
    return np.flatnonzero([head.link == "logit" for head in shape.heads])


@lru_cache(maxsize=16)
def families(shape: Shape) -> NDArray[np.intp]:
    """Return which covariance each head uses: identity heads share the first, every logit head has its own."""
    is_logit = np.array([head.link == "logit" for head in shape.heads])
    first = 0 if is_logit.all() else 1
    numbers: NDArray[np.intp] = np.where(is_logit, np.cumsum(is_logit) - 1 + first, 0).astype(np.intp)
    return numbers


def expit(linear: Floats) -> Floats:
    """Return the logistic function; never overflows."""
    return 0.5 * (1.0 + np.tanh(0.5 * linear))
