import shutil
from pathlib import Path

import pytest

from segue.measurement import segments as module
from segue.measurement.segments import TABLES, Segments, read_log, read_segments
from segue.ports.store import Commit
from segue.stores.memory import MemoryStore
from segue.testing.conformance.store_values import block


def store_of(*sizes: int) -> MemoryStore:
    store = MemoryStore()
    for size in sizes:
        store.commit(Commit(block=block(store.last_seq() + 1, size)))
    return store


def seqs(folder: Path, table: str = "events") -> list[int]:
    return [seq for (seq,) in read_segments(folder).sql(f"SELECT seq FROM {table} ORDER BY seq").fetchall()]


def test_every_entry_is_in_exactly_one_segment(tmp_path: Path) -> None:
    store = store_of(3, 4)
    segments = Segments(store, tmp_path)
    assert segments.write() == 7
    assert segments.write() == 7
    store.commit(Commit(block=block(8, 2)))
    assert segments.write() == 9
    for table in TABLES:
        assert seqs(tmp_path, table) == list(range(1, 10))
        assert len(list((tmp_path / table).iterdir())) == 2


def test_the_names_say_the_range(tmp_path: Path) -> None:
    Segments(store_of(5), tmp_path).write()
    assert [path.name for path in (tmp_path / "events").iterdir()] == ["000000000000001-000000000000005.parquet"]


def test_a_long_log_is_split(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENTRIES_MAX", 4)
    Segments(store_of(3, 3, 3), tmp_path).write()
    assert len(list((tmp_path / "events").iterdir())) == 3
    assert seqs(tmp_path) == list(range(1, 10))


def test_an_empty_log_gives_empty_tables(tmp_path: Path) -> None:
    assert Segments(MemoryStore(), tmp_path).write() == 0
    for table, columns in TABLES.items():
        found = read_segments(tmp_path).sql(f"SELECT * FROM {table}")
        assert found.columns == list(columns)
        assert found.fetchall() == []


def test_decisions_and_deliveries_can_be_joined(tmp_path: Path) -> None:
    Segments(store_of(3), tmp_path).write()
    found = read_segments(tmp_path).sql(
        "SELECT seq, chosen, v.channel, kind, status FROM decisions JOIN deliveries v USING (seq) ORDER BY seq"
    )
    assert found.fetchall() == [(n, "silence", "mail", "deliver", "decided") for n in (1, 2, 3)]


def test_addresses_do_not_get_into_deliveries(tmp_path: Path) -> None:
    Segments(store_of(3), tmp_path).write()
    for row in read_segments(tmp_path).sql("SELECT * FROM deliveries").fetchall():
        assert "example.com" not in repr(row)


class Crash(BaseException):
    """The process dies here."""


@pytest.mark.parametrize("point", range(8))
def test_a_crash_at_any_step_neither_loses_nor_repeats(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, point: int
) -> None:
    """Every rename and every fsync is a step; after each of them the process dies, and another one goes on."""
    store = store_of(3, 4)
    left = [point]

    def step(*_: object) -> None:
        if left[0] == 0:
            raise Crash
        left[0] -= 1

    monkeypatch.setattr(module, "_make_durable", step)
    with pytest.raises(Crash):
        Segments(store, tmp_path).write()
    monkeypatch.undo()
    store.commit(Commit(block=block(8, 2)))
    assert Segments(store, tmp_path).write() == 9
    for table in TABLES:
        assert seqs(tmp_path, table) == list(range(1, 10))
        assert not list((tmp_path / table).glob("*.tmp"))


def test_the_whole_log_is_the_segments_and_what_came_after_them(tmp_path: Path) -> None:
    store = store_of(3, 4)
    assert Segments(store, tmp_path).write() == 7
    store.commit(Commit(block=block(8, 2)))

    whole = read_log(store, tmp_path)
    store.commit(Commit(block=block(10, 1)))
    Segments(store, tmp_path).write()  # what is exported meanwhile does not come twice

    exported = read_segments(tmp_path)
    for table in TABLES:
        query = f"FROM {table} WHERE seq <= 9 ORDER BY seq"
        assert whole.sql(f"FROM {table} ORDER BY seq").fetchall() == exported.sql(query).fetchall() != []


def test_the_whole_log_needs_no_segments(tmp_path: Path) -> None:
    whole = read_log(store_of(3), tmp_path, ["events"])

    assert whole.sql("SELECT seq FROM events ORDER BY seq").fetchall() == [(1,), (2,), (3,)]


def test_steps_tell_paths_and_exposures(tmp_path: Path) -> None:
    Segments(store_of(3), tmp_path).write()
    found = read_segments(tmp_path).sql(
        "SELECT journey, version, step, to_step, how, detail, count(*) FROM steps GROUP BY ALL"
    )
    assert found.fetchall() == [("j", 1, "first", "second", "passed", "a", 3)]


def test_a_folder_from_before_a_table_gets_it_from_the_log(tmp_path: Path) -> None:
    store = store_of(3, 4)
    Segments(store, tmp_path).write()
    shutil.rmtree(tmp_path / "steps")
    before = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "events").iterdir()}
    store.commit(Commit(block=block(8, 2)))
    assert Segments(store, tmp_path).write() == 9
    assert seqs(tmp_path, "steps") == seqs(tmp_path, "events") == list(range(1, 10))
    assert {name: (tmp_path / "events" / name).stat().st_mtime_ns for name in before} == before
