"""The embedded runtime: one process, one event loop, one store. `pip install segue` and go."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from segue.core.world import World
from segue.model.customers import Customer
from segue.model.decisions import Decision
from segue.model.errors import EventError, StoreError
from segue.model.events import DecisionRequested, DeliveryReported, Event, Incoming
from segue.model.identities import Identifier
from segue.model.ids import CustomerId, DecisionId, DeliveryId
from segue.model.time import Clock, Instant
from segue.model.workspace import Workspace
from segue.ports.channel import AnyChannel
from segue.ports.store import DeadLetter, Entry, Job, LedgerChange, LedgerRow, Store
from segue.runtimes.embedded.batch import Receipt
from segue.runtimes.embedded.broadcast import Broadcasts
from segue.runtimes.embedded.clock import wall_clock
from segue.runtimes.embedded.dispatcher import Dispatcher
from segue.runtimes.embedded.exporting import Exporting
from segue.runtimes.embedded.publisher import Publisher, go_over
from segue.runtimes.embedded.recovery import recover
from segue.runtimes.embedded.settings import Settings
from segue.runtimes.embedded.stats import Counters, Stats
from segue.runtimes.embedded.timeline import read_timeline
from segue.runtimes.embedded.work import Work
from segue.runtimes.embedded.writer import Writer
from segue.runtimes.presence import Presence
from segue.runtimes.versions import JourneyPreview

log = logging.getLogger("segue.runtime")


class Embedded:
    """Advances customers, keeps them, and carries out what was decided. Made by `start`.

    Every method belongs to the event loop that started it. Whatever was acknowledged survives any crash.

    Attributes:
        broadcasts: business events on their way to every customer.
    """

    broadcasts: Broadcasts

    def __init__(self, store: Store, settings: Settings, writer: Writer, counters: Counters) -> None:
        self.settings = settings
        self._store = store
        self._writer = writer
        self._counters = counters
        self.fallbacks = counters.fallbacks
        self._dispatcher: Dispatcher
        self._publisher: Publisher
        self._running: asyncio.Task[None]
        self._telling: asyncio.Task[None]
        self._exporting: tuple[Exporting, asyncio.Task[None]] | None = None

    @classmethod
    async def start(
        cls,
        world: World,
        store: Store,
        channels: Mapping[str, AnyChannel],
        *,
        clock: Clock = wall_clock,
        settings: Settings | None = None,
        segments: Path | None = None,
    ) -> Self:
        """Recover what the store holds, and go on where it stopped.

        Args:
            channels: by name, already started; they are stopped by whoever started them.
            segments: the folder for Parquet segments of the log; none are written without.

        Raises:
            StoreError: the store is damaged, or does not replay to what it says.
            SegueError: a journey changed under its version although people are in it.
        """
        settings = settings or Settings()
        epoch = await asyncio.to_thread(store.begin_epoch)
        found = await asyncio.to_thread(
            recover, store, world, hot_customers=settings.hot_customers, dedupe_window=settings.dedupe_window
        )
        concerned = await asyncio.to_thread(go_over, found, world, store)
        counters = Counters(found.population.presence.waiting)
        writer = Writer(
            *(found.population, store, found.window),
            clock=clock,
            settings=settings,
            counters=counters,
            deliver=lambda issued: runtime._dispatcher.take(issued),
            epoch=epoch,
            last_now=found.last_now,
        )
        writer.snapshots.note(found.links, found.decisions)
        runtime = cls(store, settings, writer, counters)
        runtime._dispatcher = Dispatcher(
            channels, writer, runtime, store, settings=settings, counters=counters, epoch=epoch
        )
        runtime._publisher = Publisher(writer, store, tell=runtime.report, note=runtime._note)
        runtime._running = asyncio.create_task(writer.run(), name="segue-writer")
        await runtime._dispatcher.start()
        runtime.broadcasts = Broadcasts(writer, store, found.window, settings.batch_max)
        await runtime.broadcasts.start()
        runtime._telling = asyncio.create_task(runtime._publisher.resume(concerned), name="segue-publisher")
        if segments is not None:
            exporting = Exporting(store, segments, settings.segment_seconds)
            runtime._exporting = exporting, asyncio.create_task(exporting.run(), name="segue-segments")
        log.info("Started with %d customers; %d entries replayed.", len(found.population), found.replayed)
        return runtime

    # -- what happens -------------------------------------------------------------------------------------------

    async def submit(self, incoming: Sequence[Incoming]) -> list[Receipt]:
        """Take facts in and return a receipt for each, in order, once they are durable.

        Raises:
            Overloaded: the queue is full; nothing was taken.
            StoreError: the runtime has failed or is stopping; what of it is durable is known after a restart.
        """
        self._writer.require_room(len(incoming))
        size = self.settings.batch_max
        parts = [incoming[start : start + size] for start in range(0, len(incoming), size)]
        if len(parts) == 1:
            return await self._put(Work(done=_future(), incoming=incoming))
        answers = [self._begin(Work(done=_future(), incoming=part)) for part in parts]
        return [receipt for answer in answers for receipt in await answer]

    async def decide(self, incoming: Incoming) -> tuple[Decision, ...]:
        """Take a decision request in and return what was decided, once that is durable.

        Raises:
            EventError: the request was a duplicate, or could not be advanced.
        """
        assert isinstance(incoming.event, DecisionRequested), "only a decision request is answered by a decision"
        (receipt,) = await self._put(Work(done=_future(), incoming=(incoming,)), is_urgent=True)
        if receipt.status == "accepted":
            return receipt.decisions
        code = receipt.reason or receipt.status
        raise EventError(code, f"The decision request was not taken: {code}.", "Send it with an id of its own.")

    async def report(self, events: Sequence[Event], *, channel: str = "") -> list[Receipt]:
        """Take events in whose customer is known: outcomes, receipts, unsubscribes.

        Args:
            channel: whose receipts they are, for the counters.
        """
        receipts = await self._put(Work(done=_future(), events=events), is_ours=True)
        if channel:
            for event, receipt in zip(events, receipts, strict=True):
                if isinstance(event, DeliveryReported) and receipt.status == "accepted":
                    self._counters.deliveries[channel, event.status] += 1
        return receipts

    async def set_aside(self, letters: Sequence[DeadLetter]) -> None:
        """Keep what a source could not even translate, durably."""
        await self._put(Work(done=_future(), letters=letters))

    async def mark(self, changes: Sequence[LedgerChange]) -> None:
        """Make ledger changes durable; for the dispatcher."""
        await self._put(Work(done=_future(), changes=changes), is_ours=True)

    async def publish(self, workspace: Workspace) -> tuple[JourneyPreview, ...]:
        """Go over to a changed workspace between two commits, and tell everybody whom it concerns.

        Returns what that meant for those who are inside journeys, once they have been told.

        Raises:
            SegueError: it contradicts itself, or a journey changed under its version although people are in it; then
                nothing has changed.
        """
        return await self._publisher.publish(workspace)

    # -- what is known ------------------------------------------------------------------------------------------

    @property
    def world(self) -> World:
        """The World that decides now."""
        return self._writer.population.world

    def now(self) -> Instant:
        """Return the runtime's time, which never goes back."""
        return self._writer.now()

    def next_alarm(self) -> Instant:
        """Return when the next timer is due, `NEVER` for none: what a virtual clock moves on to."""
        return self._writer.population.next_alarm()

    def presence(self) -> Presence:
        """Return how many runs are at which step; it goes on changing."""
        return self._writer.population.presence

    def find(self, identifier: Identifier) -> CustomerId | None:
        """Return the customer that ``identifier`` names, None where nothing ever happened to them."""
        customer_id = self._writer.population.directory.find(identifier)
        return customer_id if customer_id in self._writer.population else None

    def customer(self, customer_id: CustomerId) -> Customer | None:
        """Return the customer, also by an id that was merged into theirs; None for nobody."""
        population = self._writer.population
        survivor = population.directory.survivor(customer_id)
        return population.customer(survivor) if survivor in population else None

    async def timeline(self, customer_id: CustomerId, limit: int = 100) -> list[Entry]:
        """Return a customer's log entries, latest first."""
        population = self._writer.population
        last_seq = population.last_seq(population.directory.survivor(customer_id))
        await self.flush()
        return await asyncio.to_thread(lambda: list(read_timeline(self._store, last_seq, limit)))

    async def decision(self, decision_id: DecisionId) -> Decision | None:
        """Return a decision of any age."""
        seq = self._writer.snapshots.recent.get(decision_id)
        if seq is None:
            return await asyncio.to_thread(self._store.decision, decision_id)
        await self.flush()
        entry = await asyncio.to_thread(self._store.entry, seq)
        found = [each for each in entry.decisions if each.decision_id == decision_id] if entry is not None else []
        return found[0] if found else None

    async def delivery(self, delivery_id: DeliveryId) -> LedgerRow | None:
        """Return where a delivery stands."""
        return await asyncio.to_thread(self._store.delivery, delivery_id)

    async def dead_letters(self, limit: int = 100) -> Sequence[DeadLetter]:
        """Return the latest dead letters."""
        return await asyncio.to_thread(self._store.dead_letters, limit)

    def stats(self) -> Stats:
        """Return all counters."""
        writer = self._writer
        return self._counters.read(
            writer.population,
            queue_depth=writer.queued,
            backlog=self._dispatcher.backlog(),
            resting=self._dispatcher.resting(),
            watermark=writer.snapshots.watermark,
        )

    # -- the end ------------------------------------------------------------------------------------------------

    async def flush(self) -> None:
        """Wait until everything submitted so far is durable."""
        await self._put(Work(done=_future()), is_urgent=True, is_ours=True)

    async def drain(self) -> None:
        """Wait until every command so far is carried out and its outcome durable."""
        await self._telling
        await self.flush()
        await self._dispatcher.drain()
        await self.flush()

    async def crashed(self) -> StoreError:
        """Return when a commit, or the writer itself, has failed: the process should end now, and be started again."""
        await asyncio.wait([self._running])
        if self._writer.failure is not None:
            return self._writer.failure
        broken = None if self._running.cancelled() else self._running.exception()
        if broken is None:
            await asyncio.Event().wait()  # it was stopped; that is no crash
        return StoreError(f"The writer has stopped: {type(broken).__name__}.", "Start the process again.")

    async def stop(self) -> None:
        """Finish what has begun, save everything, and let go of the store (which the caller closes).

        Raises:
            StoreError: a commit had failed.
        """
        self._telling.cancel()
        await asyncio.gather(self._telling, return_exceptions=True)
        await self.broadcasts.stop()
        await self._dispatcher.stop()
        self._writer.stop()
        await self._running
        if self._exporting is not None:
            exporting, task = self._exporting
            exporting.stop()
            await task
        if self._writer.failure is not None:
            raise self._writer.failure

    # -- how ----------------------------------------------------------------------------------------------------

    async def _note(self, job: Job) -> None:
        await self._put(Work(done=_future(), jobs=(job,)), is_ours=True)

    async def _put(self, work: Work, *, is_urgent: bool = False, is_ours: bool = False) -> list[Receipt]:
        return await self._begin(work, is_urgent=is_urgent, is_ours=is_ours)

    def _begin(self, work: Work, *, is_urgent: bool = False, is_ours: bool = False) -> "asyncio.Future[list[Receipt]]":
        self._writer.put(work, is_urgent=is_urgent, is_ours=is_ours)
        return work.done


def _future() -> "asyncio.Future[list[Receipt]]":
    return asyncio.get_running_loop().create_future()
