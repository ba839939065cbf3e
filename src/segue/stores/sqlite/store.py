"""The store in one SQLite file."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any
from zlib import crc32

from msgspec import msgpack

from segue.model.decisions import Decision
from segue.model.errors import StoreError
from segue.model.identities import Link
from segue.model.ids import DecisionId, DeliveryId, Revision
from segue.ports.store import (
    Block,
    Commit,
    CustomerState,
    DeadLetter,
    Entry,
    Job,
    LedgerRow,
    pack,
    unpack_entry,
)
from segue.stores.sqlite.lock import ProcessLock
from segue.stores.sqlite.rows import (
    COLUMNS,
    LEDGER_CHANGE,
    LEDGER_ROW,
    RESTORE,
    change_values,
    corrupt,
    ledger_row,
    ledger_values,
    read_block,
)
from segue.stores.sqlite.schema import connect

FILE = "segue.sqlite"
PAGE = 64  # blocks or states fetched at a time, so that a long scan holds no read transaction (it would pin the WAL)


class SqliteStore:
    """A `segue.ports.store.Store` in the folder ``folder``.

    Args:
        is_reader: look only: no lock is taken, and a runtime may be working on it meanwhile.

    Raises:
        StoreError: in use by another process, of another schema, or the disk fails.
    """

    def __init__(self, folder: Path | str, *, is_reader: bool = False) -> None:
        self.folder = Path(folder)
        if is_reader and not (self.folder / FILE).exists():
            raise StoreError(f"There is no store in {self.folder}.", "Run `segue run` or `segue ingest` there first.")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = None if is_reader else ProcessLock(self.folder / "segue.lock")
        try:
            self._writer = None if is_reader else connect(self.folder / FILE, is_writer=True)
            self._reader = connect(self.folder / FILE, is_writer=False)
        except BaseException:
            if self._lock:
                self._lock.release()
            raise
        self._reading = Lock()
        self._broken = ""
        self._epoch: int | None = None
        self._last_seq = self._one("SELECT max(last) FROM log") or 0

    # -- the log ------------------------------------------------------------------------------------------------

    def commit(self, commit: Commit) -> None:
        with self._transaction() as writer:
            if commit.block is not None:
                self._append(writer, commit.block)
            writer.executemany(LEDGER_ROW, map(ledger_values, commit.ledger))
            writer.executemany(LEDGER_CHANGE, map(change_values, commit.changes))
            writer.executemany(
                "INSERT OR REPLACE INTO dead_letters (event_id, at, code, source, detail, body) VALUES (?,?,?,?,?,?)",
                [(d.event_id, d.at, d.code, d.source, d.detail, d.body) for d in commit.dead_letters],
            )
            writer.executemany("INSERT OR REPLACE INTO jobs VALUES (?,?)", [(j.job_id, j.body) for j in commit.jobs])
            writer.executemany("DELETE FROM jobs WHERE job_id = ?", [(j.job_id,) for j in commit.jobs if not j.body])
        if commit.block is not None:
            self._last_seq = commit.block.last

    def last_seq(self) -> int:
        if self._writer is None:
            return self._one("SELECT max(last) FROM log") or 0
        return self._last_seq

    def blocks(self, after: int = 0) -> Iterator[Block]:
        number = (self._one("SELECT min(number) FROM log WHERE last >= ?", after) or 1) - 1
        expected = 0
        while rows := self._rows(
            "SELECT number, checksum, block FROM log WHERE number > ? ORDER BY number LIMIT ?", number, PAGE
        ):
            for number, checksum, encoded in rows:
                block = read_block(number, checksum, encoded)
                if expected not in (0, block.first):
                    raise corrupt(f"The log before block {number}")
                expected = block.last + 1
                if block.last > after or not block.entries:
                    yield block

    def entry(self, seq: int) -> Entry | None:
        rows = self._rows(
            "SELECT number, checksum, block FROM log WHERE last >= ? AND first <= ? ORDER BY last LIMIT 1", seq, seq
        )
        for number, checksum, encoded in rows:
            block = read_block(number, checksum, encoded)
            return unpack_entry(block.entries[seq - block.first])
        return None

    # -- what is derived from the log ---------------------------------------------------------------------------

    def save(self, states: Sequence[CustomerState]) -> None:
        with self._transaction() as writer:
            writer.executemany(
                "INSERT INTO customers VALUES (?,?,?,?,?) ON CONFLICT (customer_id) DO UPDATE SET seq = excluded.seq, "
                "wake_at = excluded.wake_at, checksum = excluded.checksum, state = excluded.state",
                [(s.customer_id, s.seq, s.wake_at, crc32(s.state), s.state) for s in states],
            )

    def complete(
        self,
        watermark: int,
        links: Sequence[Link],
        decisions: Sequence[tuple[DecisionId, int]],
        learned: bytes | None = None,
    ) -> None:
        with self._transaction() as writer:
            writer.execute("UPDATE counters SET value = ? WHERE name = 'watermark'", (watermark,))
            writer.executemany("INSERT INTO links (link) VALUES (?)", [(pack(link),) for link in links])
            writer.executemany("INSERT OR IGNORE INTO decisions VALUES (?,?)", sorted(decisions))
            if learned is not None:
                writer.execute("INSERT OR REPLACE INTO learned VALUES (1, ?, ?)", (crc32(learned), learned))

    def learned(self) -> bytes:
        for checksum, body in self._rows("SELECT checksum, body FROM learned"):
            if crc32(body) != checksum:
                raise corrupt("What was learnt")
            return bytes(body)
        return b""

    def watermark(self) -> int:
        return int(self._one("SELECT value FROM counters WHERE name = 'watermark'"))

    def states(self) -> Iterator[CustomerState]:
        row_id = 0
        while rows := self._rows(
            "SELECT rowid, customer_id, seq, wake_at, checksum, state FROM customers WHERE rowid > ? "
            "ORDER BY rowid LIMIT ?",
            row_id,
            PAGE * 16,
        ):
            for row_id, customer_id, seq, wake_at, checksum, state in rows:
                if crc32(state) != checksum:
                    raise corrupt(f"The saved state in row {row_id}")
                yield CustomerState(customer_id, seq, wake_at, state)

    def links(self) -> Iterator[Link]:
        rows = self._rows("SELECT link FROM links ORDER BY number")
        return (msgpack.decode(encoded, type=Link) for (encoded,) in rows)

    def decision(self, decision_id: DecisionId) -> Decision | None:
        seq = self._one("SELECT seq FROM decisions WHERE decision_id = ?", decision_id)
        found = self.entry(seq) if seq else None
        late = (entry for block in self.blocks(self.watermark()) for entry in block.read())
        for entry in [found] if found else late:
            for decision in entry.decisions:
                if decision.decision_id == decision_id:
                    return decision
        return None

    def delivery(self, delivery_id: DeliveryId) -> LedgerRow | None:
        rows = self._rows(f"SELECT {COLUMNS} FROM ledger WHERE delivery_id = ?", delivery_id)
        return ledger_row(rows[0]) if rows else None

    def pending(self, channel: str | None = None, after: int = 0, limit: int = 1000) -> Sequence[LedgerRow]:
        where = "rank <= 1 AND seq > ? AND (? IS NULL OR channel = ?)"
        last = self._one(
            f"SELECT seq FROM ledger WHERE {where} ORDER BY seq LIMIT 1 OFFSET ?",
            after,
            channel,
            channel,
            limit - 1,
        )
        rows = self._rows(
            f"SELECT {COLUMNS} FROM ledger WHERE {where} AND seq <= ? ORDER BY seq, delivery_id",
            after,
            channel,
            channel,
            self.last_seq() if last is None else last,
        )
        return list(map(ledger_row, rows))

    def dead_letters(self, limit: int = 100) -> Sequence[DeadLetter]:
        rows = self._rows(
            "SELECT event_id, at, code, source, detail, body FROM dead_letters ORDER BY number DESC LIMIT ?", limit
        )
        return [
            DeadLetter(event_id=event_id, at=at, code=code, source=source, detail=detail, body=body)
            for event_id, at, code, source, detail, body in rows
        ]

    # -- what stands beside it ----------------------------------------------------------------------------------

    def jobs(self) -> Sequence[Job]:
        return [Job(*row) for row in self._rows("SELECT job_id, body FROM jobs ORDER BY job_id")]

    def keep_workspace(self, revision: Revision, workspace: bytes) -> None:
        with self._transaction() as writer:
            writer.execute("INSERT OR IGNORE INTO workspaces VALUES (?,?)", (revision, workspace))
            latest = "UPDATE workspaces SET rowid = (SELECT max(rowid) + 1 FROM workspaces) WHERE revision = ?"
            writer.execute(latest, (revision,))

    def latest_revision(self) -> Revision | None:
        found: str | None = self._one("SELECT revision FROM workspaces ORDER BY rowid DESC LIMIT 1")
        return Revision(found) if found is not None else None

    def workspace(self, revision: Revision) -> bytes | None:
        found: bytes | None = self._one("SELECT workspace FROM workspaces WHERE revision = ?", revision)
        return found

    def begin_epoch(self) -> int:
        with self._transaction() as writer:
            writer.execute("UPDATE counters SET value = value + 1 WHERE name = 'epoch'")
            self._epoch = int(writer.execute(_EPOCH).fetchone()[0])
        return self._epoch

    def close(self) -> None:
        if self._broken == "closed":
            return
        self._broken = "closed"
        with self._reading:
            self._reader.close()
        if self._writer is not None:
            self._writer.close()
        if self._lock is not None:
            self._lock.release()

    # -- how ----------------------------------------------------------------------------------------------------

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Run one durable transaction. After a failure nothing is tried again: a second fsync may lie about the
        first one's pages.
        """
        if self._broken:
            raise StoreError(f"The store is not usable: {self._broken}.", "Restart the process; it recovers.")
        if self._writer is None:
            raise StoreError("The store was opened for reading.", "Open it without is_reader.")
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            self._require_own_epoch(self._writer)
            yield self._writer
            self._writer.execute("COMMIT")
        except BaseException as error:
            self._broken = f"a commit failed with {type(error).__name__}"
            if isinstance(error, sqlite3.Error):
                raise StoreError(
                    f"The store could not commit: {error}.",
                    "Check the disk, then restart; nothing acknowledged is lost.",
                ) from error
            raise

    def _require_own_epoch(self, writer: sqlite3.Connection) -> None:
        """Refuse to write once another runtime has begun: the lock file may have been deleted under a live one."""
        if self._epoch is not None and writer.execute(_EPOCH).fetchone() != (self._epoch,):
            raise StoreError("Another runtime has taken this store over.", "Stop one of the two; nothing was written.")

    def _append(self, writer: sqlite3.Connection, block: Block) -> None:
        if block.first != self._last_seq + 1:
            raise StoreError(f"A block starts at {block.first}; the log ends at {self._last_seq}.", "Report this bug.")
        encoded = pack(block)
        writer.execute(
            "INSERT INTO log (first, last, checksum, block) VALUES (?,?,?,?)",
            (block.first, block.last, crc32(encoded), encoded),
        )

    def _rows(self, query: str, *values: Any) -> list[Any]:
        with self._reading:
            if self._broken == "closed":
                raise StoreError("This store is closed.", "Open it again.")
            try:
                return self._reader.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise StoreError(f"The store cannot be read: {error}.", RESTORE) from error

    def _one(self, query: str, *values: Any) -> Any:
        rows = self._rows(query, *values)
        return rows[0][0] if rows else None


_EPOCH = "SELECT value FROM counters WHERE name = 'epoch'"
