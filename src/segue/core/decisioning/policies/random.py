"""random: every eligible candidate, silence among them, with the same probability. The learner's baseline."""

from collections.abc import Sequence

from segue.core.catalogue import Scored
from segue.core.view import View


class RandomPolicy:
    """Uniform over the eligible."""

    name = "random@1"

    def probabilities(self, view: View, candidates: Sequence[Scored]) -> tuple[float, ...]:
        """Give each candidate the same probability."""
        return (1.0 / len(candidates),) * len(candidates)
