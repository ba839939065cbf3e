"""The log once more: every entry advanced again by the engine, from nothing, with Worlds built anew."""

from collections.abc import Iterator

from msgspec import Raw, Struct

from segue.core.world import World, build_world
from segue.model.customers import Customer
from segue.model.ids import Revision
from segue.model.workspace import Workspace
from segue.ports.store import Entry, pack, unpack_shared
from segue.runtimes.population import Advanced, Population
from segue.simulation.checkers.evidence import Evidence


class Repeated(Struct, frozen=True):
    """An entry of the log that was advanced again.

    Attributes:
        packed: the entry as it is stored.
        before: the customer before it; ``was`` is what that encoded to before it was advanced.
        again: what came of it this time.
    """

    entry: Entry
    packed: Raw
    before: Customer
    was: bytes
    again: Advanced


class Again:
    """Advances the log of some evidence again.

    Attributes:
        population: everybody, as of the entry that was yielded last.
        wrong: what differs between blocks: the quantities that customers share.
    """

    def __init__(self, evidence: Evidence) -> None:
        first = evidence.blocks[0].revision if evidence.blocks else Revision("")
        self.population = Population(_world(evidence.workspaces.get(first, evidence.workspace), first))
        self.wrong: list[str] = []
        self._evidence = evidence

    def __iter__(self) -> Iterator[Repeated]:
        population = self.population
        for number, block in enumerate(self._evidence.blocks):
            if block.entries:
                population.world = _world(self._evidence.workspaces[block.revision], block.revision)
            if number and population.shared != unpack_shared(block.shared):
                self.wrong.append(f"the block of entry {block.first} begins with other shared quantities")
            for link in block.links:
                population.directory.add(link)
            for entry, packed in zip(block.read(), block.entries, strict=True):
                before = population.customer(entry.event.customer_id)
                was = pack(before)
                again = population.advance(entry.event, entry.now, neighbours=entry.neighbours)
                yield Repeated(entry, packed, before, was, again)


_WORLDS: dict[Revision, World] = {}
"""Worlds of the simulations of this process: nearly all begin with the same few."""


def _world(workspace: Workspace, revision: Revision) -> World:
    if revision not in _WORLDS:
        if len(_WORLDS) > 64:
            _WORLDS.clear()
        _WORLDS[revision] = build_world(workspace, revision=revision)
    return _WORLDS[revision]
