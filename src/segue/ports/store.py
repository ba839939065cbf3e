"""The store: a durable log of blocks, and what is derived from it.

The log is the truth. One `Commit` is one durable write: a block of entries, the ledger rows that its commands open, the
ledger changes and the dead letters of the same batch. Customer states, links and the decision index are caches of the
log, written behind; each state says which entry it includes (``seq``), and the watermark says up to which entry
all of them are complete.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from msgspec import Raw, Struct, msgpack

from segue.model.commands import Command
from segue.model.customers import Contact
from segue.model.decisions import Decision
from segue.model.deliveries import DeliveryStatus
from segue.model.events import Event
from segue.model.identities import Link
from segue.model.ids import CustomerId, DecisionId, DeliveryId, EventId, Revision
from segue.model.learning import Reward
from segue.model.runs import Moved
from segue.model.shared import NOTHING_SHARED, HeldOut, Shared, Tally
from segue.model.time import Instant


class Entry(Struct, frozen=True, array_like=True):
    """One event that was advanced, and what it led to.

    Attributes:
        seq: 1 for the first entry of the store; no gaps.
        now: the instant it was advanced with.
        previous: the entry before this one of the same customer, 0 for none; a customer's timeline is this chain.
        joined: for `Merged`: the last entry of the absorbed customer, 0 for none.
        moved: what journey runs did.
        tallies: what it added to shared quantities.
        neighbours: `segue.model.shared.Shared.neighbours` as they were seen.
        rewards: what it counts for learning.
        held_out: `segue.model.shared.Shared.held_out` as it was seen.
    """

    seq: int
    partition: int
    now: Instant
    event: Event
    decisions: tuple[Decision, ...] = ()
    commands: tuple[Command, ...] = ()
    previous: int = 0
    joined: int = 0
    moved: tuple[Moved, ...] = ()
    tallies: tuple[Tally, ...] = ()
    neighbours: tuple[Contact, ...] = ()
    rewards: tuple[Reward, ...] = ()
    held_out: tuple[HeldOut, ...] = ()


class Block(Struct, frozen=True, array_like=True):
    """The entries of one commit, each still encoded (`pack_entry`), so that one can be read without the others.

    Attributes:
        first: the seq of the first entry.
        revision: the World revision that all entries were advanced with.
        links: identity evidence that came in with them.
        shared: the shared quantities before the first entry, encoded; empty where the workspace has none.
    """

    first: int
    revision: Revision
    entries: tuple[Raw, ...] = ()
    links: tuple[Link, ...] = ()
    shared: bytes = b""

    @property
    def last(self) -> int:
        """The seq of the last entry; ``first - 1`` for a block that holds only links."""
        return self.first + len(self.entries) - 1

    def read(self) -> Iterator[Entry]:
        """Decode the entries, one after another."""
        return map(unpack_entry, self.entries)


class LedgerRow(Struct, frozen=True, kw_only=True):
    """Where one delivery stands. Its command is read from entry ``seq``.

    Attributes:
        epoch: how many times the store had been opened by a runtime when the row last changed; an ``attempting``
            row of an earlier epoch was interrupted by a crash.
    """

    delivery_id: DeliveryId
    customer_id: CustomerId
    channel: str
    seq: int
    at: Instant
    attempt: int = 1
    status: DeliveryStatus = DeliveryStatus.DECIDED
    epoch: int = 0
    detail: str = ""
    provider_id: str = ""


class LedgerChange(Struct, frozen=True, kw_only=True):
    """A later status of a delivery.

    It applies when it is news: of a later attempt, or a later status of the same one in the order of `DeliveryStatus`.
    What is not news, or of a delivery nobody knows, changes nothing.
    """

    delivery_id: DeliveryId
    attempt: int
    status: DeliveryStatus
    at: Instant
    epoch: int = 0
    detail: str = ""
    provider_id: str = ""


class DeadLetter(Struct, frozen=True, kw_only=True):
    """An event that could not be advanced, kept whole until somebody looks.

    Attributes:
        code: the stable reason.
        detail: where it went wrong; never personal data.
        body: the event as msgpack.
    """

    event_id: EventId
    at: Instant
    code: str
    source: str = ""
    detail: str = ""
    body: bytes = b""


class Job(Struct, frozen=True):
    """Something long that a runtime is doing, and how far it has come: ``body`` is the runtime's own; an empty one
    means that the job is to be forgotten.
    """

    job_id: str
    body: bytes


class Commit(Struct, frozen=True, kw_only=True):
    """One durable write, all of it or nothing."""

    block: Block | None = None
    ledger: tuple[LedgerRow, ...] = ()
    changes: tuple[LedgerChange, ...] = ()
    dead_letters: tuple[DeadLetter, ...] = ()
    jobs: tuple[Job, ...] = ()


class CustomerState(Struct, frozen=True, array_like=True):
    """A customer as of entry ``seq``, encoded; ``state`` is empty where the customer was absorbed by another."""

    customer_id: CustomerId
    seq: int
    wake_at: Instant
    state: bytes


class Store(Protocol):
    """What a runtime needs of its persistence.

    All methods block; one thread at a time commits and saves, while others may read. Every method raises
    `StoreError` when the medium fails or holds something it did not write. After a failed `commit` the store
    refuses everything: what reached the medium is unknown, so the process has to end and recover.
    """

    def commit(self, commit: Commit) -> None:
        """Make ``commit`` durable before returning. Its block must start right after the last one."""

    def last_seq(self) -> int:
        """Return the seq of the last committed entry, 0 for none."""

    def blocks(self, after: int = 0) -> Iterator[Block]:
        """Yield every block that holds an entry later than ``after``, or only links, in order."""

    def entry(self, seq: int) -> Entry | None:
        """Return one entry of the log."""

    def save(self, states: Sequence[CustomerState]) -> None:
        """Keep customer states; the latest of a customer wins. They count from the next `complete` on."""

    def complete(
        self,
        watermark: int,
        links: Sequence[Link],
        decisions: Sequence[tuple[DecisionId, int]],
        learned: bytes | None = None,
    ) -> None:
        """Say that all saved states together include every entry up to ``watermark``, and add to links and index.

        Args:
            learned: what the online learner knows as of ``watermark``; None where that has not changed.
        """

    def watermark(self) -> int:
        """Return the last completed watermark, 0 at first."""

    def learned(self) -> bytes:
        """Return what the online learner knew as of the watermark, empty for nothing."""

    def states(self) -> Iterator[CustomerState]:
        """Yield the saved state of every customer, in no particular order."""

    def links(self) -> Iterator[Link]:
        """Yield the links up to the watermark, oldest first."""

    def decision(self, decision_id: DecisionId) -> Decision | None:
        """Return a decision of the log, also one later than the watermark."""

    def delivery(self, delivery_id: DeliveryId) -> LedgerRow | None:
        """Return the ledger row of a delivery."""

    def pending(self, channel: str | None = None, after: int = 0, limit: int = 1000) -> Sequence[LedgerRow]:
        """Return rows ``decided`` or ``attempting``, later than entry ``after``, by (seq, delivery_id).

        ``limit`` rounds up to a whole entry: an entry's rows are never split over two calls.
        """

    def dead_letters(self, limit: int = 100) -> Sequence[DeadLetter]:
        """Return the latest dead letters, latest first."""

    def jobs(self) -> Sequence[Job]:
        """Return every job as it was last committed, by id."""

    def keep_workspace(self, revision: Revision, workspace: bytes) -> None:
        """Keep the definitions of a World revision, for replay; those that were kept first stay, and are the latest."""

    def latest_revision(self) -> Revision | None:
        """Return the revision whose definitions were kept last, None where none were."""

    def workspace(self, revision: Revision) -> bytes | None:
        """Return the definitions kept for ``revision``."""

    def begin_epoch(self) -> int:
        """Count one more runtime that works on this store, durably, and return the count."""

    def close(self) -> None:
        """Release the store; closing twice is nothing."""


STATUS_ORDER = {status: rank for rank, status in enumerate(DeliveryStatus)}
PENDING = (DeliveryStatus.DECIDED, DeliveryStatus.ATTEMPTING)

_encoder = msgpack.Encoder()
_entry_decoder: "msgpack.Decoder[Entry]" = msgpack.Decoder(Entry)


def pack_entry(entry: Entry) -> Raw:
    """Encode an entry for a block.

    Raises:
        TypeError, OverflowError, ValueError: the event holds something that cannot be stored.
    """
    return Raw(_encoder.encode(entry))


def unpack_entry(packed: Raw) -> Entry:
    """Decode an entry of a block."""
    return _entry_decoder.decode(packed)


def pack_shared(shared: Shared) -> bytes:
    """Encode shared quantities for a block."""
    return b"" if shared == NOTHING_SHARED else _encoder.encode(shared)


def unpack_shared(packed: bytes) -> Shared:
    """Decode the shared quantities of a block."""
    return msgpack.decode(packed, type=Shared) if packed else NOTHING_SHARED


def pack(value: Any) -> bytes:
    """Encode any value of the model as the store keeps it."""
    return _encoder.encode(value)


def is_news(row: LedgerRow, change: LedgerChange) -> bool:
    """Tell whether ``change`` says something later than ``row``."""
    return (change.attempt, STATUS_ORDER[change.status]) > (row.attempt, STATUS_ORDER[row.status])
