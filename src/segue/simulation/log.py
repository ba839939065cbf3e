"""The log of a simulated arm, in memory: what the embedded runtime would have written, for all that looks back."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, cast

from msgspec import Raw

from segue.measurement.segments import TABLES, read_log
from segue.model.ids import Revision
from segue.ports.store import Block, Entry, Store, pack_entry

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PER_BLOCK = 1_000


class SimulatedLog:
    """Takes the entries of an arm (as the sink of `run_arm`), packed as a store keeps them."""

    def __init__(self, revision: Revision = Revision("simulated")) -> None:  # noqa: B008
        self._revision = revision
        self._entries: list[Raw] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __call__(self, entry: Entry) -> None:
        """Take the next entry."""
        self._entries.append(pack_entry(entry))

    def blocks(self, after: int = 0) -> Iterator[Block]:
        """Yield what came after entry ``after``, as a store does."""
        for first in range(after, len(self._entries), PER_BLOCK):
            yield Block(first + 1, self._revision, tuple(self._entries[first : first + PER_BLOCK]))

    def open(self) -> "DuckDBPyConnection":
        """Return a connection with the log's tables as views; see `segue.measurement.segments`."""
        with TemporaryDirectory(prefix="segue-log-") as folder:
            return read_log(cast("Store", self), Path(folder), tuple(TABLES))
