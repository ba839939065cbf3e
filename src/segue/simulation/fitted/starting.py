"""Starting: the customers of a store as they were at a moment, by advancing its log again."""

from msgspec import Struct

from segue.core.world import build_world
from segue.model.customers import Customer
from segue.model.shared import Shared
from segue.model.time import Instant
from segue.model.workspace import Workspace
from segue.ports.store import Store, unpack_entry
from segue.runtimes.embedded.recovery import Worlds, recover, replay_block
from segue.runtimes.population import Population
from segue.runtimes.presence import Presence


class Start(Struct, frozen=True, eq=False):
    """A moment of a store.

    Attributes:
        customers: all of them, by id.
        workspace: what the last entry was advanced with; None for an empty log.
        presence: who is where.
        learned: the packed state of the online learner, empty where there is none.
    """

    customers: dict[str, Customer]
    at: Instant
    workspace: Workspace | None
    presence: Presence
    shared: Shared
    learned: bytes = b""


def start_at(store: Store, until: Instant) -> Start:
    """Return the customers before the first commit that has an entry at ``until`` or later.

    Raises:
        StoreError: the log does not replay to what it says.
    """
    worlds = Worlds(store)
    population: Population | None = None
    last, workspace = Instant(0), None
    for block in store.blocks():
        if population is None:
            population = Population(worlds.of(block.revision), hot=1_000_000)
        moments = [unpack_entry(packed).now for packed in block.entries]
        if moments and moments[-1] >= until:
            break
        replay_block(population, block, worlds)
        if moments:
            last, workspace = moments[-1], worlds.workspace(block.revision)
    if population is None:
        return Start({}, until, None, Presence(), Shared())
    return _start(population, max(last, until), workspace)


def start_now(store: Store, workspace: Workspace) -> Start:
    """Return the customers at the end of the log."""
    found = recover(store, build_world(workspace), hot_customers=1_000_000, dedupe_window=1)
    return _start(found.population, found.last_now, found.workspace)


def _start(population: Population, at: Instant, workspace: Workspace | None) -> Start:
    customers = {str(name): population.customer(name) for name in population.customer_ids()}
    return Start(customers, at, workspace, population.presence, population.shared, population.learned())
