"""What a factored model is about: inputs, heads, and how far each kind of block may be from nothing beforehand."""

from typing import Literal, TypeAlias

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Arm: TypeAlias = tuple[tuple[str, float], ...]
"""The active blocks of a candidate with their scales; the empty arm is silence. The shared block is always active.

A block's name is ``kind:what`` (``channel:email``) or a kind alone (``repeat``).
"""

SILENCE: Arm = ()
SHARED = "shared"


class Head(Struct, frozen=True, array_like=True):
    """One outcome that the model predicts.

    Attributes:
        link: ``identity`` for amounts of any size and sign; ``logit`` for what happens or not (an amount of 1 or more
            counts as 1).
    """

    name: str
    link: Literal["identity", "logit"] = "identity"


class Shape(Struct, frozen=True, array_like=True):
    """The model's inputs, in the order of x (x[0] is the constant 1), and its heads, in the order of means."""

    inputs: tuple[str, ...]
    heads: tuple[Head, ...]


class Prior(Struct, frozen=True, array_like=True):
    """Standard deviation of a weight before any evidence, by kind of block.

    Its unit is the outcome's noise (identity) or log-odds (logit), for each standard deviation of the input.

    Attributes:
        kinds: (kind, standard deviation); a kind that is not named has ``other``. What an action does on one channel
            alone is likely half as large as what the channel or the action does everywhere: interactions are smaller
            than main effects (Hamada and Wu, "Analysis of designed experiments with complex aliasing", 1992).
        level: how much wider a block's constant is than its other weights: that one channel or action works better
            than another for everybody is likelier than that any single input explains it.
        base: standard deviation of the shared block's constant, the outcome's level.
    """

    kinds: tuple[tuple[str, float], ...] = ((SHARED, 0.3), ("action", 0.45), ("own", 0.1))
    other: float = 0.2
    level: float = 2.0
    base: float = 3.0

    def variance(self, block: str) -> float:
        """Return the variance of a weight of ``block``."""
        return dict(self.kinds).get(block.partition(":")[0], self.other) ** 2

    def variances(self, block: str, size: int) -> NDArray[np.float64]:
        """Return the variances (size,) of the weights of ``block``, in the order of the inputs."""
        variances = np.full(size, self.variance(block))
        variances[0] = self.base**2 if block == SHARED else variances[0] * self.level**2
        return variances

    def along(self, x: NDArray[np.float64]) -> float:
        """Return what a block's variance before any evidence is multiplied by to be that of its product with ``x``."""
        return float(x @ x) + (self.level**2 - 1.0) * float(x[0]) ** 2
