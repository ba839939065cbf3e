"""The writer: the one task that advances customers and commits what came of it, in groups.

Work waits in a queue. A cycle takes up to ``batch_max`` events, advances them on the event loop, and hands one commit
to the store's thread; while that thread waits for the disk, the next cycle gathers and advances. Whoever submitted is
answered after the commit, never before. When a commit fails nobody knows what is durable: the writer stops for good,
loudly, and a restart recovers.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter
from traceback import extract_tb
from typing import Any

from msgspec import structs

from segue.core.world import World
from segue.model.errors import EventError, StoreError
from segue.model.events import Event, Incoming, Tick
from segue.model.ids import EventId
from segue.model.time import NEVER, SECOND, Clock, Instant
from segue.ports.store import DeadLetter, Store, pack
from segue.runtimes.embedded.batch import Batch, Issued, Receipt
from segue.runtimes.embedded.garbage import Garbage
from segue.runtimes.embedded.settings import Settings
from segue.runtimes.embedded.snapshots import Snapshots
from segue.runtimes.embedded.stats import Counters
from segue.runtimes.embedded.window import Window
from segue.runtimes.embedded.work import Overloaded, Work
from segue.runtimes.population import Advanced, Population

log = logging.getLogger("segue.runtime")


class Writer:
    """Owns the population while it runs.

    Args:
        deliver: called after a commit with the commands that it made durable.
        last_now: ``now`` of the log's last entry; time never goes back behind it.
    """

    def __init__(
        self,
        population: Population,
        store: Store,
        window: Window,
        *,
        clock: Clock,
        settings: Settings,
        counters: Counters,
        deliver: Callable[[Sequence[Issued]], None],
        epoch: int,
        last_now: Instant,
    ) -> None:
        self.population = population
        self.snapshots = Snapshots(
            population,
            store,
            chunk=settings.snapshot_chunk,
            seconds=settings.snapshot_seconds,
            watermark=store.watermark(),
        )
        self.queued = 0
        self.failure: StoreError | None = None
        self._store = store
        self._window = window
        self._clock = clock
        self._settings = settings
        self._counters = counters
        self._deliver = deliver
        self._epoch = epoch
        self._last_now = last_now
        self._work: deque[Work] = deque()
        self._urgent = False
        self._waiting_for = 1
        self._bell: asyncio.Future[None] | None = None
        self._committing: asyncio.Task[None] | None = None
        self._stopping = False
        self._garbage = Garbage()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="segue-store")

    # -- what others call ---------------------------------------------------------------------------------------

    def put(self, work: Work, *, is_urgent: bool = False, is_ours: bool = False, goes_first: bool = False) -> None:
        """Queue work.

        Args:
            is_urgent: commit without waiting for more.
            is_ours: what the runtime itself needs (outcomes, marks) is never refused.
            goes_first: before all that waits, so that nothing changes a customer in between.

        Raises:
            Overloaded: the queue is full.
            StoreError: the writer has stopped.
        """
        if self.failure is not None:
            raise self.failure
        if self._stopping and not is_ours:
            raise StoreError("This runtime is stopping.", "Send it to the next one.")
        if not is_ours:
            self.require_room(work.weight)
        (self._work.appendleft if goes_first else self._work.append)(work)
        self.queued += work.weight
        self._urgent = self._urgent or is_urgent
        if is_urgent or self.queued >= self._waiting_for:
            self._ring()

    def require_room(self, events: int) -> None:
        """Raise `Overloaded` when so many more events do not fit into the queue."""
        if self.queued + events > self._settings.queue_max:
            raise Overloaded(1.0)

    def now(self) -> Instant:
        """Return the time: the wall clock's, but never before an instant that was already used."""
        self._last_now = max(self._last_now, self._clock())
        return self._last_now

    async def run(self) -> None:
        """Work until `stop`, or until a commit fails."""
        if self._settings.manages_gc:
            self._garbage.start()
        try:
            while self.failure is None:
                await self._gather()
                if self._stopping and not self._work:
                    break
                await self._cycle()
            while self.failure is None and self._save_pending():
                await self._cycle(is_last=True)
            await self._settled()
        finally:
            if self._settings.manages_gc:
                self._garbage.stop()
            self._thread.shutdown()

    def stop(self) -> None:
        """Take no more work from outside, finish what is queued, save all states, then end `run`."""
        self._stopping = True
        self._ring()

    def use_world(self, world: World) -> None:
        """Advance with ``world`` from the next batch on; its workspace must be in the store already."""
        self.population.world = world

    async def in_store_thread(self, task: Callable[[], None]) -> None:
        """Run ``task`` where commits run, between two of them: a store has one writing thread."""
        await asyncio.get_running_loop().run_in_executor(self._thread, task)

    # -- one cycle ----------------------------------------------------------------------------------------------

    async def _gather(self) -> None:
        """Return when there is enough to do, or something that must not wait."""
        if not self._work and not self._stopping:
            if self._settings.manages_gc:
                self._garbage.at_rest()
            await self._sleep(self._idle_seconds(), 1)
        if not self._work:
            return
        if self.queued < self._settings.batch_max and not self._urgent:
            await self._sleep(self._settings.linger_seconds, self._settings.batch_max)
        if self._committing is not None and not self._committing.done() and self.queued < self._settings.batch_max:
            # Nothing could be committed sooner anyway; `_commit` rings when it is done.
            await self._sleep(self._settings.timer_poll_seconds, self._settings.batch_max)

    async def _cycle(self, *, is_last: bool = False) -> None:
        batch = self._advance_batch()
        self.snapshots.note(batch.links, batch.decisions)
        batch.save = self.snapshots.next_save(asyncio.get_running_loop().time(), is_last=is_last)
        await self._settled()
        if self.failure is not None:
            batch.fail(self.failure)
            return
        self._committing = asyncio.create_task(self._commit(batch))
        if batch.save is not None and not self._work:
            await self._settled()

    def _advance_batch(self) -> Batch:
        now = self.now()
        self._urgent = False
        population = self.population
        before = population.seq
        batch = Batch(before + 1, population.world, self._epoch)
        room = self._settings.batch_max
        for tick in population.due(now, room // 2 if self._work else room):
            self._advance(tick, now, "", batch)
            room -= 1
        while self._work and room > 0:
            work = self._work.popleft()
            self.queued -= work.weight
            room -= work.weight
            receipts = [self._take_in(incoming, now, batch) for incoming in work.incoming]
            receipts += [self._take(event, now, batch) for event in work.events]
            batch.changes.extend(work.changes)
            batch.jobs.extend(work.jobs)
            for letter in work.letters:
                self._set_aside(letter, batch)
            batch.answer_later(work.done, receipts)
        if self._settings.manages_gc:
            self._garbage.between_batches(population.seq - before)
        return batch

    async def _commit(self, batch: Batch) -> None:
        loop = asyncio.get_running_loop()
        begin = perf_counter()
        try:
            commit = batch.commit()
            if commit is not None:
                await loop.run_in_executor(self._thread, self._store.commit, commit)
                self._counters.count_commit(perf_counter() - begin)
            batch.answer()
            if batch.issued:
                self._deliver(batch.issued)
            if batch.save is not None:
                await loop.run_in_executor(self._thread, batch.save)
        except Exception as error:
            self._fail(error, batch)
        if self._work or self._stopping or self.failure is not None:
            self._ring()  # an idle writer sleeps on: ringing it after every empty commit would turn it in circles

    async def _settled(self) -> None:
        """Wait for the commit in progress."""
        if self._committing is not None:
            await self._committing

    # -- one event ----------------------------------------------------------------------------------------------

    def _take_in(self, incoming: Incoming, now: Instant, batch: Batch) -> Receipt:
        """Resolve and advance a fact from outside."""
        if incoming.event_id in self._window:
            self._counters.duplicates += 1
            return Receipt(event_id=incoming.event_id, status="duplicate")
        try:
            identified = self.population.identify(incoming, now)
        except Exception as error:
            return self._bury(incoming.event_id, incoming, error, incoming.source, now, batch)
        batch.links.extend(identified.links)
        receipts = [self._advance(event, now, incoming.source, batch) for event in identified.events]
        return receipts[-1] if incoming.event is not None else Receipt(event_id=incoming.event_id, status="accepted")

    def _take(self, event: Event, now: Instant, batch: Batch) -> Receipt:
        """Advance an event whose customer is known; who was absorbed while it waited is found in the survivor."""
        if event.event_id in self._window:
            self._counters.duplicates += 1
            return Receipt(event_id=event.event_id, status="duplicate")
        survivor = self.population.directory.survivor(event.customer_id)
        if survivor != event.customer_id:
            event = structs.replace(event, customer_id=survivor)
        return self._advance(event, now, "", batch)

    def _advance(self, event: Event, now: Instant, source: str, batch: Batch) -> Receipt:
        try:
            advanced: Advanced = self.population.advance(event, now)
        except Exception as error:
            # Whatever it is, it is this event's: the customer stays as it was and everybody else goes on.
            if isinstance(event, Tick):
                self.population.silence(event.customer_id)
            return self._bury(event.event_id, event, error, source, now, batch)
        batch.add(advanced)
        if not isinstance(event, Tick):
            self._window.add(event.event_id)
        self._counters.count_event(event, advanced.transitions)
        return Receipt(
            event_id=event.event_id,
            status="accepted",
            customer_id=event.customer_id,
            decisions=advanced.entry.decisions,
        )

    def _bury(self, event_id: EventId, body: Any, error: Exception, source: str, now: Instant, batch: Batch) -> Receipt:
        code = error.code if isinstance(error, EventError) else "engine_error"
        letter = DeadLetter(
            event_id=event_id, at=now, code=code, source=source, detail=_place_of(error), body=_pack_if_possible(body)
        )
        self._set_aside(letter, batch)
        return Receipt(event_id=event_id, status="dead", reason=code)

    def _set_aside(self, letter: DeadLetter, batch: Batch) -> None:
        batch.letters.append(letter)
        self._counters.dead_letters[letter.code] += 1

    # -- sleeping and failing -----------------------------------------------------------------------------------

    def _save_pending(self) -> bool:
        return self.snapshots.wait_seconds(asyncio.get_running_loop().time()) < 3600

    def _idle_seconds(self) -> float:
        alarm = self.population.next_alarm()
        until_alarm = (alarm - self.now()) / SECOND if alarm < NEVER else 3600.0
        until_save = self.snapshots.wait_seconds(asyncio.get_running_loop().time())
        return max(0.0, min(until_alarm, until_save, self._settings.timer_poll_seconds))

    async def _sleep(self, seconds: float, waiting_for: int) -> None:
        """Sleep until so many events wait, somebody rings, or ``seconds`` have passed."""
        loop = asyncio.get_running_loop()
        self._waiting_for = waiting_for
        self._bell = loop.create_future()
        alarm = loop.call_later(seconds, self._ring)
        try:
            await self._bell
        finally:
            alarm.cancel()
            self._bell = None

    def _ring(self) -> None:
        if self._bell is not None and not self._bell.done():
            self._bell.set_result(None)

    def _fail(self, error: Exception, batch: Batch) -> None:
        self.failure = error if isinstance(error, StoreError) else StoreError(f"A commit failed: {error!r}.", _RESTART)
        log.critical("The runtime stops: %s", self.failure)
        batch.fail(self.failure)
        while self._work:
            work = self._work.popleft()
            if not work.done.done():
                work.done.set_exception(self.failure)


_RESTART = "Restart the process; it recovers, and nothing acknowledged is lost."


def _place_of(error: Exception) -> str:
    """Return the kind of error and where it was raised; never its words, which may hold personal data."""
    frames = extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rpartition('/segue/')[2]}:{frames[-1].lineno}" if frames else "unknown"
    return f"{type(error).__name__} at {place}"


def _pack_if_possible(body: Any) -> bytes:
    try:
        return pack(body)
    except Exception:
        return b""
