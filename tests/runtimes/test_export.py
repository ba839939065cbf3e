"""The export in a process of its own, and the runtime that starts it."""

import asyncio
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from segue.measurement.segments import TABLES, Segments, read_segments
from segue.model.errors import StoreError
from segue.ports.store import Commit
from segue.runtimes import export as module
from segue.runtimes.embedded import Embedded, Settings
from segue.runtimes.embedded.exporting import Exporting
from segue.runtimes.export import LOCK, export, export_apart
from segue.stores.memory import MemoryStore
from segue.stores.sqlite import SqliteStore
from segue.stores.sqlite.lock import ProcessLock
from segue.testing.conformance.store_values import block
from tests.runtimes.support import DisplayChannel, MailChannel, tracked, world


def seqs(folder: Path, table: str = "events") -> list[int]:
    return [seq for (seq,) in read_segments(folder).sql(f"SELECT seq FROM {table} ORDER BY seq").fetchall()]


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "events").iterdir())


async def test_a_child_writes_what_is_new_while_the_runtime_has_the_store(tmp_path: Path) -> None:
    store, segments = SqliteStore(tmp_path), tmp_path / "segments"
    store.commit(Commit(block=block(1, 3)))
    await export_apart(tmp_path, segments)
    store.commit(Commit(block=block(4, 2)))
    await export_apart(tmp_path, segments)
    store.close()
    for table in TABLES:
        assert seqs(segments, table) == [1, 2, 3, 4, 5]
    assert files(segments) == ["000000000000001-000000000000003.parquet", "000000000000004-000000000000005.parquet"]


async def test_two_exports_never_write_at_once(tmp_path: Path) -> None:
    store, segments = SqliteStore(tmp_path), tmp_path / "segments"
    store.commit(Commit(block=block(1, 3)))
    segments.mkdir()
    other = ProcessLock(segments / LOCK)
    with pytest.raises(StoreError, match="ended with StoreError"):
        await export_apart(tmp_path, segments)
    assert list(segments.iterdir()) == [segments / LOCK]
    other.release()
    assert export(tmp_path, segments) == 3
    store.close()


async def test_a_cancelled_export_leaves_no_process_and_the_next_one_takes_over(tmp_path: Path) -> None:
    store, segments = SqliteStore(tmp_path), tmp_path / "segments"
    store.commit(Commit(block=block(1, 3)))
    for seconds in (0.0, 0.05, 0.2, 0.3):
        task = asyncio.create_task(export_apart(tmp_path, segments))
        await asyncio.sleep(seconds)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert export(tmp_path, segments) == 3  # would raise if one of them still held the lock
    store.close()
    assert seqs(segments) == [1, 2, 3]


def test_a_folder_without_a_store_says_only_the_kind_of_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "nice", lambda _: None)
    assert module.main([str(tmp_path / "nowhere"), str(tmp_path / "segments")]) == 1
    assert capsys.readouterr().err == "StoreError\n"


@pytest.mark.parametrize("kind", ["disk", "memory"])
async def test_a_runtime_exports_now_and_then_and_the_rest_when_it_stops(tmp_path: Path, kind: str) -> None:
    store: SqliteStore | MemoryStore = SqliteStore(tmp_path) if kind == "disk" else MemoryStore()
    segments = tmp_path / "segments"
    settings = Settings(segment_seconds=0.05, manages_gc=False)
    channels: dict[str, Any] = {"mail": MailChannel(), "display": DisplayChannel()}
    runtime = await Embedded.start(world(), store, channels, settings=settings, segments=segments)
    await runtime.submit([tracked(1, "signed_up")])
    async with asyncio.timeout(20):
        while not list(segments.glob("deliveries/*.parquet")):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.02)
    await runtime.submit([tracked(number, "bought", total=5) for number in range(2, 30)])
    await runtime.stop()
    assert seqs(segments) == list(range(1, store.last_seq() + 1))
    store.close()


async def test_an_export_that_fails_is_logged_and_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store, segments = MemoryStore(), tmp_path / "segments"
    store.commit(Commit(block=block(1, 3)))
    segments.write_text("a file is in the way")
    exporting = Exporting(store, segments, 0.01)
    with caplog.at_level(logging.ERROR):
        task = asyncio.create_task(exporting.run())
        async with asyncio.timeout(5):
            while len(caplog.records) < 2:  # noqa: ASYNC110 - a log has no bell
                await asyncio.sleep(0.01)
    segments.unlink()
    exporting.stop()
    await task
    assert seqs(segments) == [1, 2, 3]


async def test_stopping_in_the_middle_of_an_export_still_brings_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, began, go_on = MemoryStore(), asyncio.Event(), asyncio.Event()
    at_work = most_at_work = 0
    write = Segments.write
    loop = asyncio.get_running_loop()

    def slow_write(self: Segments) -> int:
        nonlocal at_work, most_at_work
        at_work += 1
        most_at_work = max(most_at_work, at_work)
        last = write(self)
        loop.call_soon_threadsafe(began.set)
        asyncio.run_coroutine_threadsafe(go_on.wait(), loop).result(10)
        at_work -= 1
        return last

    monkeypatch.setattr(Segments, "write", slow_write)
    store.commit(Commit(block=block(1, 3)))
    exporting = Exporting(store, tmp_path, 0.01)
    task = asyncio.create_task(exporting.run())
    await began.wait()
    store.commit(Commit(block=block(4, 2)))
    exporting.stop()
    go_on.set()
    await task
    assert most_at_work == 1
    assert seqs(tmp_path) == [1, 2, 3, 4, 5]
