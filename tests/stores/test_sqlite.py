"""What only a store on disk can break: settings, locks, damaged files, crashes."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from segue.model.errors import StoreError
from segue.ports.store import Commit, CustomerState
from segue.stores.sqlite import SqliteStore
from segue.testing.conformance.store_values import block


def filled(folder: Path, blocks: int = 4) -> Path:
    with closing(SqliteStore(folder)) as store:
        for first in range(1, blocks + 1):
            store.commit(Commit(block=block(first, 1)))
    return folder / "segue.sqlite"


def test_every_commit_is_fully_synchronous_in_wal_mode(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path)) as store:
        assert store._writer is not None
        assert store._writer.execute("PRAGMA synchronous").fetchone() == (2,)
        assert store._writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_another_process_is_refused_while_one_works(tmp_path: Path) -> None:
    script = "import sys; from segue.stores.sqlite import SqliteStore; SqliteStore(sys.argv[1])"
    with closing(SqliteStore(tmp_path)):
        second = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True)
    assert "Another process works on" in second.stderr


def test_a_second_runtime_is_refused_with_a_clear_error_while_one_runs(tmp_path: Path) -> None:
    """Two real processes, the second as `segue run` starts it."""
    script = (
        "import asyncio, sys\n"
        "from segue.core.world import build_world\n"
        "from segue.model.workspace import Workspace\n"
        "from segue.runtimes.embedded import Embedded\n"
        "from segue.stores.sqlite import SqliteStore\n"
        "async def main():\n"
        "    runtime = await Embedded.start(build_world(Workspace(name='shop')), SqliteStore(sys.argv[1]), {})\n"
        "    print('runs', flush=True)\n"
        "    sys.stdin.read()\n"
        "    await runtime.stop()\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "runs\n"
        second = subprocess.run(command, input="", capture_output=True, text=True)
        first.communicate("")
    assert (first.returncode, second.returncode) == (0, 1)
    assert "a workspace has one runtime at a time" in second.stderr
    assert "runs" not in second.stdout


def test_a_runtime_whose_lock_was_deleted_cannot_write_after_another_has_begun(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path)) as first:
        first.begin_epoch()
        first.commit(Commit(block=block(1, 1)))
        (tmp_path / "segue.lock").unlink()
        with closing(SqliteStore(tmp_path)) as second:
            second.begin_epoch()
            second.commit(Commit(block=block(2, 1)))
            with pytest.raises(StoreError, match="Another runtime has taken this store over"):
                first.commit(Commit(block=block(2, 1)))
            with pytest.raises(StoreError, match="not usable"):
                first.save([])
            assert second.last_seq() == 2


def test_the_lock_of_a_dead_process_is_free(tmp_path: Path) -> None:
    script = "import os, sys; from segue.stores.sqlite import SqliteStore; SqliteStore(sys.argv[1]); os._exit(9)"
    assert subprocess.run([sys.executable, "-c", script, str(tmp_path)]).returncode == 9
    SqliteStore(tmp_path).close()


def test_a_reader_looks_on_while_a_runtime_works(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path)) as store:
        store.commit(Commit(block=block(1, 2)))
        with closing(SqliteStore(tmp_path, is_reader=True)) as reader:
            assert reader.last_seq() == 2
            store.commit(Commit(block=block(3, 1)))
            assert reader.last_seq() == 3
            with pytest.raises(StoreError, match="opened for reading"):
                reader.commit(Commit(block=block(4, 1)))


def test_a_reader_of_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no store"):
        SqliteStore(tmp_path / "nowhere", is_reader=True)
    assert not (tmp_path / "nowhere").exists()


def test_a_damaged_block_in_the_middle_is_refused_not_skipped(tmp_path: Path) -> None:
    connection = sqlite3.connect(filled(tmp_path))
    encoded = bytearray(connection.execute("SELECT block FROM log WHERE number = 2").fetchone()[0])
    encoded[len(encoded) // 2] ^= 1
    connection.execute("UPDATE log SET block = ? WHERE number = 2", (bytes(encoded),))
    connection.commit()
    connection.close()
    with closing(SqliteStore(tmp_path)) as store:
        with pytest.raises(StoreError, match="Block 2 of the log is damaged") as caught:
            list(store.blocks())
        assert "backup" in caught.value.instruction


def test_a_missing_block_in_the_middle_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(filled(tmp_path))
    connection.execute("DELETE FROM log WHERE number = 3")
    connection.commit()
    connection.close()
    with closing(SqliteStore(tmp_path)) as store, pytest.raises(StoreError, match="before block 4 is damaged"):
        list(store.blocks())


def test_a_damaged_state_is_refused(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path)) as store:
        store.save([CustomerState("c", 1, 5, b"state")])  # type: ignore[arg-type]
    connection = sqlite3.connect(tmp_path / "segue.sqlite")
    connection.execute("UPDATE customers SET state = ?", (b"statf",))
    connection.commit()
    connection.close()
    with closing(SqliteStore(tmp_path)) as store, pytest.raises(StoreError, match="saved state"):
        list(store.states())


def test_a_torn_tail_of_the_wal_leaves_a_clean_prefix(tmp_path: Path) -> None:
    """Every truncation of the write-ahead log opens, with the commits before it and none after."""
    origin = tmp_path / "origin"
    script = (
        "import os, sys; from segue.stores.sqlite import SqliteStore; from segue.ports.store import Commit; "
        "from segue.testing.conformance.store_values import block; s = SqliteStore(sys.argv[1]); "
        "[s.commit(Commit(block=block(n, 1))) for n in range(1, 6)]; os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, str(origin)], check=True)
    database, wal = (origin / "segue.sqlite").read_bytes(), (origin / "segue.sqlite-wal").read_bytes()
    found = []
    for step in range(12):
        folder = tmp_path / str(step)
        folder.mkdir()
        (folder / "segue.sqlite").write_bytes(database)
        (folder / "segue.sqlite-wal").write_bytes(wal[: len(wal) * step // 11])
        try:
            with closing(SqliteStore(folder)) as store:
                found.append([entry.seq for each in store.blocks() for entry in each.read()])
        except StoreError:
            found.append([])
    assert all(seqs == list(range(1, len(seqs) + 1)) for seqs in found)
    assert found[-1] == [1, 2, 3, 4, 5]
    assert found == sorted(found)


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "segue.sqlite")
    connection.execute("CREATE TABLE theirs (x)")
    connection.commit()
    connection.close()
    with pytest.raises(StoreError, match="another program"):
        SqliteStore(tmp_path)


def test_a_later_schema_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(filled(tmp_path))
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="another schema"):
        SqliteStore(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises((StoreError, PermissionError)):
        SqliteStore(tmp_path)
