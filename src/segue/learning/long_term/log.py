"""What a long-term model is learnt from: logged decisions as arrays, weighted so that their policy does not matter."""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from segue.learning.long_term.blocks import Floats
from segue.model.errors import SegueError
from segue.model.time import DAY

SILENT = -1


class LongTermSettings(Struct, frozen=True, kw_only=True):
    """What is not learnt but said.

    Attributes:
        count: the input that is the sum of contacts, each halving in ``half_life_days``. Inputs called ``fatigue_`` and
            a channel hold log(1 + the same) of that channel.
        doses: what one contact on a channel tires, where it is known: 0 for what interrupts nobody. Of other channels
            it is learnt where they have such an input, else 1.
        gamma: what a day later is worth: 0.99 looks about a hundred days ahead.
        loss: what a withdrawal costs at least, in currency; what later contacts are worth is lost anyway.
        objectives: what one unit of each counted in the rewards: its value times its weight.
        most_weight: no decision counts more than so many times an average one, however unlikely it was.
        segments: customers who would answer alike, as many kinds as this.
    """

    count: str = "fatigue_dose"
    half_life_days: float = 3.0
    doses: dict[str, float] = {}
    gamma: float = 0.99
    loss: float = 0.0
    objectives: dict[str, float] = {}
    most_weight: float = 20.0
    segments: int = 10


USUAL = LongTermSettings()


class DecisionLog(Struct, frozen=True, kw_only=True):
    """Decisions of one kind (one slot) in any order; n rows, d inputs, A arms.

    Attributes:
        customer: shape (n,), any type that can be compared.
        at: microseconds, shape (n,).
        inputs: names of the columns of ``x``; the count of contacts is one of them.
        x: what was known then, shape (n, d).
        arms: (action, channel) of everything that could be chosen but silence.
        arm: place of what was chosen among the arms, -1 for silence; shape (n,).
        probability: with which it was chosen; shape (n,).
        reward: what happened until the customer's next decision (or in the decision's own window), in currency by
            value and weight, before the cost of the contact and without what the withdrawal itself counts; shape (n,).
        opted_out: whether the customer withdrew before the next decision; shape (n,).
        offered: which arms could be chosen; shape (n, A); all of them where None.
        costs: what a contact costs, in currency, shape (A,); nothing where None.
    """

    customer: NDArray[np.generic]
    at: NDArray[np.int64]
    inputs: tuple[str, ...]
    x: Floats
    arms: tuple[tuple[str, str], ...]
    arm: NDArray[np.intp]
    probability: Floats
    reward: Floats
    opted_out: NDArray[np.bool_]
    offered: NDArray[np.bool_] | None = None
    costs: Floats | None = None

    @property
    def open_arms(self) -> NDArray[np.bool_]:
        """Return which arms could be chosen, shape (n, A)."""
        return np.ones((len(self.arm), len(self.arms)), dtype=bool) if self.offered is None else self.offered

    @property
    def arm_costs(self) -> Floats:
        """Return what a contact of each arm costs, shape (A,)."""
        return np.zeros(len(self.arms)) if self.costs is None else self.costs


def check_log(log: DecisionLog, settings: LongTermSettings) -> None:
    """Refuse a log that nothing can be learnt from.

    Raises:
        SegueError: a number is missing, a probability impossible, or contacts, silence or the dose do not vary.
    """
    if settings.count not in log.inputs:
        raise SegueError(
            f"The decisions do not tell {settings.count!r}.", "Give the count of contacts as one of the inputs."
        )
    numbers = (log.x, log.probability, log.reward, log.arm_costs)
    if not all(np.isfinite(values).all() for values in numbers):
        raise SegueError("The decisions hold numbers that are missing or infinite.", "Leave those decisions out.")
    if len(log.arm) and not ((log.probability > 0.0) & (log.probability <= 1.0)).all():
        raise SegueError("A decision was chosen with an impossible probability.", "Give what the policy has logged.")
    if not 0.0 < settings.gamma < 1.0 or settings.half_life_days <= 0.0:
        raise SegueError("A day later must be worth less, and fatigue must pass.", "Give a gamma between 0 and 1.")
    if not (log.arm == SILENT).any() or not (log.arm != SILENT).any():
        raise SegueError("The decisions are all contacts, or all silence.", "Explore for a while first.")


def weights_of(log: DecisionLog, most: float) -> Floats:
    """Return what each decision counts, shape (n,): as if its arm had been chosen without looking at the customer.

    A policy's own log shows its favourites to the customers whom it favoured them for; a model that is a little wrong
    is then right there only. So a decision counts by how often its arm was chosen over how likely it was here
    (stabilised inverse probability weights; Robins, Hernan and Brumback, Epidemiology 2000), at most ``most`` times
    as much as the average would. The weights add up to the effective number of decisions, (sum w)^2 / sum w^2, so
    that they weigh against priors no more than they know.
    """
    places = log.arm + 1
    shares = np.bincount(places, minlength=len(log.arms) + 1) / len(places)
    weights = shares[places] / log.probability
    weights = np.minimum(weights, most * weights.mean())
    return np.asarray(weights * (weights.sum() / (weights**2).sum()))


def following(log: DecisionLog) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Return pairs of consecutive decisions of a customer (earlier, later), and the days between the two."""
    _, codes = np.unique(log.customer, return_inverse=True)
    order = np.lexsort((log.at, codes))
    same = codes[order[1:]] == codes[order[:-1]]
    first, second = order[:-1][same], order[1:][same]
    return first, second, (log.at[second] - log.at[first]) / float(DAY)
