"""Learns the curves of a long-term model: how likely a reward is, how large it is, how likely a withdrawal.

Every decision shares one block; contacts add one, their channel another and their arm its own, each with a tighter
prior than the one above, so that what little is known of an arm leans on what is known of its kind. How much inputs
matter in all blocks of a level is learnt, and some in it may matter far more than the rest. The dose
bends the curves: contacts are answered less, and withdrawn from more, the more of them there were; never the other way
round.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from segue.core.decisioning.models.long_term import ANY, SILENCE, arm_key, bends_of
from segue.learning.long_term.blocks import NO_FAMILY, Block, Design, Floats, fit_blocks
from segue.learning.long_term.doses import PREFIX, dose_in, learn_doses
from segue.learning.long_term.log import SILENT, DecisionLog, LongTermSettings
from segue.model.snapshots import Curve, Linear


class Prior(Struct, frozen=True):
    """Standard deviations of the weights of a block: of its (standardised) inputs, a first guess; and its intercept."""

    inputs: float
    intercept: float


class Kind(Struct, frozen=True):
    """What is known of a curve before anything was seen: priors of its blocks, and which way the dose bends it.

    Attributes:
        bend: standard deviation of the weights of the dose and its logarithm; 0 for nothing.
        signs: which way the dose may bend all decisions, and contacts beyond that; 0 for any.
    """

    all: Prior
    contact: Prior
    channel: Prior
    arm: Prior
    bend: float = 0.5
    signs: tuple[int, int] = (0, 0)
    is_logistic: bool = True


CHANCE = Kind(Prior(1.0, 10.0), Prior(0.5, 3.0), Prior(0.3, 1.0), Prior(0.2, 0.7), signs=(0, -1))
HAZARD = Kind(Prior(0.3, 10.0), Prior(0.3, 10.0), Prior(0.15, 0.5), Prior(0.1, 0.3), signs=(1, 1))
AMOUNT = Kind(Prior(0.3, 3.0), Prior(0.1, 0.5), Prior(0.1, 0.5), Prior(0.05, 0.5), bend=0.0, is_logistic=False)
"""In standard deviations of the amounts; the others on the scale of the logit."""


class Curves(Struct, frozen=True):
    """What has been learnt; see `LongTermModel`."""

    chances: dict[str, Curve]
    amounts: dict[str, Curve]
    hazards: dict[str, Curve]
    least_amount: float
    most_amount: float


class Seen(Struct, frozen=True):
    """A log's inputs as regression sees them.

    Attributes:
        inputs: those that are not about our own contacts, which the dose stands for; nor the constant.
        x: their values, shape (n, d); ``standard``: of mean 0 and deviation 1, after a column of ones.
        doses: what one contact tires, by channel.
        dose: how tired of contacts the customer was, shape (n,).
    """

    inputs: tuple[str, ...]
    x: Floats
    means: Floats
    scales: Floats
    standard: Floats
    doses: dict[str, float]
    dose: Floats


def see(log: DecisionLog, weight: Floats, settings: LongTermSettings) -> Seen:
    """Return the inputs of ``log``; ``weight`` is what each decision counts."""
    known = [place for place, name in enumerate(log.inputs) if not _is_ours(name) and np.ptp(log.x[:, place]) > 1e-9]
    x = log.x[:, known]
    means, scales = x.mean(axis=0), x.std(axis=0)
    standard = np.column_stack([np.ones(len(x)), (x - means) / scales])
    doses = learn_doses(log, standard, weight, settings)
    return Seen(
        inputs=tuple(log.inputs[place] for place in known),
        x=x,
        means=means,
        scales=scales,
        standard=standard,
        doses=doses,
        dose=dose_in(log, settings, doses),
    )


def learn_curves(log: DecisionLog, seen: Seen, weight: Floats) -> Curves:
    """Return the curves of the arms of ``log``; ``weight`` is what each decision counts, shape (n,)."""
    happened = log.reward != 0.0
    regression = _Regression(log, seen, weight)
    amounts, mean, deviation = np.zeros(len(happened)), 0.0, 1.0
    least = most = 0.0
    if happened.any():
        rewards = log.reward[happened]
        mean, deviation = float(np.average(rewards, weights=weight[happened])), float(rewards.std()) or 1.0
        least, most = np.quantile(rewards, (0.01, 0.99)).tolist()
        amounts = (log.reward - mean) / deviation
    return Curves(
        chances=regression.curves(happened.astype(np.float64), CHANCE),
        amounts=regression.curves(amounts, AMOUNT, happened, mean, deviation),
        hazards=regression.curves(log.opted_out.astype(np.float64), HAZARD),
        least_amount=least,
        most_amount=most,
    )


class _Regression:
    """The rows of a log, and the blocks that are active in them."""

    def __init__(self, log: DecisionLog, seen: Seen, weight: Floats) -> None:
        self._log, self._seen, self._weight = log, seen, weight
        self._channels = tuple(dict.fromkeys(channel for _, channel in log.arms))

    def curves(
        self,
        outcome: Floats,
        kind: Kind,
        rows: NDArray[np.bool_] | None = None,
        mean: float = 0.0,
        deviation: float = 1.0,
    ) -> dict[str, Curve]:
        """Return the curves of ``outcome`` in ``rows``; ``mean`` and ``deviation`` are what it was standardised by."""
        chosen = slice(None) if rows is None else rows
        design = Design(
            parts=(self._seen.standard[chosen], bends_of(self._seen.dose[chosen])),
            group=(self._log.arm - SILENT)[chosen],
            blocks=self._blocks(kind),
            active=tuple(self._active(action, channel) for action, channel in (("", ""), *self._log.arms)),
        )
        fitted = fit_blocks(design, outcome[chosen], self._weight[chosen], is_logistic=kind.is_logistic).weights
        keys = {SILENCE: self._active("", ""), ANY: self._active(ANY, "")}
        keys |= {arm_key(ANY, channel): self._active(ANY, channel) for channel in self._channels}
        keys |= {arm_key(action, channel): self._active(action, channel) for action, channel in self._log.arms}
        return {key: self._curve(active, fitted, design, mean, deviation) for key, active in keys.items()}

    def _blocks(self, kind: Kind) -> tuple[Block, ...]:
        size = len(self._seen.inputs)
        bend = (kind.bend**-2 if kind.bend else 1e12,) * 2
        priors = (
            (0, kind.all),
            (1, kind.contact),
            *((2, kind.channel) for _ in self._channels),
            *((3, kind.arm) for _ in self._log.arms),
        )
        return (
            Block(1, bend, kind.signs[0]),
            Block(1, bend, kind.signs[1]),
            *(
                Block(0, (prior.intercept**-2, *(prior.inputs**-2,) * size), families=(NO_FAMILY, *(family,) * size))
                for family, prior in priors
            ),
        )

    def _active(self, action: str, channel: str) -> tuple[int, ...]:
        """Return the blocks of an arm, of any action on a channel, of any contact, or of silence."""
        if not action:
            return (0, 2)
        active = [0, 1, 2, 3]
        if channel in self._channels:
            active.append(4 + self._channels.index(channel))
        if (action, channel) in self._log.arms:
            active.append(4 + len(self._channels) + self._log.arms.index((action, channel)))
        return tuple(active)

    def _curve(
        self, active: tuple[int, ...], fitted: list[Floats], design: Design, mean: float, deviation: float
    ) -> Curve:
        line = deviation * np.sum([fitted[block] for block in active if design.blocks[block].part == 0], axis=0)
        slopes = deviation * np.sum([fitted[block] for block in active if design.blocks[block].part == 1], axis=0)
        seen = self._seen
        return Curve(
            Linear(
                inputs=seen.inputs,
                intercept=float(line[0]) + mean,
                weights=tuple(line[1:].tolist()),
                means=tuple(seen.means.tolist()),
                scales=tuple(seen.scales.tolist()),
            ),
            *slopes.tolist(),
        )


def _is_ours(name: str) -> bool:
    """Tell whether an input counts our own contacts: it changes with what we do, as the dose does."""
    return name.startswith(PREFIX) or name == "last_contact"
