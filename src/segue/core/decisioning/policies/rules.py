"""rules: the highest priority wins, then the highest worth; silence wins where the slot is worth more than any."""

from collections.abc import Sequence

from segue.core.catalogue import Scored
from segue.core.decisioning.context import Context


class RulesPolicy:
    """Priority, then worth, then the action's name and the faster channel: deterministic, business as usual."""

    name = "rules@1"

    def score(self, context: Context, candidates: Sequence[Scored]) -> Sequence[Scored]:
        """Return the candidates as they are."""
        return candidates

    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        """Give the best candidate probability 1; silence unless something is worth its cost and its slot."""
        silence = best = len(candidates) - 1
        slot = candidates[silence].total
        for index in range(silence):
            scored = candidates[index]
            bar = slot if scored.takes_slot else 0.0
            if scored.total >= bar and (best == silence or _beats(scored, candidates[best], slot)):
                best = index
        probabilities = [0.0] * len(candidates)
        probabilities[best] = 1.0
        return tuple(probabilities)


def _beats(challenger: Scored, holder: Scored, slot: float) -> bool:
    if challenger.priority != holder.priority:
        return challenger.priority > holder.priority
    ours = challenger.total - (slot if challenger.takes_slot else 0.0)
    theirs = holder.total - (slot if holder.takes_slot else 0.0)
    if ours != theirs:
        return ours > theirs
    return (challenger.action, challenger.latency, challenger.channel) < (holder.action, holder.latency, holder.channel)
