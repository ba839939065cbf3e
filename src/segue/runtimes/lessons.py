"""The online learner of a population: there where its workspace learns, and loaded only then (numpy takes its time)."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from segue.core.world import World
from segue.model.decisions import Decision
from segue.model.ids import Revision
from segue.model.time import Instant
from segue.ports.store import Store

if TYPE_CHECKING:
    from segue.core.decisioning.models.factored import Factored
    from segue.learning.online import Online


def learns(world: World) -> bool:
    """Tell whether there is something to see and something to be after."""
    return bool(world.context.names and world.rewards.objectives)


def asks(world: World) -> bool:
    """Tell whether a policy of ``world`` may ask what was learnt online: without one, learning decides nothing."""
    return learns(world) and "bandit" in world.policies


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


def seen_at(now: Instant, world: World, online: "Online | None") -> "tuple[World, Online | None]":
    """Return ``world`` at ``now``, with what has been published by then, and the learner for it.

    A learner begins, adapts and ends with the first entry of a World, so that a replay does the same: what is returned
    counts only once that entry has been advanced.
    """
    if not learns(world):
        return world, None
    online = make_learner(world) if online is None else online.adapted(world)
    learned = online.look(now)
    return (world if world.learned is learned else replace(world, learned=learned)), online


def learned_by(store: Store, decision: Decision, world_of: Callable[[Revision], World]) -> "Factored | None":
    """Return the online model that ``decision`` used: what the log up to it has taught, folded anew.

    Takes as long as the log is: some hundred microseconds for each decision before it.

    Args:
        world_of: the World of a revision in the log.
    """
    online: Online | None = None
    for block in store.blocks():
        world = world_of(block.revision)
        for entry in block.read():
            if not learns(world):
                online = None
                continue
            online = make_learner(world) if online is None else online.adapted(world)
            learned = online.look(entry.now)
            if any(each.decision_id == decision.decision_id for each in entry.decisions):
                return learned
            online.take(entry, world)
    return None
