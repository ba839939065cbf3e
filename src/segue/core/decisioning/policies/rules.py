"""rules: the highest priority wins, then the highest worth; silence wins when everything else would cost."""

from collections.abc import Sequence

from segue.core.decisioning.policy import Scored
from segue.core.view import View
from segue.model.decisions import SILENCE


class RulesPolicy:
    """Priority, then worth, then the key: deterministic, business as usual."""

    name = "rules@1"

    def probabilities(self, view: View, candidates: Sequence[Scored]) -> tuple[float, ...]:
        """Give the best candidate probability 1; silence unless something is worth its cost."""
        best = len(candidates) - 1
        for index, scored in enumerate(candidates):
            if scored.key != SILENCE and scored.total >= 0 and _beats(scored, candidates[best]):
                best = index
        return tuple([1.0 if index == best else 0.0 for index in range(len(candidates))])


def _beats(challenger: Scored, holder: Scored) -> bool:
    if holder.key == SILENCE:
        return True
    if challenger.priority != holder.priority:
        return challenger.priority > holder.priority
    if challenger.total != holder.total:
        return challenger.total > holder.total
    return challenger.key < holder.key
