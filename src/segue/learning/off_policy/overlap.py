"""Overlap: whether the log holds enough decisions like those a policy would make to say anything about it."""

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from segue.learning.off_policy.logged import Array, LoggedBandit, Target

RARE = 30
"""Fewer decisions than this say little about an action."""

_NOTEWORTHY = 0.01
"""A share of decisions from which on a policy's wish for an action is worth a word."""

_HEAVY = 0.05
_UNSUPPORTED = 0.05


class Overlap(Struct, frozen=True):
    """How the log supports a policy.

    Attributes:
        effective_samples: so many decisions of the policy's own would tell as much: (sum w)^2 / sum w^2.
        largest_share: of all weight, that of the single heaviest decision.
        unsupported: share of the policy's decisions that the log could never have made; NaN where the log does not
            say with which probability it would have taken the other actions.
        never, rarely: actions that the policy wants in at least one decision in a hundred, and which the log took
            never, or fewer than `RARE` times.
    """

    effective_samples: float
    largest_share: float
    unsupported: float
    never: tuple[str, ...] = ()
    rarely: tuple[str, ...] = ()

    def warnings(self) -> list[str]:
        """Return what a reader should know before they believe the estimate, in words."""
        found = []
        if self.never:
            found.append(f"The log never took {', '.join(self.never)}, which the policy would.")
        if self.rarely:
            found.append(f"The log took {', '.join(self.rarely)} fewer than {RARE} times; the policy would often.")
        if self.unsupported > _UNSUPPORTED:
            found.append(f"{self.unsupported:.0%} of what the policy would do had no chance when the log was written.")
        if self.largest_share > _HEAVY:
            found.append(f"One single decision carries {self.largest_share:.0%} of the weight.")
        return found

    def is_supported(self) -> bool:
        """Return whether the log could have done what the policy would, save for a small rest."""
        return not self.never and not self.unsupported > _UNSUPPORTED


def overlap_of(log: LoggedBandit, target: Target) -> Overlap:
    """Return how ``log`` supports ``target``."""
    wanted = target.mean(axis=0)
    taken = np.bincount(log.action, minlength=len(log.actions))
    noteworthy = [index for index in range(len(log.actions)) if wanted[index] >= _NOTEWORTHY]
    return replace(
        overlap_of_weights(log.weights(target)),
        unsupported=float("nan") if log.logging is None else float(target[log.logging <= 0.0].sum() / len(log)),
        never=tuple(log.actions[index] for index in noteworthy if not taken[index]),
        rarely=tuple(log.actions[index] for index in noteworthy if 0 < taken[index] < RARE),
    )


def overlap_of_weights(weights: Array) -> Overlap:
    """Return what the weights alone, (n,), tell of a policy's support."""
    total = float(weights.sum())
    squares = float((weights**2).sum())
    return Overlap(
        effective_samples=total**2 / squares if squares else 0.0,
        largest_share=float(weights.max()) / total if total else 1.0,
        unsupported=float("nan"),
    )
