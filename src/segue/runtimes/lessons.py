"""The online learner of a population: there where its workspace learns, and loaded only then (numpy takes its time)."""

from typing import TYPE_CHECKING

from segue.core.world import World

if TYPE_CHECKING:
    from segue.learning.online import Online


def learns(world: World) -> bool:
    """Tell whether there is something to see and something to be after."""
    return bool(world.context.names and world.rewards.objectives)


def make_learner(world: World) -> "Online":
    """Return a learner for ``world`` that knows nothing."""
    from segue.learning.online import Online

    return Online.begin(world)


def restore_learner(packed: bytes) -> "Online | None":
    """Return the learner that was packed; None where there was none."""
    if not packed:
        return None
    from segue.learning.online import Online

    return Online.restore(packed)
