"""The dispatcher: carries committed commands out, each exactly as often as promised.

For each command: ``attempting`` becomes durable, the gate is asked once more, the channel is called, and what it says
goes back to the writer as an event. So after a crash the ledger tells which calls may have happened:

- the channel takes idempotency keys, or the command sets a state (an audience): the same key is sent again;
- the message is transactional: it is sent again, and flagged as a possible duplicate;
- otherwise the outcome is ``unknown``, and it is never sent again.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from segue.channels.settings import ChannelLimits
from segue.core.handover import recheck
from segue.model.commands import Command, CreateTask, Deliver, SyncAudience
from segue.model.deliveries import DeliveryStatus, Outcome
from segue.model.errors import StoreError
from segue.model.events import DeliveryReported
from segue.model.ids import EventId, derive
from segue.model.time import Instant
from segue.ports.channel import AnyChannel, AudienceChannel, MessageChannel, TaskChannel
from segue.ports.store import LedgerChange, LedgerRow, Store
from segue.runtimes.embedded.backlog import interrupted_of, pending_rows, read_back, urgent_of
from segue.runtimes.embedded.batch import Issued
from segue.runtimes.embedded.lanes import Lane
from segue.runtimes.embedded.memberships import sort_out
from segue.runtimes.embedded.rates import Provider
from segue.runtimes.embedded.repeating import may_repeat
from segue.runtimes.embedded.settings import Settings
from segue.runtimes.embedded.stats import Counters
from segue.runtimes.embedded.turnstile import Turnstile
from segue.runtimes.embedded.writer import Writer

log = logging.getLogger("segue.runtime")

POSSIBLE_DUPLICATE = "possible_duplicate"
INTERRUPTED = "interrupted"
NO_CHANNEL = "no_channel"


class Back(Protocol):
    """The way back into the writer; each call returns after the commit."""

    async def mark(self, changes: Sequence[LedgerChange]) -> None: ...

    async def report(self, events: Sequence[DeliveryReported]) -> object: ...


class Dispatcher:
    """Owns the lanes and their workers."""

    def __init__(
        self,
        channels: Mapping[str, AnyChannel],
        writer: Writer,
        back: Back,
        store: Store,
        *,
        settings: Settings,
        counters: Counters,
        epoch: int,
    ) -> None:
        self._channels = channels
        self._families = {name: _family(channel) for name, channel in channels.items()}
        self._writer = writer
        self._back = back
        self._store = store
        self._settings = settings
        self._counters = counters
        self._epoch = epoch
        self._lanes: dict[str, Lane] = {}
        self._turnstiles: dict[str, Turnstile] = {}
        self._providers = {name: Provider(rate) for name, rate in settings.provider_rates.items()}
        self._workers: list[asyncio.Task[None]] = []
        self._resent: dict[tuple[str, int], str] = {}
        self._stopping = False
        self._ready = asyncio.Event()  # nobody goes before what a crash interrupted

    async def start(self) -> None:
        """Settle what a crash interrupted, then begin with what the ledger still holds."""
        for name in self._channels:
            self._lane(name)
        rows = await asyncio.to_thread(pending_rows, self._store)
        for row, issued in reversed(await asyncio.to_thread(interrupted_of, self._store, rows)):
            await self._settle_interrupted(row, issued)  # in front of all others: so the last one first
        # Before anybody begins: what they had finished by then would be taken once more.
        self.take(await asyncio.to_thread(urgent_of, self._store, rows))
        self._ready.set()
        for lane in tuple(self._lanes.values()):
            await self._catch_up(lane)

    def take(self, commands: Sequence[Issued]) -> None:
        """Take commands of a commit; never waits."""
        by_channel: dict[str, list[Issued]] = {}
        for issued in commands:
            by_channel.setdefault(issued.command.channel, []).append(issued)
        for channel, some in by_channel.items():
            self._lane(channel).offer(some)

    def backlog(self) -> dict[str, int]:
        """Return how many commands wait in memory, by channel."""
        return {name: len(lane) for name, lane in self._lanes.items()}

    def resting(self) -> tuple[str, ...]:
        """Return the channels whose breaker is open."""
        return tuple(name for name, turnstile in self._turnstiles.items() if turnstile.breaker.is_open)

    async def drain(self) -> None:
        """Wait until every command is carried out (for replays and tests; under load there is always a next one)."""
        for lane in self._lanes.values():
            await lane.idle()

    async def stop(self) -> None:
        """Begin no more calls, and give those that have begun some time; what is left is settled by the next start."""
        self._stopping = True
        for turnstile in self._turnstiles.values():
            turnstile.close()
        if self._workers:
            await asyncio.wait(self._workers, timeout=self._settings.stop_seconds)
            for worker in self._workers:
                worker.cancel()
            await asyncio.gather(*self._workers, return_exceptions=True)

    # -- lanes --------------------------------------------------------------------------------------------------

    def _lane(self, channel: str) -> Lane:
        lane = self._lanes.get(channel)
        if lane is None:
            lane = self._lanes[channel] = Lane(channel, self._settings.channel_backlog)
            limits = self._settings.channel_limits.get(channel, ChannelLimits())
            provider = self._providers.get(limits.provider or "")
            turnstile = self._turnstiles[channel] = Turnstile(lane, limits, self._writer.now, provider)
            is_audience = self._families.get(channel) is AudienceChannel
            count = 1 if is_audience else self._settings.channel_workers
            work = self._work_in_batches if is_audience else self._work_singly
            self._workers += [asyncio.create_task(work(turnstile), name=f"segue-{channel}-{n}") for n in range(count)]
        return lane

    async def _work_singly(self, turnstile: Turnstile) -> None:
        await self._ready.wait()
        while not self._stopping:
            for issued in await turnstile.next():
                await self._guard(turnstile, [issued])
            await self._catch_up(turnstile.lane)

    async def _work_in_batches(self, turnstile: Turnstile) -> None:
        lane, at_most = turnstile.lane, self._settings.audience_batch_max
        await self._ready.wait()
        while not self._stopping:
            some = await turnstile.next(at_most)
            if some and len(some) < at_most:
                await asyncio.sleep(self._settings.audience_linger_seconds)
                some += lane.take(at_most - len(some))
            if some:
                await self._guard(turnstile, some)
            await self._catch_up(lane)

    async def _catch_up(self, lane: Lane) -> None:
        """Read commands back from the ledger once everything in memory is under way."""
        if self._stopping or not lane.begin_catching_up():
            return
        commands, is_all = list[Issued](), False
        try:
            limit = self._settings.channel_backlog
            commands, is_all = await asyncio.to_thread(read_back, self._store, lane.channel, limit)
        finally:
            lane.end_catching_up(commands)
        lane.is_behind = lane.is_behind or not is_all

    # -- one command --------------------------------------------------------------------------------------------

    async def _guard(self, turnstile: Turnstile, some: list[Issued]) -> None:
        """Carry commands out; a failure of the store ends the runtime, so it ends the worker too."""
        again: list[Issued] = []
        try:
            again = await self._carry_out(turnstile, some)
        except StoreError:
            self._stopping = True
        finally:
            for issued in some:
                turnstile.lane.finish(issued)
        for issued in reversed(again):
            turnstile.lane.insist(issued)

    async def _carry_out(self, turnstile: Turnstile, some: list[Issued]) -> list[Issued]:
        """Carry commands out, and return those that have to be carried out once more: nobody else would."""
        channel, now = turnstile.lane.channel, self._writer.now()
        await self._back.mark([_attempting(issued, now, self._epoch) for issued in some])
        outcomes = await self._hand_over(channel, some)
        turnstile.breaker.note([outcome.status for outcome in outcomes], asyncio.get_running_loop().time())
        told, again = sort_out(some, outcomes)
        events = [self._reported(issued, outcome) for issued, outcome in told]
        await self._back.report(events)
        for event in events:
            self._counters.deliveries[channel, event.status.value] += 1
        return again

    async def _hand_over(self, name: str, some: list[Issued]) -> Sequence[Outcome]:
        commands = [issued.command for issued in some]
        try:
            if self._families.get(name) is AudienceChannel:
                changes = [command for command in commands if isinstance(command, SyncAudience)]
                return await cast(AudienceChannel, self._channels[name]).sync(changes)
            return [await self._hand_over_one(name, issued) for issued in some]
        except Exception as error:
            # A channel's "no" is an outcome. What it raises is a bug, and nobody knows how far it came.
            log.error("Channel %s raised %s", name, type(error).__name__)
            detail = type(error).__name__
            return [_outcome(command, DeliveryStatus.UNKNOWN, detail) for command in commands]

    async def _hand_over_one(self, name: str, issued: Issued) -> Outcome:
        command, family = issued.command, self._families.get(name)
        if isinstance(command, Deliver) and family is MessageChannel:
            population, now = self._writer.population, self._writer.now()
            customer = population.customer(population.directory.survivor(command.customer_id))
            reason = recheck(customer, command, now=now, world=population.world_of(customer, command))
            if reason is None:
                return await cast(MessageChannel, self._channels[name]).deliver(command)
            return _outcome(command, DeliveryStatus.WITHDRAWN, reason.value)
        if isinstance(command, CreateTask) and family is TaskChannel:
            return await cast(TaskChannel, self._channels[name]).create(command)
        return _outcome(command, DeliveryStatus.REJECTED, NO_CHANNEL)

    def _reported(self, issued: Issued, outcome: Outcome) -> DeliveryReported:
        command = issued.command
        flag = self._resent.pop(issued.key, None)
        return DeliveryReported(
            event_id=EventId(derive("outcome", command.delivery_id, issued.seq)),
            customer_id=command.customer_id,
            at=self._writer.now(),
            delivery_id=command.delivery_id,
            status=outcome.status,
            attempt=_attempt_of(command),
            detail=f"{flag or ''} {outcome.detail}".strip(),
            provider_id=outcome.provider_id,
            retry_after=outcome.retry_after,
            may_have_arrived=outcome.may_have_arrived or flag is not None,  # an attempt that a crash interrupted
        )

    # -- after a crash ------------------------------------------------------------------------------------------

    async def _settle_interrupted(self, row: LedgerRow, issued: Issued | None) -> None:
        """Decide about a call that may or may not have happened."""
        channel = self._channels.get(row.channel)
        if issued is not None and channel is not None and may_repeat(issued.command, channel):
            is_safe = channel.spec.is_idempotent or isinstance(issued.command, SyncAudience)
            self._resent[issued.key] = "" if is_safe else POSSIBLE_DUPLICATE
            if not is_safe:  # it must be known even if the next crash comes before the outcome
                again = EventId(derive("again", row.delivery_id, row.seq, self._epoch))
                await self._back.report([self._word(row, again, DeliveryStatus.ATTEMPTING, POSSIBLE_DUPLICATE)])
            self._lane(row.channel).insist(issued)
            return
        outcome = EventId(derive("outcome", row.delivery_id, row.seq))
        await self._back.report([self._word(row, outcome, DeliveryStatus.UNKNOWN, INTERRUPTED)])
        self._counters.deliveries[row.channel, DeliveryStatus.UNKNOWN.value] += 1

    def _word(self, row: LedgerRow, event_id: EventId, status: DeliveryStatus, detail: str) -> DeliveryReported:
        return DeliveryReported(
            event_id=event_id,
            customer_id=row.customer_id,
            at=self._writer.now(),
            delivery_id=row.delivery_id,
            status=status,
            attempt=row.attempt,
            detail=detail,
        )


def _family(channel: AnyChannel) -> type | None:
    """Return which family's Protocol a channel has; asked once, since asking a Protocol is slow."""
    families: tuple[type, ...] = (MessageChannel, AudienceChannel, TaskChannel)
    return next((family for family in families if isinstance(channel, family)), None)


def _attempting(issued: Issued, now: Instant, epoch: int) -> LedgerChange:
    return LedgerChange(
        delivery_id=issued.command.delivery_id,
        attempt=_attempt_of(issued.command),
        status=DeliveryStatus.ATTEMPTING,
        at=now,
        epoch=epoch,
    )


def _attempt_of(command: Command) -> int:
    return command.attempt if isinstance(command, Deliver) else 1


def _outcome(command: Command, status: DeliveryStatus, detail: str) -> Outcome:
    return Outcome(delivery_id=command.delivery_id, status=status, detail=detail)
