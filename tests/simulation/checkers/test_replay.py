from msgspec import structs

from segue.ports.store import pack_entry
from segue.simulation.checkers.evidence import Evidence
from segue.simulation.checkers.replay import check_replay
from segue.simulation.faults.driver import simulate
from segue.simulation.faults.schedule import NONE


def lived() -> Evidence:
    return simulate("replay", faults=NONE, facts=12)


def test_what_really_happened_comes_out_the_same() -> None:
    assert list(check_replay(lived())) == []


def test_another_moment_in_the_log_is_found() -> None:
    found = lived()
    place = next(place for place, block in enumerate(found.blocks) if block.entries)
    block, entry = found.blocks[place], next(found.blocks[place].read())
    altered = structs.replace(entry, partition=entry.partition + 1)
    entries = (pack_entry(altered), *block.entries[1:])
    found.blocks = (*found.blocks[:place], structs.replace(block, entries=entries), *found.blocks[place + 1 :])
    assert len(list(check_replay(found))) == 1


def test_another_saved_state_is_found() -> None:
    found = lived()
    first, *others = found.states
    found.states = (structs.replace(first, state=others[0].state), *others)
    assert len(list(check_replay(found))) == 1
    found.states = (structs.replace(first, seq=first.seq + 100_000), *others)
    assert len(list(check_replay(found))) == 1


def test_other_shared_quantities_are_found() -> None:
    found = lived()
    found.blocks = (*found.blocks[:-1], structs.replace(found.blocks[-1], shared=b""))
    assert len(list(check_replay(found))) == 1
