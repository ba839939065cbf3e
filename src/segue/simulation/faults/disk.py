"""The disk: what outlives a process. A commit is on it whole or not at all, and the process may die before or after.

What is durable when is written down here, commit by commit: it is the ground on which checkers stand.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from msgspec import Struct

from segue.model.deliveries import DeliveryStatus
from segue.model.errors import StoreError
from segue.model.identities import Link
from segue.model.ids import DecisionId, DeliveryId
from segue.model.time import Instant
from segue.ports.store import Commit, CustomerState, Store, unpack_entry
from segue.simulation.faults.loop import Crash
from segue.simulation.faults.schedule import Faults, Odds
from segue.stores.memory import Medium, MemoryStore
from segue.stores.sqlite import SqliteStore


class InjectedError(StoreError):
    """A failure of the disk that was made up; every other one is a real failure of what is tested."""


class Disk:
    """Holds one store over many lives of a process.

    Args:
        folder: for a real SQLite store in it; a store in memory that outlives the process where None.

    Attributes:
        ends: the last entry of the log after each commit.
        last_now: ``now`` of the log's last entry.
        marked: the attempts at a delivery that are durable: (delivery, attempt).
        crashes: how often the process died here.
    """

    def __init__(
        self, faults: Faults, chance: Random, folder: Path | None = None, struck: Counter[str] | None = None
    ) -> None:
        self.ends: list[int] = []
        self.last_now = Instant(0)
        self.marked: set[tuple[DeliveryId, int]] = set()
        self._odds = Odds(faults, chance, struck)
        self._chance = chance
        self._folder = folder
        self._medium = Medium()
        self._inner: MemoryStore | SqliteStore | None = None

    def open(self) -> Store:
        """Return the store as the next life of the process opens it."""
        self._inner = self._open()
        return _Watched(self, self._inner)

    def let_go(self) -> None:
        """Do what the operating system does for a process that died: release its locks, and nothing else."""
        if self._inner is not None:
            self._inner.close()
            self._inner = None
        self._medium.is_open = False

    def read(self) -> Store:
        """Return the store as it is, with nothing going wrong; for checkers, once nobody works on it."""
        return self._open()

    def intrude(self) -> bool:
        """Try to open the store once more; return whether that was refused, as it must while a process works on it."""
        try:
            intruder = self._open()
        except StoreError:
            return True
        intruder.close()
        return False

    def commit(self, commit: Commit) -> None:
        """Commit, or die trying, or fail without saying how far it came."""
        assert self._inner is not None, "a process that died commits nothing"
        if self._odds.strikes("crash_before_commit"):
            raise Crash
        fails = self._odds.strikes("commit_fails")
        if fails and self._chance.random() < 0.5:
            raise InjectedError("The disk is full.", "This was injected.")
        self._inner.commit(commit)
        self._note(commit)
        if fails:
            raise InjectedError("The disk is gone.", "This was injected.")
        if self._odds.strikes("crash_after_commit"):
            raise Crash

    def save(self, write: Callable[[], None]) -> None:
        """Write behind, or die before or after it."""
        strikes = self._odds.strikes("crash_in_save")
        if strikes and self._chance.random() < 0.5:
            raise Crash
        write()
        if strikes:
            raise Crash

    def _note(self, commit: Commit) -> None:
        last = self.ends[-1] if self.ends else 0
        if commit.block is not None and commit.block.entries:
            last = commit.block.last
            self.last_now = unpack_entry(commit.block.entries[-1]).now
        self.ends.append(last)
        self.marked |= {(c.delivery_id, c.attempt) for c in commit.changes if c.status is DeliveryStatus.ATTEMPTING}

    def _open(self) -> MemoryStore | SqliteStore:
        return MemoryStore(self._medium) if self._folder is None else SqliteStore(self._folder)


class _Watched:
    """A store whose writing goes through the disk's faults; everything else is the store's own."""

    def __init__(self, disk: Disk, inner: MemoryStore | SqliteStore) -> None:
        self._disk = disk
        self._inner = inner

    def commit(self, commit: Commit) -> None:
        self._disk.commit(commit)

    def save(self, states: Sequence[CustomerState]) -> None:
        self._disk.save(lambda: self._inner.save(states))

    def complete(
        self,
        watermark: int,
        links: Sequence[Link],
        decisions: Sequence[tuple[DecisionId, int]],
        learned: bytes | None = None,
    ) -> None:
        self._disk.save(lambda: self._inner.complete(watermark, links, decisions, learned))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class Span(Struct, frozen=True):
    """Which entries a process may have known at a moment.

    Attributes:
        since: the last durable one.
        until: the last one of the two commits that may have been under way.
        life: which life of the process it is.
    """

    since: int
    until: int
    life: int = 0
