"""Why a decision was made: what drove each candidate's score, and what would have had to be different."""

from segue.core.decisioning.arms import weights_of
from segue.core.decisioning.changes import changes_needed, favourite
from segue.core.decisioning.context import Context
from segue.core.decisioning.explanation import Explanation
from segue.core.decisioning.models.beliefs import Factored
from segue.core.world import World
from segue.learning.contributions import attribute
from segue.model.decisions import SILENCE, Decision


def explain(decision: Decision, world: World, learned: Factored | None = None, note: str = "") -> Explanation:
    """Return the explanation of ``decision``, which was made in ``world``.

    Args:
        learned: the online model that it used, or the nearest that is known.
        note: where that is another one: which.
    """
    takes_slot = {variant for variant, plan in world.variants.items() if plan.scored.takes_slot}
    weights = dict(zip(world.rewards.objectives, weights_of(world.rewards.objectives), strict=True))
    happening = {name for name, objective in world.rewards.objectives.items() if objective.of is None}
    best = favourite(decision, takes_slot)
    fits = len(decision.context) == len(world.context.names) and decision.context
    context = Context(decision.context, world.context.names, decision.slot, decision.at, learned)
    arms = {
        each.key: world.arms.of(each.action, each.channel, decision.slot, each.scores)
        for each in decision.considered
        if each.action
    }
    attributions = attribute(decision, context, world.workspace, arms, weights) if fits else {}
    return Explanation(
        favourite=best.key if best is not None else SILENCE,
        model=f"{decision.model} {note}".strip(),
        changes=changes_needed(decision, takes_slot, weights, happening),
        attributions=attributions,
    )
