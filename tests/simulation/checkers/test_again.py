from segue.simulation.checkers.again import advance_again
from segue.simulation.faults.driver import simulate
from segue.simulation.faults.schedule import NONE
from tests.simulation.checkers.breaking import history


def test_every_entry_is_advanced_again_and_only_once_for_all_checkers() -> None:
    found = simulate("again", faults=NONE, facts=6)
    again = advance_again(found)
    assert [each.entry.seq for each in again.entries] == [entry.seq for entry in found.entries]
    assert advance_again(found) is again


def test_an_empty_log_is_nothing() -> None:
    assert advance_again(history()).entries == ()
