"""Exporting: the log becomes Parquet segments now and then, and once more at the end; never twice at a time."""

import asyncio
import logging
from contextlib import suppress
from pathlib import Path

from segue.measurement.segments import Segments
from segue.model.errors import StoreError
from segue.ports.store import Store
from segue.runtimes.export import export_apart
from segue.stores.sqlite import SqliteStore

log = logging.getLogger("segue.runtime")


class Exporting:
    """Writes the segments of ``store`` into ``folder`` every ``seconds``, from `run` until `stop`."""

    def __init__(self, store: Store, folder: Path, seconds: float) -> None:
        self._store = store
        self._folder = folder
        self._seconds = seconds
        self._stopping = asyncio.Event()
        self._exported = 0

    async def run(self) -> None:
        """Export again and again. Analysis must never stop the runtime: what fails is logged and tried again."""
        is_last = False
        while not is_last:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._seconds)
            is_last = self._stopping.is_set()
            try:
                await self._export()
            except Exception as error:
                log.error("Segments were not written: %s", error if isinstance(error, StoreError) else type(error))

    def stop(self) -> None:
        """Let an export that has begun end, export what came meanwhile, then end `run`."""
        self._stopping.set()

    async def _export(self) -> None:
        """A store in a folder can be read by another process; one in memory has only this one's threads."""
        last_seq = self._store.last_seq()
        if last_seq == self._exported:
            return
        if isinstance(self._store, SqliteStore):
            await export_apart(self._store.folder, self._folder)
        else:
            await asyncio.to_thread(lambda: Segments(self._store, self._folder).write())
        self._exported = last_seq
