from collections import Counter
from pathlib import Path
from random import Random

import pytest

from segue.model.errors import StoreError
from segue.model.ids import CustomerId
from segue.model.time import NEVER
from segue.ports.store import Commit, CustomerState, Job
from segue.simulation.faults.disk import Disk
from segue.simulation.faults.loop import Crash
from segue.simulation.faults.schedule import NONE, Faults

COMMIT = Commit(jobs=(Job("job", b"done"),))


@pytest.mark.parametrize(
    ("faults", "is_durable"),
    [
        (Faults(crash_before_commit=1.0), False),
        (Faults(crash_after_commit=1.0), True),
    ],
)
def test_a_crash_comes_before_or_after_a_commit_and_never_in_between(faults: Faults, is_durable: bool) -> None:
    disk = Disk(faults, Random(1))
    with pytest.raises(Crash):
        disk.open().commit(COMMIT)
    disk.let_go()
    assert bool(disk.read().jobs()) is is_durable
    assert len(disk.ends) == is_durable


def test_a_commit_that_fails_is_durable_or_not() -> None:
    found = set()
    for seed in range(20):
        disk = Disk(Faults(commit_fails=1.0), Random(seed))
        with pytest.raises(StoreError):
            disk.open().commit(COMMIT)
        disk.let_go()
        found.add(bool(disk.read().jobs()))
    assert found == {True, False}


@pytest.mark.parametrize("is_real", [False, True])
def test_a_second_one_is_refused_as_long_as_the_first_one_lives(is_real: bool, tmp_path: Path) -> None:
    disk = Disk(NONE, Random(1), tmp_path if is_real else None)
    store = disk.open()
    store.commit(COMMIT)
    assert disk.intrude()
    disk.let_go()
    assert not disk.intrude()
    again = disk.open()
    assert [job.body for job in again.jobs()] == [b"done"]
    assert again.begin_epoch() == 1


def test_a_crash_while_states_are_written_behind_comes_before_or_after_and_is_counted() -> None:
    found, struck = set(), Counter[str]()
    for seed in range(20):
        disk = Disk(Faults(crash_in_save=1.0), Random(seed), struck=struck)
        store = disk.open()
        with pytest.raises(Crash):
            store.save([CustomerState(CustomerId("ada"), 1, NEVER, b"x")])
        with pytest.raises(Crash):
            store.complete(3, (), ())
        disk.let_go()
        again = disk.read()
        found |= {len(list(again.states())), ("watermark", again.watermark())}
    assert found == {0, 1, ("watermark", 0), ("watermark", 3)}
    assert struck == {"crash_in_save": 40}
