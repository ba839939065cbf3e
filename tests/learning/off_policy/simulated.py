"""A log with known answers: three actions, two numbers of context, skewed logging probabilities that are exact."""

from typing import Any, NamedTuple

import numpy as np

from segue.learning.off_policy import LoggedBandit

Array = np.ndarray[Any, Any]
ACTIONS = ("mail", "push", "silence")


class Simulated(NamedTuple):
    """A log with what each action would have brought on average: ``expected`` (n, 3)."""

    log: LoggedBandit
    expected: Array

    def truth(self, target: Array) -> float:
        """Return what ``target`` is worth on these decisions."""
        return float((target * self.expected).sum(axis=1).mean())


def simulate(seed: int, count: int = 2000, floor: float = 0.05) -> Simulated:
    """Return a log whose logging policy prefers what is bad for half of the contexts.

    What an action brings is not linear in the context, so that a linear reward model is wrong.
    """
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(count, 2))
    bent = np.abs(x[:, 0])
    expected = 1.0 / (1.0 + np.exp(-np.column_stack([bent + x[:, 1] - 1.0, 1.0 - bent, np.zeros(count)])))
    favoured = (x[:, 0] > 0.0).astype(int)
    logging = np.full((count, 3), floor)
    logging[np.arange(count), favoured] = 1.0 - 2.0 * floor
    action = (logging.cumsum(axis=1) > rng.random(count)[:, None]).argmax(axis=1)
    taken = np.arange(count), action
    reward = (rng.random(count) < expected[taken]).astype(float)
    return Simulated(
        LoggedBandit(actions=ACTIONS, x=x, action=action, probability=logging[taken], reward=reward, logging=logging),
        expected,
    )
