"""Publishing in place: another World takes over between two commits, and everybody whom it concerns gets a tick.

Who is in a journey of another version or status has to be looked at: to migrate, to stop, to go on after a pause; and
everybody, where schedules or watched audiences changed. They are gone through in slices between other work; that it is
being done is a durable job, so that a start after a crash does it again. A tick too many changes nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection

from msgspec import msgpack

from segue.core.world import World
from segue.model.events import Tick
from segue.model.ids import EventId, derive
from segue.model.workspace import Workspace
from segue.ports.store import Job, Store, pack
from segue.runtimes.embedded.recovery import Recovered
from segue.runtimes.embedded.writer import Writer
from segue.runtimes.versions import (
    EVERYBODY,
    JourneyPreview,
    build_composed,
    concerned,
    preview_changes,
    with_retired,
)

JOB = "publishing"
"""The job's body holds the names of the journeys whose people have to be told."""

SLICE = 256
"""Customers that are looked at before others get their turn."""

Tell = Callable[[list[Tick]], Awaitable[object]]
Note = Callable[[Job], Awaitable[object]]


def go_over(found: Recovered, world: World, store: Store) -> frozenset[str]:
    """Let a recovered population use ``world``, with the versions people are still in; return whom it concerns.

    Raises:
        SegueError: a journey changed under its version although people are in it.
    """
    composed = with_retired(world.workspace, found.workspace, found.population.presence)
    if composed is not world.workspace:
        world = build_composed(composed)
    store.keep_workspace(world.revision, pack(world.workspace))
    found.population.world = world
    names = concerned(found.workspace, world.workspace) if found.workspace is not None else frozenset()
    return names.union(name for job in store.jobs() if job.job_id == JOB for name in _names_of(job))


class Publisher:
    """Publishes into a running population.

    Args:
        tell: advances ticks, and returns when they are durable.
        note: makes a job durable.
    """

    def __init__(self, writer: Writer, store: Store, *, tell: Tell, note: Note) -> None:
        self._writer = writer
        self._store = store
        self._tell = tell
        self._note = note
        self._turn = asyncio.Lock()
        self._untold: frozenset[str] = frozenset()

    async def publish(self, workspace: Workspace) -> tuple[JourneyPreview, ...]:
        """Go over to ``workspace`` and tell everybody concerned; return what that meant.

        Raises:
            SegueError: it contradicts itself, or a journey changed under its version although people are in it; then
                nothing has changed.
        """
        population = self._writer.population
        async with self._turn:
            before = population.world.workspace
            composed, world = await self._built(workspace, before)
            await self._begin(concerned(before, workspace))
            while (present := with_retired(workspace, before, population.presence)) != composed:
                composed, world = await self._built(present, before)  # somebody went in or out meanwhile
            previews = preview_changes(workspace, before, population.presence)
            self._writer.use_world(world)
            await self._finish()
        return previews

    async def resume(self, names: Collection[str]) -> None:
        """Tell everybody in the journeys ``names`` that there is something new: after a start."""
        async with self._turn:
            await self._begin(names)
            await self._finish()

    async def _built(self, workspace: Workspace, before: Workspace) -> tuple[Workspace, World]:
        composed = with_retired(workspace, before, self._writer.population.presence)
        world = await asyncio.to_thread(build_composed, composed)
        await self._writer.in_store_thread(lambda: self._store.keep_workspace(world.revision, pack(world.workspace)))
        return composed, world

    async def _begin(self, names: Collection[str]) -> None:
        self._untold |= frozenset(names)
        if self._untold:
            await self._note(Job(JOB, pack(sorted(self._untold))))

    async def _finish(self) -> None:
        population, names = self._writer.population, self._untold
        everybody = population.roll() if names else []
        for start in range(0, len(everybody), SLICE):
            ticks: list[Tick] = []
            for customer_id in everybody[start : start + SLICE]:
                there = population.enrollments(customer_id)
                if EVERYBODY in names or any(each.journey in names for each in (*there.runs, *there.pending)):
                    tick_id = EventId(derive("published", population.world.revision, customer_id))
                    ticks.append(Tick(event_id=tick_id, customer_id=customer_id, at=self._writer.now()))
            await (self._tell(ticks) if ticks else asyncio.sleep(0))
        if names:
            self._untold = frozenset()
            await self._note(Job(JOB, b""))


def _names_of(job: Job) -> list[str]:
    return msgpack.decode(job.body, type=list[str])
