import msgspec

from segue.model.shared import NOTHING_SHARED, Lease, Outlook, Shared, Tally


def test_what_is_shared_is_stored_by_position_and_comes_back_as_it_was() -> None:
    shared = Shared((Lease("calls", 3, 2.0, 0.5),), (), Outlook({"5": 1.0}, shares=((5.0, 1.0),)), {"/34": 2.0})
    stored = msgspec.msgpack.encode(shared)
    assert msgspec.msgpack.decode(stored, type=Shared) == shared
    assert msgspec.msgpack.encode(Tally("use", "calls", 1.0)) == msgspec.msgpack.encode(["use", "calls", 1.0])


def test_what_was_stored_before_a_field_was_added_is_read_with_its_default() -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode([]), type=Shared) == NOTHING_SHARED
    earlier = msgspec.msgpack.encode([[], [], [{"5": 1.0}, 1.0, 7, 8]])
    assert msgspec.msgpack.decode(earlier, type=Shared).outlook.shares == ()
