"""rules: the highest priority wins, then the highest worth; silence wins when everything else would cost."""

from collections.abc import Sequence

from segue.core.catalogue import Scored
from segue.core.view import View


class RulesPolicy:
    """Priority, then worth, then the action's name: deterministic, business as usual."""

    name = "rules@1"

    def probabilities(self, view: View, candidates: Sequence[Scored]) -> tuple[float, ...]:
        """Give the best candidate probability 1; silence unless something is worth its cost."""
        silence = best = len(candidates) - 1
        for index in range(silence):
            scored = candidates[index]
            if scored.total >= 0 and (best == silence or _beats(scored, candidates[best])):
                best = index
        probabilities = [0.0] * len(candidates)
        probabilities[best] = 1.0
        return tuple(probabilities)


def _beats(challenger: Scored, holder: Scored) -> bool:
    if challenger.priority != holder.priority:
        return challenger.priority > holder.priority
    if challenger.total != holder.total:
        return challenger.total > holder.total
    return (challenger.action, challenger.channel) < (holder.action, holder.channel)
