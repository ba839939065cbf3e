"""An explanation of a decision, as a value: what drove each candidate's score, what would have had to be different."""

from collections.abc import Mapping

from msgspec import Struct

SUM = "each input's share of the sum"
WITHOUT = "the estimate less what it would be without the input"
"""How an attribution's parts were found."""

UNCERTAINTY = "(uncertainty)"
"""The part of an effect on a probability that comes from how little is known: it draws towards one half."""


class Change(Struct, frozen=True, kw_only=True):
    """One number that would have had to be another.

    Attributes:
        name: of the score (`Considered.scores`).
        now, needed: its value, and from which value on the candidate would have been the favourite.
        share: how large a change that is: 0.5 for half as much again; 1 for what has to vanish or to come about.
    """

    name: str
    now: float
    needed: float
    share: float


class Contribution(Struct, frozen=True, kw_only=True):
    """What one input added to what was believed of a candidate.

    Attributes:
        input: its name in the context; ``one`` is what holds for everybody.
        value: the customer's.
        amount: in the unit of the estimate: currency for an effect, a probability for a propensity.
    """

    input: str
    value: float
    amount: float


class Attribution(Struct, frozen=True, kw_only=True):
    """What drove the estimate of one candidate.

    Attributes:
        of: what was estimated: ``propensity``, ``effect``, or the name of an objective.
        method: how the parts were found.
        parts: the largest first.
        blocks: of the bandit's model, what each block added.
    """

    of: str
    estimate: float
    method: str
    parts: tuple[Contribution, ...]
    blocks: dict[str, float] = {}


class Explanation(Struct, frozen=True, kw_only=True):
    """What can be said of a decision beyond its record.

    Attributes:
        favourite: the key of what the policy favoured; ``silence`` for nothing.
        model: which model was asked for the parts: the decision's own, or another, and why.
        changes: by key, the single changes that would have made a candidate the favourite, the least first.
        attributions: by key, which inputs drove what was believed of it.
    """

    favourite: str
    model: str
    changes: Mapping[str, tuple[Change, ...]]
    attributions: Mapping[str, tuple[Attribution, ...]] = {}
