"""The log once more: every entry advanced again by the engine, from nothing, with Worlds built anew."""

from collections.abc import Iterator

from msgspec import Raw, Struct

from segue.core.world import World, build_world
from segue.model.customers import Customer
from segue.model.ids import Revision
from segue.model.workspace import Workspace
from segue.ports.store import Entry, pack, unpack_shared
from segue.runtimes.neighbourhood import logged_with
from segue.runtimes.population import Advanced, Population
from segue.simulation.checkers.evidence import Evidence


class Repeated(Struct, frozen=True):
    """An entry of the log that was advanced again.

    Attributes:
        packed: the entry as it is stored.
        before: the customer before it; ``was`` is what that encoded to before it was advanced.
        again: what came of it this time.
        after: the customer after it, encoded.
    """

    entry: Entry
    packed: Raw
    before: Customer
    was: bytes
    again: Advanced
    after: bytes


class Again(Struct, frozen=True):
    """A log that was advanced again.

    Attributes:
        wrong: what differs between blocks: the quantities that customers share.
    """

    entries: tuple[Repeated, ...]
    wrong: tuple[str, ...]


def advance_again(evidence: Evidence) -> Again:
    """Advance the log of ``evidence`` again; done once for all checkers.

    Raises:
        Exception: whatever the engine raises where the log has an entry.
    """
    known = evidence.worked_out.get("again")
    if not isinstance(known, Again):
        wrong: list[str] = []
        known = Again(tuple(_advance_again(evidence, wrong)), tuple(wrong))
        evidence.worked_out["again"] = known
    return known


def _advance_again(evidence: Evidence, wrong: list[str]) -> Iterator[Repeated]:
    if not evidence.blocks:
        return
    first = evidence.blocks[0].revision
    population = Population(_world(evidence.workspaces[first], first))
    for block in evidence.blocks:
        population.world = _world(evidence.workspaces[block.revision], block.revision)
        if population.shared != unpack_shared(block.shared):
            wrong.append(f"the block of entry {block.first} begins with other shared quantities")
        for link in block.links:
            population.directory.add(link)
        for entry, packed in zip(block.read(), block.entries, strict=True):
            before = population.customer(entry.event.customer_id)
            was = pack(before)
            again = population.advance(entry.event, entry.now, around=logged_with(entry))
            yield Repeated(entry, packed, before, was, again, pack(again.transitions[-1].customer))


_WORLDS: dict[Revision, World] = {}
"""Worlds of the simulations of this process: nearly all begin with the same few."""


def _world(workspace: Workspace, revision: Revision) -> World:
    if revision not in _WORLDS:
        if len(_WORLDS) > 64:
            _WORLDS.clear()
        _WORLDS[revision] = build_world(workspace, revision=revision)
    return _WORLDS[revision]
