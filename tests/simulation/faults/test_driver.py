"""Whole simulations: they are repeatable to the byte, and they exercise what the invariants speak of."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from segue.model.commands import Deliver
from segue.model.time import DAY, HOUR, MINUTE
from segue.simulation.checkers.every import check_every
from segue.simulation.faults.driver import QUIET, digest, simulate
from segue.simulation.faults.residents import ACTIVE
from segue.simulation.faults.schedule import NONE, Faults

PRINT_DIGEST = "from segue.simulation.faults.driver import digest, simulate; print(digest(simulate(5)))"


def test_a_seed_leads_to_the_same_bytes_twice_and_in_another_process() -> None:
    once = digest(simulate(5))
    assert digest(simulate(5)) == once
    for hash_seed in ("1", "4294967295"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        told = subprocess.run([sys.executable, "-c", PRINT_DIGEST], env=environment, capture_output=True, text=True)
        assert told.stdout.strip() == once, told.stderr
    assert digest(simulate(6)) != once


def test_where_nothing_goes_wrong_everything_is_sent_and_answered() -> None:
    found = simulate("calm", faults=NONE)
    assert check_every(found) == []
    decided = {each.delivery_id for e in found.entries for each in e.commands if isinstance(each, Deliver)}
    assert {line.command.delivery_id for line in found.taken} <= decided
    assert set(found.answers) == set(found.told)
    assert set(found.answers.values()) == {"accepted"}


def test_a_disk_of_sqlite_leads_to_the_same_log(tmp_path: Path) -> None:
    faults = Faults(crash_after_commit=0.02, crash_before_commit=0.02, crash_in_call=0.1, intruders=2)
    in_memory, on_disk = simulate(3, faults=faults), simulate(3, faults=faults, folder=tmp_path)
    assert check_every(on_disk) == []
    assert digest(in_memory) == digest(on_disk)
    assert on_disk.intruders == in_memory.intruders != ()


@pytest.mark.parametrize("fault", ["crash_before_commit", "crash_after_commit", "crash_before_call", "crash_in_call"])
def test_a_process_that_dies_often_holds_what_it_promised(fault: str) -> None:
    found = simulate(fault, faults=Faults(**{fault: 0.1}))
    assert check_every(found) == []
    assert found.taken, "it went on in spite of it"


def test_a_timeout_that_a_channel_calls_retryable_denies_nothing() -> None:
    faults = Faults(timeout_accepted=0.5, timeout_retryable=1.0, receipt_lost=1.0, retryable=0.7)
    assert check_every(simulate(0, faults=faults)) == []


def test_what_was_done_while_the_backlog_was_read_is_not_done_again() -> None:
    """A run that sent an urgent message twice: workers began before it was known what they begin with."""
    faults = Faults(
        crash_before_commit=0.015045279217392063,
        crash_after_commit=0.02767344534951964,
        crash_before_call=0.009196456619775351,
        crash_in_call=0.11221505743071927,
        crash_in_save=0.006131192619043449,
        crashes=1,
        commit_fails=0.014971224100497397,
        pause_max=HOUR,
        slow_disk=0.12892913269975023,
        slow=0.21428579202189146,
        retryable=0.47447460597938196,
        rejected=0.10639521174172054,
        timeout=0.23975052425741764,
        timeout_accepted=0.025231248262131745,
        timeout_retryable=1,
        log_in_call=0.27108490815960423,
        receipt_lost=0.018856865822063473,
        receipt_doubled=0.6723533880615165,
        receipt_late=0.6918267975847958,
        event_doubled=0.41570040474180825,
        event_late=0.25926263637333147,
        event_early=0.09863572124547024,
        clock_steps=1,
        clock_step_max=150 * MINUTE,
        intruders=2,
        publications=2,
    )
    assert check_every(simulate(20066, faults=faults)) == []


def test_a_process_that_dies_while_it_stops_at_the_end_is_started_once_more_and_no_oftener() -> None:
    evidence = simulate(21_827)

    assert evidence.ended_at - evidence.entries[0].now < ACTIVE + QUIET + DAY
    assert check_every(evidence) == []
