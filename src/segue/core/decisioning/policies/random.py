"""random: every eligible candidate, silence among them, with the same probability. The learner's baseline."""

from collections.abc import Sequence

from segue.core.catalogue import Scored
from segue.core.decisioning.context import Context


class RandomPolicy:
    """Uniform over the eligible."""

    name = "random@1"

    def score(self, context: Context, candidates: Sequence[Scored]) -> Sequence[Scored]:
        """Return the candidates as they are."""
        return candidates

    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        """Give each candidate the same probability."""
        return (1.0 / len(candidates),) * len(candidates)
