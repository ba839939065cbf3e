"""The store in memory."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from msgspec import structs

from segue.model.decisions import Decision
from segue.model.errors import StoreError
from segue.model.identities import Link
from segue.model.ids import CustomerId, DecisionId, DeliveryId, EventId, Revision
from segue.ports.store import (
    PENDING,
    Block,
    Commit,
    CustomerState,
    DeadLetter,
    Entry,
    Job,
    LedgerChange,
    LedgerRow,
    is_news,
    unpack_entry,
)


class Medium:
    """What a disk would hold. Give it to a second `MemoryStore` to open the same data again."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.ledger: dict[DeliveryId, LedgerRow] = {}
        self.dead_letters: dict[EventId, DeadLetter] = {}
        self.states: dict[CustomerId, CustomerState] = {}
        self.links: list[Link] = []
        self.decisions: dict[DecisionId, int] = {}
        self.jobs: dict[str, Job] = {}
        self.workspaces: dict[Revision, bytes] = {}
        self.watermark = 0
        self.learned = b""
        self.epoch = 0
        self.is_open = False


class MemoryStore:
    """A `segue.ports.store.Store` without a disk.

    Raises:
        StoreError: the medium is already open.
    """

    def __init__(self, medium: Medium | None = None) -> None:
        self._medium = medium or Medium()
        if self._medium.is_open:
            raise StoreError("This store is already open.", "Close the other one first.")
        self._medium.is_open = True
        self._closed = False
        self._failed = False

    def commit(self, commit: Commit) -> None:
        medium = self._usable()
        if self._failed:
            raise StoreError("A commit failed before.", "Open the store again.")
        if commit.block is not None:
            if commit.block.first != self.last_seq() + 1:
                self._failed = True
                raise StoreError(
                    f"A block starts at {commit.block.first}; the log ends at {self.last_seq()}.", "Report this bug."
                )
            medium.blocks.append(commit.block)
        for row in commit.ledger:
            medium.ledger[row.delivery_id] = row
        for change in commit.changes:
            self._change(change)
        for letter in commit.dead_letters:
            medium.dead_letters.pop(letter.event_id, None)
            medium.dead_letters[letter.event_id] = letter
        for job in commit.jobs:
            medium.jobs.pop(job.job_id, None)
            if job.body:
                medium.jobs[job.job_id] = job

    def last_seq(self) -> int:
        blocks = self._usable().blocks
        return blocks[-1].last if blocks else 0

    def blocks(self, after: int = 0) -> Iterator[Block]:
        return iter([block for block in self._usable().blocks if block.last > after or not block.entries])

    def entry(self, seq: int) -> Entry | None:
        blocks = self._usable().blocks
        at = bisect_left(blocks, seq, key=lambda block: block.last)
        if seq < 1 or at == len(blocks):
            return None
        return unpack_entry(blocks[at].entries[seq - blocks[at].first])

    def save(self, states: Sequence[CustomerState]) -> None:
        self._usable().states.update((state.customer_id, state) for state in states)

    def complete(
        self,
        watermark: int,
        links: Sequence[Link],
        decisions: Sequence[tuple[DecisionId, int]],
        learned: bytes | None = None,
    ) -> None:
        medium = self._usable()
        medium.watermark = watermark
        medium.links.extend(links)
        medium.decisions.update(decisions)
        if learned is not None:
            medium.learned = learned

    def learned(self) -> bytes:
        return self._usable().learned

    def watermark(self) -> int:
        return self._usable().watermark

    def states(self) -> Iterator[CustomerState]:
        return iter(list(self._usable().states.values()))

    def links(self) -> Iterator[Link]:
        return iter(list(self._usable().links))

    def decision(self, decision_id: DecisionId) -> Decision | None:
        medium = self._usable()
        seq = medium.decisions.get(decision_id)
        found = self.entry(seq) if seq else None
        late = (entry for block in self.blocks(medium.watermark) for entry in block.read())
        for entry in [found] if found else late:
            for decision in entry.decisions:
                if decision.decision_id == decision_id:
                    return decision
        return None

    def delivery(self, delivery_id: DeliveryId) -> LedgerRow | None:
        return self._usable().ledger.get(delivery_id)

    def pending(self, channel: str | None = None, after: int = 0, limit: int = 1000) -> Sequence[LedgerRow]:
        rows = [
            row
            for row in self._usable().ledger.values()
            if row.status in PENDING and row.seq > after and channel in (None, row.channel)
        ]
        rows.sort(key=lambda row: (row.seq, row.delivery_id))
        last_seq = rows[limit - 1].seq if len(rows) > limit else None
        return [row for row in rows if last_seq is None or row.seq <= last_seq]

    def dead_letters(self, limit: int = 100) -> Sequence[DeadLetter]:
        return list(reversed(self._usable().dead_letters.values()))[:limit]

    def jobs(self) -> Sequence[Job]:
        return sorted(self._usable().jobs.values(), key=lambda job: job.job_id)

    def keep_workspace(self, revision: Revision, workspace: bytes) -> None:
        workspaces = self._usable().workspaces
        workspaces[revision] = workspaces.pop(revision, workspace)  # at the end: it is the latest

    def latest_revision(self) -> Revision | None:
        return next(reversed(self._usable().workspaces), None)

    def workspace(self, revision: Revision) -> bytes | None:
        return self._usable().workspaces.get(revision)

    def begin_epoch(self) -> int:
        medium = self._usable()
        medium.epoch += 1
        return medium.epoch

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._medium.is_open = False

    def _change(self, change: LedgerChange) -> None:
        row = self._medium.ledger.get(change.delivery_id)
        if row is not None and is_news(row, change):
            self._medium.ledger[row.delivery_id] = structs.replace(
                row,
                attempt=change.attempt,
                status=change.status,
                epoch=change.epoch,
                detail=change.detail,
                provider_id=change.provider_id or row.provider_id,
            )

    def _usable(self) -> Medium:
        if self._closed:
            raise StoreError("This store is closed.", "Open it again.")
        return self._medium
