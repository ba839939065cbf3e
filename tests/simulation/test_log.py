"""A simulated log holds what a store would, and everything that looks back can read it."""

from segue.ports.store import Entry, pack
from segue.simulation.log import SimulatedLog
from segue.simulation.running import run_arm
from tests.simulation.shop import learning_shop, setting


def test_blocks_hold_the_entries_in_order_from_any_place() -> None:
    log, entries = SimulatedLog(), list[Entry]()

    def sink(entry: Entry) -> None:
        log(entry)
        entries.append(entry)

    run_arm(learning_shop("rules"), setting(customers=60, weeks=4), sink)
    assert len(log) == len(entries) > 1_000
    again = [entry for block in log.blocks() for entry in block.read()]
    assert pack(again) == pack(entries)
    assert [block.first for block in log.blocks()][:2] == [1, 1_001]
    assert next(log.blocks(500)).first == 501


def test_its_tables_are_those_of_any_log() -> None:
    log = SimulatedLog()
    accounts = run_arm(learning_shop("rules"), setting(customers=20, weeks=3), log)
    with log.open() as duck:
        (events,) = duck.execute("SELECT count(*) FROM events WHERE name = 'ordered'").fetchall()[0]
        (contacts,) = duck.execute("SELECT count(*) FROM decisions WHERE action <> '' AND NOT is_ghost").fetchall()[0]
    assert events == accounts.total("event/ordered").sum()
    assert contacts >= accounts.total("contact").sum() > 0
