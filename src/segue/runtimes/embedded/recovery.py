"""Recovery: the state of a store as of its last durable entry.

The saved states are loaded, and the entries after the watermark are advanced again by the same engine. What comes out
must be what the log says, byte for byte; if it is not, this Segue is not the one that wrote the log, and going on would
silently rewrite history.
"""

from msgspec import Raw, Struct, msgpack

from segue.core.identity.resolve import Directory
from segue.core.world import World, build_world
from segue.model.errors import StoreError
from segue.model.identities import Link
from segue.model.ids import DecisionId, EventId, Revision
from segue.model.time import Instant
from segue.model.workspace import Workspace
from segue.ports.store import Block, Entry, Store, unpack_entry, unpack_shared
from segue.runtimes.embedded.window import Window
from segue.runtimes.neighbourhood import logged_with
from segue.runtimes.population import Population


class Recovered(Struct, frozen=True):
    """What a runtime starts from.

    Attributes:
        last_now: ``now`` of the last entry, 0 for an empty log.
        replayed: entries that were advanced again.
        workspace: what the last entry was advanced with; None for an empty log.
        links, decisions: what the log holds beyond the watermark, so that the store does not have it in its links and
            its index yet: it has to come with the next watermark.
    """

    population: Population
    window: Window
    last_now: Instant
    replayed: int
    workspace: Workspace | None
    links: tuple[Link, ...] = ()
    decisions: tuple[tuple[DecisionId, int], ...] = ()


class Worlds:
    """The World of every revision in the log, built when it is first asked for."""

    def __init__(self, store: Store, current: World | None = None) -> None:
        self._store = store
        self._worlds: dict[Revision, World] = {current.revision: current} if current is not None else {}

    def of(self, revision: Revision) -> World:
        """Return the World of ``revision``.

        Raises:
            StoreError: the store does not know it.
        """
        if revision not in self._worlds:
            self._worlds[revision] = build_world(self.workspace(revision), revision=revision)
        return self._worlds[revision]

    def workspace(self, revision: Revision) -> Workspace:
        """Return the workspace of ``revision``; raises `StoreError` as `of` does."""
        if revision in self._worlds:
            return self._worlds[revision].workspace
        kept = self._store.workspace(revision)
        if kept is None:
            raise StoreError(
                f"The log was written with revision {revision}, which the store does not know.",
                "Restore the folder from a backup.",
            )
        return msgpack.decode(kept, type=Workspace)


def recover(store: Store, world: World, *, hot_customers: int, dedupe_window: int) -> Recovered:
    """Return the population, the window of ids and the time at the end of the log.

    Raises:
        StoreError: the log is damaged, or does not replay to what it says.
    """
    watermark = store.watermark()
    directory = Directory(store.links())
    population = Population(world, directory, hot=hot_customers, seq=watermark, learned=store.learned())
    population.load(store.states())
    worlds = Worlds(store, world)
    replayed, last = 0, None
    links: list[Link] = []
    decisions: list[tuple[DecisionId, int]] = []
    # The last block is read in any case: what is shared is known from there.
    for number, block in enumerate(store.blocks(max(0, min(watermark, store.last_seq() - 1)))):
        if number == 0:
            population.shared = unpack_shared(block.shared)
        links += [link for link in block.links if directory.is_news(link)]
        decisions += _decisions_of(block, watermark)
        replayed += replay_block(population, block, worlds, watermark)
        last = block.revision if block.entries else last
    population.world = world
    window, last_now = _rebuild_window(store, dedupe_window)
    before = worlds.workspace(last) if last is not None else None
    return Recovered(population, window, last_now, replayed, before, tuple(links), tuple(decisions))


def replay_block(population: Population, block: Block, worlds: Worlds, watermark: int = 0) -> int:
    """Advance a block's entries again and return how many; those up to ``watermark`` are in the saved states.

    Raises:
        StoreError: the engine says something else than the log.
    """
    if population.shared != unpack_shared(block.shared):
        raise _differs(block, block.first, "other shared quantities")
    for link in block.links:
        population.directory.add(link)
    count = 0
    entries = [(unpack_entry(packed), packed) for packed in block.entries]
    if any(entry.seq > watermark or entry.tallies for entry, _ in entries):
        population.world = worlds.of(block.revision)
    for entry, packed in entries:
        if entry.seq <= watermark:
            population.pass_over(entry)
        elif not population.skip(entry):
            _advance_again(population, block, entry, packed)
            count += 1
    return count


def _advance_again(population: Population, block: Block, entry: Entry, packed: Raw) -> None:
    try:
        again = population.advance(entry.event, entry.now, around=logged_with(entry)).packed
    except Exception as error:
        raise _differs(block, entry.seq, type(error).__name__) from error
    if bytes(again) != bytes(packed):
        raise _differs(block, entry.seq, "another result")


def _decisions_of(block: Block, watermark: int) -> list[tuple[DecisionId, int]]:
    """Return the decisions of a block after the watermark, and where they lie."""
    if block.last <= watermark:
        return []
    return [(each.decision_id, entry.seq) for entry in block.read() for each in entry.decisions]


class _EventHead(Struct, array_like=True):
    tag: str
    event_id: EventId


class _EntryHead(Struct, array_like=True):
    """The beginning of an entry: the rest of the array is not decoded."""

    seq: int
    partition: int
    now: Instant
    event: Raw


_entry_head = msgpack.Decoder(_EntryHead).decode
_event_head = msgpack.Decoder(_EventHead).decode


def _rebuild_window(store: Store, size: int) -> tuple[Window, Instant]:
    window, last_now = Window(size), Instant(0)
    for block in store.blocks(max(0, store.last_seq() - size)):
        for packed in block.entries:
            head = _entry_head(packed)
            last_now = head.now
            event = _event_head(head.event)
            if event.tag != "tick":
                window.add(event.event_id)
    return window, last_now


def _differs(block: Block, seq: int, what: str) -> StoreError:
    return StoreError(
        f"Entry {seq} of the block that starts at {block.first} does not replay to what the log says ({what}).",
        "Start once with the Segue version that wrote the log and stop it cleanly; then upgrade.",
    )
