"""The providers: what they were handed, whether they took it, and what they say about it, at once and later.

Their log is the oracle of the checkers: it lives outside the process, and no crash of that touches it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

from segue.model.catalogue import ChannelSpec
from segue.model.commands import Deliver, SyncAudience
from segue.model.deliveries import DeliveryStatus, Outcome
from segue.model.ids import DeliveryId
from segue.model.time import DAY, HOUR, MINUTE, SECOND, Instant
from segue.ports.channel import AnyChannel, Finding
from segue.simulation.checkers.evidence import Handed, Synced
from segue.simulation.faults.disk import Span
from segue.simulation.faults.loop import Crash
from segue.simulation.faults.schedule import Faults, Odds

Tell = Callable[[int, Deliver, DeliveryStatus, str], None]
"""Sends a receipt: after how many microseconds, about what, its status and its id."""


class Providers:
    """All providers of the town.

    Args:
        now: the time by the process's clock.
        span: which entries the process may know now.
        tell: sends a receipt on its way.
        log_in: lets the recipient of a message say who they are.

    Attributes:
        handed, synced: their log.
    """

    def __init__(
        self,
        faults: Faults,
        chance: Random,
        now: Callable[[], Instant],
        span: Callable[[], Span],
        tell: Tell,
        log_in: Callable[[Deliver], None] = lambda command: None,
        struck: Counter[str] | None = None,
    ) -> None:
        self.handed: list[Handed] = []
        self.synced: list[Synced] = []
        self._odds = Odds(faults, chance, struck)
        self._chance = chance
        self._now = now
        self._span = span
        self._tell = tell
        self._log_in = log_in
        self._taken: set[DeliveryId] = set()
        self._made: set[DeliveryId] = set()

    def channels(self, specs: Sequence[ChannelSpec]) -> dict[str, AnyChannel]:
        """Return a channel to each provider, by name, for one life of the process."""
        made: dict[str, AnyChannel] = {}
        for spec in specs:
            if spec.family == "message":
                made[spec.name] = _Messages(spec, self)
            elif spec.family == "audience":
                made[spec.name] = _Audiences(spec, self)
        return made

    async def take(self, spec: ChannelSpec, command: Deliver) -> Outcome:
        """Be handed a message."""
        odds, chance, span = self._odds, self._chance, self._span()
        if odds.strikes("crash_before_call"):
            raise Crash
        status, takes = self._answer()
        is_known = spec.is_idempotent and command.delivery_id in self._taken
        is_unsure = spec.is_idempotent and status is DeliveryStatus.UNKNOWN
        is_unsure = is_unsure and odds.strikes("timeout_retryable")
        if is_unsure:
            status = DeliveryStatus.RETRYABLE  # as channels with keys may say of a timeout: a resend is harmless
        took = takes and not is_known
        self.handed.append(Handed(self._now(), spec.name, command, took, status, span.since, span.until, span.life))
        if took:
            self._taken.add(command.delivery_id)
            self._react(command)
        if odds.strikes("crash_in_call"):
            raise Crash
        if odds.strikes("log_in_call"):
            self._log_in(command)
        if odds.strikes("slow"):
            await asyncio.sleep(chance.random() ** 3 * 600)
        else:
            await asyncio.sleep(chance.random() * 0.2)
        detail = "hard_bounce" if status is DeliveryStatus.REJECTED and chance.random() < 0.1 else ""
        return Outcome(delivery_id=command.delivery_id, status=status, detail=detail, may_have_arrived=is_unsure)

    async def sync(self, commands: Sequence[SyncAudience]) -> tuple[Outcome, ...]:
        """Be told of changed memberships."""
        span, (status, took) = self._span(), self._answer()
        if status is DeliveryStatus.UNKNOWN:
            status = DeliveryStatus.RETRYABLE  # a membership may be set again
        if any(command.delivery_id in self._made for command in commands):
            status, took = DeliveryStatus.ACCEPTED, True  # what was made once is not refused the second time
        for command in commands:
            self.synced.append(Synced(self._now(), command, took, span.since, span.until))
            if took:
                self._made.add(command.delivery_id)
        if self._odds.strikes("crash_in_call"):
            raise Crash
        await asyncio.sleep(self._chance.random())
        return tuple(Outcome(delivery_id=command.delivery_id, status=status) for command in commands)

    def _answer(self) -> tuple[DeliveryStatus, bool]:
        odds = self._odds
        if odds.strikes("retryable"):
            return DeliveryStatus.RETRYABLE, False
        if odds.strikes("rejected"):
            return DeliveryStatus.REJECTED, False
        if odds.strikes("timeout"):
            return DeliveryStatus.UNKNOWN, False
        if odds.strikes("timeout_accepted"):
            return DeliveryStatus.UNKNOWN, True
        return DeliveryStatus.ACCEPTED, True

    def _react(self, command: Deliver) -> None:
        """Tell what becomes of a message: it arrives, is read perhaps, or makes somebody angry."""
        chance = self._chance
        statuses = [DeliveryStatus.DELIVERED]
        for status, share in (
            (DeliveryStatus.OPENED, 0.4),
            (DeliveryStatus.CLICKED, 0.15),
            (DeliveryStatus.UNSUBSCRIBED, 0.06),
            (DeliveryStatus.COMPLAINED, 0.02),
            (DeliveryStatus.BOUNCED, 0.03),
        ):
            if chance.random() < share:
                statuses.append(status)
        for status in statuses:
            self._send(command, status)

    def _send(self, command: Deliver, status: DeliveryStatus) -> None:
        odds, chance = self._odds, self._chance
        if odds.strikes("receipt_lost"):
            return
        name = f"{command.delivery_id}/{command.attempt}/{status}/{len(self.handed)}"
        delay = int(chance.choice((SECOND // 10, SECOND, MINUTE, 2 * HOUR)) * chance.random())
        if odds.strikes("receipt_late"):
            delay += int(chance.choice((HOUR, DAY, 4 * DAY)) * chance.random())
        self._tell(delay, command, status, name)
        while odds.strikes("receipt_doubled"):
            self._tell(delay + int(chance.choice((0, MINUTE, DAY)) * chance.random()), command, status, name)


class _Channel:
    type = "simulated"

    def __init__(self, spec: ChannelSpec, providers: Providers) -> None:
        self.spec = spec
        self.name = spec.name
        self._providers = providers

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None

    async def check(self) -> tuple[Finding, ...]:
        return ()


class _Messages(_Channel):
    async def deliver(self, command: Deliver) -> Outcome:
        return await self._providers.take(self.spec, command)


class _Audiences(_Channel):
    async def sync(self, commands: Sequence[SyncAudience]) -> tuple[Outcome, ...]:
        return await self._providers.sync(commands)
