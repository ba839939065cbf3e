"""Work for the writer, and what it says when there is too much."""

import asyncio
from collections.abc import Sequence

from msgspec import Struct

from segue.model.errors import SegueError
from segue.model.events import Event, Incoming
from segue.ports.store import DeadLetter, Job, LedgerChange
from segue.runtimes.embedded.batch import Receipt


class Overloaded(SegueError):
    """The queue is full; ``retry_after_seconds`` says when to come back."""

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__("More events wait than this process can commit soon.", "Send them again a little later.")
        self.retry_after_seconds = retry_after_seconds


class Work(Struct, kw_only=True, eq=False):
    """Something for the writer: facts to resolve, resolved events, ledger changes, dead letters, jobs; any
    mixture.

    ``done`` gets a receipt for each fact and event, in that order, after the commit.
    """

    done: "asyncio.Future[list[Receipt]]"
    incoming: Sequence[Incoming] = ()
    events: Sequence[Event] = ()
    changes: Sequence[LedgerChange] = ()
    letters: Sequence[DeadLetter] = ()
    jobs: Sequence[Job] = ()

    @property
    def weight(self) -> int:
        """How many events it counts for."""
        return len(self.incoming) + len(self.events) + len(self.letters) or 1
