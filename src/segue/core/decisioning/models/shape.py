"""What a factored model is about: inputs, heads, and how far each kind of block may be from nothing beforehand."""

from typing import Literal, TypeAlias

from msgspec import Struct

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

    Its unit is the outcome's noise (identity) or log-odds (logit), per standard deviation of the input.

    Attributes:
        kinds: (kind, standard deviation); a kind that is not named has ``other``.
        base: standard deviation of the shared block's constant, which holds the outcome's level.
    """

    kinds: tuple[tuple[str, float], ...] = (
        (SHARED, 0.3),
        ("channel", 0.3),
        ("action", 0.3),
        ("own", 0.2),
        ("category", 0.3),
        ("content", 0.3),
        ("repeat", 0.3),
    )
    other: float = 0.3
    base: float = 3.0

    def variance(self, block: str) -> float:
        """Return the variance of a weight of ``block``."""
        kind = block.partition(":")[0]
        return dict(self.kinds).get(kind, self.other) ** 2
