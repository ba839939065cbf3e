"""Arms: which blocks of the factored model a candidate is made of.

A message on a channel shares what is known of the channel, of the action, of its category, its theme and its content
with everything else that has them; only the last block is its own. So a new action starts warm. Silence has none:
what these blocks say is what the candidate adds to doing nothing.
"""

from collections.abc import Mapping

from msgspec import Struct

from segue.core.catalogue import ActionPlan
from segue.core.decisioning.models.shape import SILENCE, Arm
from segue.model.learning import Objective

REPEAT = "repeat"
"""The score, and the block, of how recently and how often the action reached the customer (`context.repeats`)."""


class Arms(Struct, frozen=True):
    """The arms of a workspace's variants, by (action, channel)."""

    known: dict[tuple[str, str], Arm] = {}

    def of(self, action: str, channel: str, slot: str, scores: Mapping[str, float]) -> Arm:
        """Return the arm of a candidate, also of one that is no variant: a way that a journey's step may go."""
        if not action:
            return SILENCE
        arm = self.known.get((action, channel))
        if arm is None:
            return ((f"way:{slot}/{action}", 1.0),)
        repeated = scores.get(REPEAT, 0.0)
        return (*arm, (REPEAT, repeated)) if repeated else arm


def compile_arms(actions: Mapping[str, ActionPlan]) -> Arms:
    """Return the arms of all variants of ``actions``."""
    known: dict[tuple[str, str], Arm] = {}
    for name, plan in actions.items():
        for channel, variant in plan.variants.items():
            blocks = [(f"channel:{channel}", 1.0), (f"action:{name}", 1.0), (f"category:{plan.action.category}", 1.0)]
            if plan.action.theme:
                blocks.append((f"theme:{plan.action.theme}", 1.0))
            contents = {**plan.action.features, **variant.variant.features}
            blocks += [(f"content:{feature}", float(value)) for feature, value in sorted(contents.items()) if value]
            blocks.append((f"own:{name}/{channel}", 1.0))
            known[name, channel] = tuple(blocks)
    return Arms(known)


def weights_of(objectives: Mapping[str, Objective]) -> tuple[float, ...]:
    """Return what one unit of each objective counts: its value times its weight, in the order of the heads."""
    return tuple(objective.value * objective.weight for objective in objectives.values())
