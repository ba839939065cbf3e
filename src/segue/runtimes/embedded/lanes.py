"""Lanes: the commands of one channel that wait for a worker. One lane never waits for another.

Only so many are kept in memory. Beyond that the lane is *behind*: later commands stay in the ledger until it has caught
up, and are then read back from there in order. What is transactional or mandatory does not wait for that.
"""

import asyncio
from collections.abc import Iterable

from segue.model.ids import DeliveryId
from segue.runtimes.embedded.batch import Issued
from segue.runtimes.embedded.queues import ORDINARY, FairQueue, rank_of

Key = tuple[DeliveryId, int]


class Lane:
    """The queue of one channel.

    Attributes:
        is_behind: the ledger holds commands that are not here.
    """

    def __init__(self, channel: str, limit: int) -> None:
        self.channel = channel
        self.is_behind = True  # a restart begins with what the ledger holds
        self._limit = limit
        self._waiting = FairQueue()
        self._known: dict[Key, None] = {}
        self._finished_meanwhile: dict[Key, None] | None = None  # while the ledger is being read back
        self._news = asyncio.Event()
        self._rest = asyncio.Event()
        self._closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def rank(self) -> int:
        """How urgent the next command is (`segue.runtimes.embedded.queues`)."""
        return self._waiting.rank

    async def idle(self) -> None:
        """Return when nothing waits, nothing is being carried out and nothing is left in the ledger."""
        while self._known or self.is_behind or self._finished_meanwhile is not None:
            self._rest.clear()
            await self._rest.wait()

    def offer(self, commands: Iterable[Issued]) -> None:
        """Queue commands that are not here yet, in order, as long as there is room."""
        for issued in commands:
            if issued.key in self._known:
                continue
            rank = rank_of(issued.command)
            if self._waiting.size(rank) >= self._limit or (self.is_behind and rank == ORDINARY):
                self.is_behind = True
                continue
            self._known[issued.key] = None
            self._waiting.put(issued)
        self._news.set()

    def insist(self, issued: Issued) -> None:
        """Put a command in front of all others: it was being carried out when the process died."""
        self._known[issued.key] = None
        self._waiting.put_first(issued)
        self._news.set()

    def begin_catching_up(self) -> bool:
        """Tell whether commands have to be read from the ledger now; what comes meanwhile is queued again.

        After a yes, `end_catching_up` must follow.
        """
        if self._waiting.size(ORDINARY) or not self.is_behind:
            return False
        self.is_behind = False
        self._finished_meanwhile = {}
        return True

    def end_catching_up(self, commands: Iterable[Issued]) -> None:
        """Queue what was read from the ledger, but for what was finished while it was being read."""
        finished = self._finished_meanwhile or {}
        self._finished_meanwhile = None
        self.offer(issued for issued in commands if issued.key not in finished)
        self._rest.set()

    async def ready(self) -> bool:
        """Wait until a command waits; False when there is only something to catch up with, or the lane is closed."""
        while not (self._waiting or self.is_behind or self._closed):
            self._news.clear()
            await self._news.wait()
        return bool(self._waiting) and not self._closed

    def take(self, at_most: int = 1) -> list[Issued]:
        """Take the next commands; each must be given back to `finish`. Nothing once the lane is closed."""
        if self._closed:
            return []
        return [self._waiting.pop() for _ in range(min(at_most, len(self._waiting)))]

    def close(self) -> None:
        """Hand out nothing more."""
        self._closed = True
        self._news.set()

    def finish(self, issued: Issued) -> None:
        """Forget a command: its outcome is durable, or will be looked at after a restart."""
        self._known.pop(issued.key, None)
        if self._finished_meanwhile is not None:
            self._finished_meanwhile[issued.key] = None
        self._rest.set()
