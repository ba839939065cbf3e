"""How rows came to be treated: by chance, or by what is known of them, which has to be undone."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from segue.core.decisioning.models.estimators import evaluate_many
from segue.learning.linear import ridge
from segue.learning.scoring import Interval, auc

Floats: TypeAlias = npt.NDArray[np.float64]

_LEAST = 0.02
"""Nobody's probability is taken to be nearer to 0 or 1: such rows would count 50 times and more."""

_TELLING = 0.53


class Assignment(Struct, frozen=True):
    """How rows were treated.

    Attributes:
        share: that was treated.
        is_known: the probabilities were logged.
        predictable: AUC of telling the treated by their inputs; about 0.5 in a randomised trial.
    """

    share: float
    is_known: bool
    predictable: Interval

    @property
    def is_random(self) -> bool:
        """Whether nothing speaks against chance alone."""
        return self.is_known or self.predictable.low <= 0.5 or self.predictable.value < _TELLING


def assignment_of(
    x: Floats, inputs: tuple[str, ...], treated: Floats, probability: Floats | None, fold: npt.NDArray[np.int64]
) -> tuple[Assignment, Floats]:
    """Return how rows were treated, and each one's probability (n,) of that.

    Logged probabilities are taken as they are. Without, the share is everybody's where inputs do not tell who was
    treated; where they do, a regression on the inputs estimates it (out of fold), and what the inputs do not show stays
    confounded.
    """
    share = float(treated.mean())
    guess = np.empty(len(treated))
    for held in np.unique(fold):
        seen = fold != held
        guess[~seen] = evaluate_many(ridge(x[seen], inputs, treated[seen]), inputs, x[~seen])
    assignment = Assignment(share, probability is not None, auc(guess, treated))
    if probability is not None:
        return assignment, probability.clip(_LEAST, 1.0 - _LEAST)
    if assignment.is_random:
        return assignment, np.full(len(treated), share)
    return assignment, guess.clip(_LEAST, 1.0 - _LEAST)
