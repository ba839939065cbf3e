"""Who is to be treated: those whose uplift is worth more than it costs. For everybody else silence pays more."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from segue.learning.scoring import Interval, mean_of
from segue.learning.uplift.learners import Trial

Floats: TypeAlias = npt.NDArray[np.float64]


class Selection(Struct, frozen=True, kw_only=True):
    """What a rule for treating pays, for each customer of the base, against treating nobody.

    Attributes:
        share: of customers who are treated.
        gain: with the rule, after costs.
        everybody: what treating everybody pays.
    """

    share: float
    gain: Interval
    everybody: Interval


def selection(score: Floats, trial: Trial, value: float, cost: float) -> Selection:
    """Return what it pays to treat where ``score`` (n,) times ``value`` is above ``cost``.

    By inverse probabilities: right where the trial's are, whatever the model believes.
    """
    chosen = score * value > cost
    gains = value * effects(trial) - cost
    return Selection(share=float(chosen.mean()), gain=mean_of(np.where(chosen, gains, 0.0)), everybody=mean_of(gains))


def average_effect(trial: Trial) -> Interval:
    """Return what treating everybody adds to the outcome, for each customer."""
    return mean_of(effects(trial))


def effects(trial: Trial) -> Floats:
    """Return each row's estimate of what treating it adds (n,): mere noise for one, right on average.

    Weighted by inverse probabilities, around each side's mean, which takes away what the plain estimate varies by.
    """
    took, missed = trial.treated / trial.probability, (1.0 - trial.treated) / (1.0 - trial.probability)
    with_it = float(np.average(trial.outcome, weights=took))
    without = float(np.average(trial.outcome, weights=missed))
    return with_it - without + took * (trial.outcome - with_it) - missed * (trial.outcome - without)


def net_revenue(chosen: npt.NDArray[np.bool_], trial: Trial, value: float, cost: float) -> float:
    """Return the net incremental revenue as contests count it: of the chosen rows, what the treated brought less what
    they cost, less what the untreated brought. Half of the rows have to be treated for it to mean anything.
    """
    treated, others = chosen & (trial.treated > 0.5), chosen & (trial.treated <= 0.5)
    return float(value * trial.outcome[treated].sum() - cost * treated.sum() - value * trial.outcome[others].sum())
