"""History: put recorded rows through the embedded runtime in virtual time, durably, with its timers and its channels.

The runtime is the production one; only its clock is ours. Between two facts the clock moves to each alarm that is due,
so that a journey which waits three weeks does so, in a moment. What customers do with mails is drawn, by `Audience`.
"""

from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from typing import Any, TypeAlias

from msgspec import Struct

from segue.core.chance import draw
from segue.model.commands import Deliver
from segue.model.deliveries import DeliveryStatus, Outcome
from segue.model.events import ConsentChanged, DeliveryReported, Event, Incoming
from segue.model.ids import EventId, derive
from segue.model.time import HOUR, NEVER, Instant
from segue.ports.channel import AnyChannel, MessageChannel
from segue.ports.store import DeadLetter
from segue.runtimes.embedded import Embedded
from segue.sources.files import DeadRow
from segue.testing import VirtualClock

LETTERS_MAX = 1000
"""Dead rows that are set aside in one commit."""

WINDOW = 6 * HOUR
"""Facts that lie so near to each other, with no timer between them, are committed together, at the last one's moment:
what follows from them is the same, and there are fewer commits.
"""

Row: TypeAlias = Incoming | DeadRow


class Readers(Struct, frozen=True, kw_only=True):
    """How customers treat mails. Real orders do not tell, so this is drawn, the same at every run.

    Attributes:
        opening, unsubscribing: shares of all mails; who unsubscribes has opened.
    """

    seed: str
    opening: float = 0.35
    unsubscribing: float = 0.02

    def react(self, mail: Deliver, at: Instant) -> tuple[Event, ...]:
        """Return what comes back of ``mail``, handed over at ``at``."""
        if draw(self.seed, "opens", mail.delivery_id) >= self.opening:
            return ()
        opened_at = Instant(at + round(draw(self.seed, "opens after", mail.delivery_id) * 20 * HOUR))
        opened = DeliveryReported(
            event_id=EventId(derive("opened", mail.delivery_id)),
            customer_id=mail.customer_id,
            at=opened_at,
            delivery_id=mail.delivery_id,
            status=DeliveryStatus.OPENED,
            attempt=mail.attempt,
        )
        if draw(self.seed, "unsubscribes", mail.delivery_id) >= self.unsubscribing / self.opening:
            return (opened,)
        unsubscribed = ConsentChanged(
            event_id=EventId(derive("unsubscribed", mail.delivery_id)),
            customer_id=mail.customer_id,
            at=opened_at,
            channel=mail.channel,
            granted=False,
            source="one_click",
        )
        return (opened, unsubscribed)


class History:
    """Moves a runtime through recorded time. Wrap the runtime's channels in `watch` before it starts."""

    def __init__(self, clock: VirtualClock, readers: Readers) -> None:
        self._clock = clock
        self._readers = readers
        self._coming: list[tuple[Instant, int, Event]] = []
        self._heard = 0
        self._letters: list[DeadLetter] = []

    def watch(self, channel: AnyChannel) -> AnyChannel:
        """Return ``channel`` such that customers react to the messages that it takes."""
        return _Watched(channel, self._mail_went_out) if isinstance(channel, MessageChannel) else channel

    async def replay(self, runtime: Embedded, rows: Iterable[Row], progress: Callable[[int], None]) -> None:
        """Put ``rows`` (in the order of time) through ``runtime``, none before its time, none after a later timer.

        Args:
            progress: told how many rows have gone through.
        """
        facts: list[Incoming] = []
        for done, row in enumerate(rows, start=1):
            if isinstance(row, DeadRow):
                await self._set_aside(runtime, row)
            else:
                if facts and (row.at >= facts[0].at + WINDOW or row.at >= self._next_due(runtime)):
                    await self._take_in(runtime, facts)
                    facts = []
                if not facts:
                    await self.pass_time(runtime, row.at)
                facts.append(row)
            progress(done)
        await self._take_in(runtime, facts)
        await self._set_aside(runtime)

    async def pass_time(self, runtime: Embedded, until: Instant) -> None:
        """Let time pass until ``until``: reactions and timers on the way, each at its own moment."""
        while (due := self._next_due(runtime)) <= until:
            self._clock.set(max(self._clock(), due))
            while self._coming and self._coming[0][0] <= due:
                await runtime.report([heappop(self._coming)[2]])
            await runtime.drain()  # takes the timers that are due, and carries out what they command
        self._clock.set(max(self._clock(), until))

    def _next_due(self, runtime: Embedded) -> Instant:
        return min(runtime.next_alarm(), self._coming[0][0] if self._coming else NEVER)

    async def _take_in(self, runtime: Embedded, facts: list[Incoming]) -> None:
        if facts:
            self._clock.set(facts[-1].at)
            await runtime.submit(facts)
            await runtime.drain()

    async def _set_aside(self, runtime: Embedded, *rows: DeadRow) -> None:
        """Keep dead rows; with none, keep those that have gathered."""
        self._letters += [_letter(row, row.at or self._clock()) for row in rows]
        if self._letters and (not rows or len(self._letters) >= LETTERS_MAX):
            letters, self._letters = self._letters, []
            await runtime.set_aside(letters)

    def _mail_went_out(self, mail: Deliver) -> None:
        for event in self._readers.react(mail, self._clock()):
            self._heard += 1
            heappush(self._coming, (event.at, self._heard, event))


class _Watched:
    """A message channel that tells of each message it takes; in everything else the one inside."""

    def __init__(self, inside: MessageChannel, tell: Callable[[Deliver], None]) -> None:
        self._inside = inside
        self._tell = tell

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inside, name)

    async def deliver(self, command: Deliver) -> Outcome:
        outcome = await self._inside.deliver(command)
        if outcome.status is DeliveryStatus.ACCEPTED:
            self._tell(command)
        return outcome


def _letter(row: DeadRow, at: Instant) -> DeadLetter:
    detail = f"row {row.row}" + (f", {row.detail}" if row.detail else "")
    return DeadLetter(event_id=row.event_id, at=at, code=row.reason, source=row.source, detail=detail)
