"""Broadcast: one business event ("back in stock", "the branch in Leeds opens") becomes an event of every customer.

- It is accepted when the job is durable. Then everybody known at its start gets the event, in the order of customer
  ids: everybody, or those in an audience, judged as their turn comes.
- **Nobody twice, nobody left out.** The events of a slice and how far the job has come are one commit, so after a crash
  it goes on exactly there. Two customers who turn out to be one meanwhile get one event, as long as the first is among
  the remembered ids (`Settings.dedupe_window`). Who becomes known while it runs may get it after a restart.
- **Live traffic goes on.** One slice is under way at a time. While a whole batch of other events waits, it goes behind
  them; and after each slice the broadcast rests for as long as that took.
"""

import asyncio
import logging
from collections.abc import Iterator
from heapq import merge
from itertools import islice
from time import perf_counter

import msgspec
from msgspec import Struct, structs

from segue.core.expression_sites import sites
from segue.core.expressions import compile_library, parse
from segue.core.view import Condition
from segue.core.world import World, all_features, scope_of
from segue.model.errors import EventError, SegueError, StoreError
from segue.model.events import Tracked, Value
from segue.model.ids import CustomerId, EventId, Revision, derive
from segue.model.time import DAY, Instant
from segue.ports.store import Job, Store, pack
from segue.runtimes.embedded.batch import Receipt
from segue.runtimes.embedded.window import Window
from segue.runtimes.embedded.work import Work
from segue.runtimes.embedded.writer import Writer

log = logging.getLogger("segue.runtime")

SLICE = 64
"""Customers in one commit: a few milliseconds of work, which is what a live event may have to wait for."""
KEPT = 30 * DAY
"""So long a finished broadcast is remembered, and its message id is the same broadcast."""
_RUN = 10_000  # ids that are sorted at once; a million at once would stop everything for a second
_REST_SECONDS_MAX = 0.1
_PREFIX = "broadcast:"


class Broadcast(Struct, frozen=True, array_like=True, kw_only=True):
    """A business event, and how far it has come.

    Attributes:
        message_id: names it; the same id is the same broadcast.
        audience: the computed audience whose members it is for; "" for everybody.
        at: when it was accepted; the moment of the customers' events.
        status: ``running``, ``done``, or ``failed`` for the reason ``detail``.
        customers: how many there are to consider, as of the start or the last restart.
        considered, reached: how many were; how many of them got the event.
        cursor: the last customer that was considered, "" for none.
    """

    message_id: str
    event: str
    properties: dict[str, Value] = {}
    audience: str = ""
    at: Instant = Instant(0)
    status: str = "running"
    customers: int = 0
    considered: int = 0
    reached: int = 0
    cursor: CustomerId = CustomerId("")
    ended_at: Instant = Instant(0)
    detail: str = ""

    def event_id(self, customer_id: CustomerId) -> EventId:
        """Return the id of a customer's event."""
        return EventId(derive("broadcast", self.message_id, customer_id))


class Broadcasts:
    """Takes business events and carries them to the customers, one after another."""

    def __init__(self, writer: Writer, store: Store, window: Window, batch_max: int) -> None:
        self._writer = writer
        self._store = store
        self._window = window
        self._batch_max = batch_max
        self._all: dict[str, Broadcast] = {}
        self._news = asyncio.Event()
        self._rest = asyncio.Event()
        self._running: asyncio.Task[None]
        self._compiled: tuple[Revision, str, Condition | None] | None = None

    async def start(self) -> None:
        """Take up what a stop or a crash interrupted."""
        for job in await asyncio.to_thread(self._store.jobs):
            if job.job_id.startswith(_PREFIX):
                broadcast = msgspec.msgpack.decode(job.body, type=Broadcast)
                self._all[broadcast.message_id] = broadcast
        self._running = asyncio.create_task(self._run(), name="segue-broadcasts")

    async def accept(self, asked: Broadcast) -> Broadcast:
        """Take a business event in and return how it stands, once that is durable.

        Raises:
            SegueError: there is no such audience, or it has no condition.
            EventError: ``message_id_reused``: another one has this id.
            Overloaded, StoreError: as for any event.
        """
        known = self._all.get(asked.message_id)
        if known is not None:
            if (known.event, known.properties, known.audience) != (asked.event, asked.properties, asked.audience):
                reason = "Another business event has this messageId."
                raise EventError("message_id_reused", reason, "Give every business event an id of its own.")
            return known
        audience_condition(self._writer.population.world, asked.audience)
        now = self._writer.now()
        fresh = structs.replace(asked, at=now, customers=len(self._writer.population))
        old = [each for each in self._all.values() if each.status != "running" and each.ended_at < now - KEPT]
        forgotten = [Job(_PREFIX + each.message_id, b"") for each in old]
        self._all[fresh.message_id] = fresh  # before the commit, so that a repetition meanwhile is not another one
        try:
            self._writer.require_room(1)
            await self._commit(Work(done=_future(), jobs=(_job(fresh), *forgotten)), goes_first=False)
        except BaseException:
            del self._all[fresh.message_id]
            raise
        for each in old:
            self._all.pop(each.message_id, None)
        self._rest.clear()
        self._news.set()
        return fresh

    def find(self, message_id: str) -> Broadcast | None:
        """Return how a broadcast stands; None for one that nobody knows, or that ended long ago."""
        return self._all.get(message_id)

    async def idle(self) -> None:
        """Return when every broadcast has ended."""
        await self._rest.wait()

    async def stop(self) -> None:
        """Let go; the next start goes on from the last slice that is durable."""
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)

    # -- how ----------------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        while True:
            self._news.clear()
            waiting = [each for each in self._all.values() if each.status == "running"]
            if not waiting:
                self._rest.set()
                await self._news.wait()
                continue
            broadcast = min(waiting, key=lambda each: (each.at, each.message_id))
            try:
                await self._carry(broadcast)
            except StoreError:
                return  # the writer has stopped, and says so itself
            except Exception as error:
                log.exception("A business event could not be carried to the customers.")
                reason = error.reason if isinstance(error, SegueError) else type(error).__name__
                await self._keep(self._ended(self._all[broadcast.message_id], "failed", reason))

    async def _carry(self, broadcast: Broadcast) -> None:
        """Give the event to everybody after the cursor."""
        count, ids = await self._everybody_after(broadcast.cursor)
        broadcast = structs.replace(broadcast, customers=broadcast.considered + count)
        while broadcast.status == "running":
            if self._writer.queued >= self._batch_max:
                await self._commit(Work(done=_future()), goes_first=False)  # behind all that waits
            begin = perf_counter()
            names = list(islice(ids, SLICE))
            events = self._events(broadcast, names)
            broadcast = structs.replace(
                broadcast,
                considered=broadcast.considered + len(names),
                reached=broadcast.reached + len(events),
                cursor=names[-1] if names else broadcast.cursor,
            )
            if len(names) < SLICE:
                broadcast = self._ended(broadcast, "done")
            await self._keep(broadcast, events)
            await asyncio.sleep(min(perf_counter() - begin, _REST_SECONDS_MAX))

    def _events(self, broadcast: Broadcast, names: list[CustomerId]) -> list[Tracked]:
        """Return the events of those who are to get one and did not under another name; judged now."""
        population = self._writer.population
        condition, now = self._condition(broadcast.audience), self._writer.now()
        events: dict[EventId, Tracked] = {}
        for name in names:
            customer_id = population.directory.survivor(name)
            customer = population.customer(customer_id)
            if any(broadcast.event_id(each) in self._window for each in (customer_id, *customer.absorbed)):
                continue
            profile = customer.profile
            if condition is not None and condition(profile.traits, profile.features, {}, {}, now) is not True:
                continue
            event_id = broadcast.event_id(customer_id)
            events[event_id] = Tracked(
                event_id=event_id,
                customer_id=customer_id,
                at=broadcast.at,
                name=broadcast.event,
                properties=broadcast.properties,
            )
        return list(events.values())

    def _condition(self, audience: str) -> Condition | None:
        world = self._writer.population.world
        if self._compiled is None or self._compiled[:2] != (world.revision, audience):
            self._compiled = world.revision, audience, audience_condition(world, audience)
        return self._compiled[2]

    async def _everybody_after(self, cursor: CustomerId) -> tuple[int, Iterator[CustomerId]]:
        """Return how many customers have a later id than ``cursor``, and these ids in order."""
        everybody = self._writer.population.roll()
        runs: list[list[CustomerId]] = []
        for start in range(0, len(everybody), _RUN):
            runs.append(sorted(name for name in everybody[start : start + _RUN] if name > cursor))
            await asyncio.sleep(0)
        return sum(map(len, runs)), merge(*runs)

    def _ended(self, broadcast: Broadcast, status: str, detail: str = "") -> Broadcast:
        return structs.replace(broadcast, status=status, detail=detail, ended_at=self._writer.now())

    async def _keep(self, broadcast: Broadcast, events: list[Tracked] | None = None) -> None:
        """Make how far it has come durable, together with the events that brought it there.

        They go before everything else that waits: what was judged a moment ago is so still when it is advanced.
        """
        await self._commit(Work(done=_future(), events=events or (), jobs=(_job(broadcast),)), goes_first=True)
        self._all[broadcast.message_id] = broadcast

    async def _commit(self, work: Work, *, goes_first: bool) -> None:
        self._writer.put(work, is_ours=True, goes_first=goes_first)
        await work.done


def audience_condition(world: World, audience: str) -> Condition | None:
    """Return the compiled condition of a computed audience; None for everybody.

    Raises:
        SegueError: there is no such audience, or it has no condition.
    """
    if not audience:
        return None
    key, workspace = f"audiences.{audience}.when", world.workspace
    site = next((site for site in sites(workspace) if site.key == key), None)
    if site is None:
        raise SegueError(f"There is no computed audience {audience!r}.", "Declare it in audiences/, with a `when`.")
    features = all_features(workspace)
    node = parse(site.source, scope_of(site, workspace, features), "boolean")
    return compile_library({key: node}, features)[key]


def _job(broadcast: Broadcast) -> Job:
    return Job(_PREFIX + broadcast.message_id, pack(broadcast))


def _future() -> "asyncio.Future[list[Receipt]]":
    return asyncio.get_running_loop().create_future()
