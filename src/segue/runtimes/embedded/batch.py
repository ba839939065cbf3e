"""A batch: what one group commit makes durable, and who is told afterwards."""

from asyncio import Future
from collections.abc import Callable
from typing import Any, Literal

from msgspec import Raw, Struct

from segue.core.world import World
from segue.model.commands import Command
from segue.model.decisions import Decision
from segue.model.deliveries import DeliveryStatus
from segue.model.events import DeliveryReported
from segue.model.identities import Link
from segue.model.ids import CustomerId, DecisionId, DeliveryId, EventId
from segue.model.time import Instant
from segue.model.transitions import Abandoned
from segue.ports.store import Block, Commit, DeadLetter, Job, LedgerChange, LedgerRow, pack_shared
from segue.runtimes.population import Advanced


class Receipt(Struct, frozen=True, kw_only=True):
    """What became of a submitted event; given after it is durable.

    Attributes:
        status: ``dead``: it could not be advanced and lies among the dead letters, for ``reason``.
        decisions: what was decided with it.
    """

    event_id: EventId
    status: Literal["accepted", "duplicate", "dead"]
    reason: str = ""
    customer_id: CustomerId = CustomerId("")
    decisions: tuple[Decision, ...] = ()


class Issued(Struct, frozen=True):
    """A command of a committed entry."""

    seq: int
    command: Command

    @property
    def key(self) -> tuple[DeliveryId, int]:
        """Names this issue of the command: a delivery may be issued again by a later entry."""
        return self.command.delivery_id, self.seq


class Batch:
    """Collects one commit.

    Args:
        world: the World as it is before the first entry.
    """

    def __init__(self, first: int, world: World, epoch: int) -> None:
        self.issued: list[Issued] = []
        self.decisions: list[tuple[DecisionId, int]] = []
        self.links: list[Link] = []
        self.changes: list[LedgerChange] = []
        self.letters: list[DeadLetter] = []
        self.jobs: list[Job] = []
        self.save: Callable[[], None] | None = None
        self._first = first
        self._world = world
        self._epoch = epoch
        self._entries: list[Raw] = []
        self._answers: list[tuple[Future[Any], Any]] = []

    def add(self, advanced: Advanced) -> None:
        """Take an entry in, with the commands it issues and what it says about a delivery."""
        entry = advanced.entry
        self._entries.append(advanced.packed)
        if entry.commands:
            self.issued.extend(Issued(entry.seq, command) for command in entry.commands)
        if entry.decisions:
            self.decisions.extend((decision.decision_id, entry.seq) for decision in entry.decisions)
        event = entry.event
        abandoned = [each for transition in advanced.transitions for each in transition.abandoned]
        # That it failed or was withdrawn is the last word only on what surely did not arrive before.
        if isinstance(event, DeliveryReported) and not any(_is_unsure(each, event) for each in abandoned):
            self.changes.append(_change_of(event, entry.now, self._epoch))
        self.changes.extend(_abandonment(each, entry.now, self._epoch) for each in abandoned)

    def answer_later(self, future: "Future[Any]", answer: Any) -> None:
        """Give ``answer`` to ``future`` once the batch is durable."""
        self._answers.append((future, answer))

    def commit(self) -> Commit | None:
        """Return what has to be made durable; None for nothing."""
        has_block = bool(self._entries or self.links)
        if not (has_block or self.changes or self.letters or self.jobs):
            return None
        block = None
        if has_block:
            shared = pack_shared(self._world.shared)
            block = Block(self._first, self._world.revision, tuple(self._entries), tuple(self.links), shared)
        return Commit(
            block=block,
            ledger=tuple(_row_of(issued, self._epoch) for issued in self.issued),
            changes=tuple(self.changes),
            dead_letters=tuple(self.letters),
            jobs=tuple(self.jobs),
        )

    def answer(self) -> None:
        """Tell everybody who waited."""
        for future, answer in self._answers:
            if not future.done():
                future.set_result(answer)

    def fail(self, error: BaseException) -> None:
        """Tell everybody who waited that nobody knows whether it is durable."""
        for future, _ in self._answers:
            if not future.done():
                future.set_exception(error)


def _row_of(issued: Issued, epoch: int) -> LedgerRow:
    command = issued.command
    return LedgerRow(
        delivery_id=command.delivery_id,
        customer_id=command.customer_id,
        channel=command.channel,
        seq=issued.seq,
        at=_decided_at(command),
        attempt=getattr(command, "attempt", 1),
        epoch=epoch,
    )


def _decided_at(command: Command) -> Instant:
    found: Instant = getattr(command, "decided_at", None) or getattr(command, "at", None) or Instant(0)
    return found


def _abandonment(abandoned: Abandoned, now: Instant, epoch: int) -> LedgerChange:
    return LedgerChange(
        delivery_id=abandoned.delivery_id,
        attempt=abandoned.attempt,
        status=DeliveryStatus.UNKNOWN if abandoned.may_have_arrived else DeliveryStatus.WITHDRAWN,
        at=now,
        epoch=epoch,
        detail=abandoned.reason,
    )


def _is_unsure(abandoned: Abandoned, event: DeliveryReported) -> bool:
    return abandoned.may_have_arrived and abandoned.delivery_id == event.delivery_id


def _change_of(event: DeliveryReported, now: Instant, epoch: int) -> LedgerChange:
    return LedgerChange(
        delivery_id=event.delivery_id,
        attempt=event.attempt,
        status=DeliveryStatus(event.status),
        at=now,
        epoch=epoch,
        detail=event.detail,
        provider_id=event.provider_id,
    )
