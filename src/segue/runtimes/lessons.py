"""The online learner of a population: there where its workspace learns, and loaded only then (numpy takes its time)."""

from typing import TYPE_CHECKING

from segue.core.world import World

if TYPE_CHECKING:
    from segue.learning.online import Online


def learns(world: World) -> bool:
    """Tell whether there is something to see and something to be after."""
    return bool(world.context.names and world.rewards.objectives)


def make_learner(world: World, packed: bytes = b"") -> "Online | None":
    """Return the learner for ``world``, going on from ``packed``; None where there is nothing to learn."""
    if not learns(world) and not packed:
        return None
    from segue.learning import online

    return online.Online.restore(packed, world) if packed else online.Online(world)
