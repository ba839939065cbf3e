"""Running: a workspace in fitted markets, and what it comes to in each."""

from collections.abc import Callable, Sequence

from msgspec import Struct, structs

from segue.core.world import World
from segue.model.customers import Customer
from segue.model.shared import Shared
from segue.model.time import Instant
from segue.model.workspace import Workspace
from segue.simulation.account import Accounts
from segue.simulation.crowd import Crowd
from segue.simulation.fitted.market import FittedMarket, Seen
from segue.simulation.fitted.model import Evidence, Fit
from segue.simulation.running import shares


class Stage(Struct, frozen=True, eq=False):
    """What all runs have in common.

    Attributes:
        chosen: the residents: (place in the history, customer as the engine left them).
        values: for events that are worth something, the property that says how much.
        learned: what the online learner knows when they begin, packed.
    """

    evidence: Evidence
    chosen: Sequence[tuple[int, Customer]]
    begin: Instant
    weeks: int
    seed: str
    shared: Shared = Shared()
    learned: bytes = b""
    ending: str = ""
    values: dict[str, str] = {}


Progress = Callable[[int], None]
"""Told how many more runs of a workspace in a market are done."""


def ageless(workspace: Workspace) -> Workspace:
    """Return ``workspace`` with models that do not grow too old: in production they are trained anew."""
    return structs.replace(workspace, learning=structs.replace(workspace.learning, max_age="3650d"))


def run_in(market: Fit, number: int, world: World, stage: Stage) -> tuple[Accounts, Seen]:
    """Return what came of every resident under ``world`` in one market, and what reached them.

    Args:
        number: of the market; residents of different markets draw apart, those of one draw alike in every arm.
    """
    first = number * len(stage.chosen)
    lived_in = FittedMarket(stage.evidence, market, stage.chosen, first)
    crowd = Crowd(
        structs.replace(world, shared=stage.shared) if shares(world) else world,
        lived_in,
        seed=stage.seed,
        first=first,
        count=len(stage.chosen),
        begin=stage.begin,
        weeks=stage.weeks,
        ending=stage.ending,
        values=stage.values,
        learned=stage.learned,
    )
    return crowd.live_together() if shares(world) else crowd.live_apart(), lived_in.seen
