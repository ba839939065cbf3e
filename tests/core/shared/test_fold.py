from math import inf, nan

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.shared import SharedPlan, compile_shared, fold
from segue.model.catalogue import Capacity
from segue.model.customers import Contact
from segue.model.shared import NOTHING_SHARED, Shared, Tally
from segue.model.time import HOUR, Instant
from tests.builders import NOW, action, contact, workspace

PLAN = compile_shared(workspace(actions=(action(value=2.0),), capacities={"sends": Capacity(limit=9, per="1d")}))


def test_without_tallies_it_is_the_same_object() -> None:
    shared = Shared(hours={"/1": 1.0})
    assert fold(shared, (), NOW, PLAN) is shared


def test_what_the_workspace_does_not_share_any_more_changes_nothing() -> None:
    tallies = (Tally("use", "gone", 1.0), Tally("entry", "gone", 1.0), Tally("unheard_of", "", 1.0))
    assert fold(NOTHING_SHARED, tallies, NOW, SharedPlan()) is NOTHING_SHARED


def test_amounts_that_are_no_number_are_ignored() -> None:
    tallies = tuple(Tally(kind, "sends", amount) for kind in ("use", "offer", "there") for amount in (nan, inf, -inf))
    assert fold(NOTHING_SHARED, tallies, NOW, PLAN) is NOTHING_SHARED


def test_each_kind_is_added_to_its_own_part() -> None:
    tallies = (Tally("use", "sends", 2.0), Tally("offer", "message", 3.0), Tally("week", "", 1.0))
    shared = fold(Shared(), (*tallies, Tally("there", "", 4.0)), NOW, PLAN)
    assert [(lease.capacity, lease.used) for lease in shared.leases] == [("sends", 2.0)]
    assert (shared.outlook.worth, shared.outlook.customers) == ({"3": 1.0}, 1.0)
    assert shared.hours == {"/4": 1.0, "/all": 1.0}
    assert shared.entries == ()


def test_the_neighbours_of_the_moment_stay() -> None:
    neighbours: tuple[Contact, ...] = (contact(),)
    shared = Shared(neighbours=neighbours)
    assert fold(shared, (Tally("there", "", 4.0),), NOW, PLAN).neighbours is neighbours


tallies = st.one_of(
    st.builds(Tally, st.just("use"), st.just("sends"), st.floats(-2, 3)),
    st.builds(Tally, st.just("offer"), st.just("message"), st.floats(-1, 50)),
    st.builds(Tally, st.just("week"), st.just(""), st.just(1.0)),
    st.builds(Tally, st.just("there"), st.sampled_from(["", "gold"]), st.integers(0, 167).map(float)),
)
histories = st.lists(st.tuples(st.integers(0, 30 * HOUR), st.lists(tallies, max_size=3)), max_size=60)


@settings(deadline=None)
@given(histories)
def test_the_same_tallies_give_the_same_bytes_also_when_it_was_stored_on_the_way(
    history: list[tuple[int, list[Tally]]],
) -> None:
    once = stored = Shared()
    at = NOW
    for wait, seen in history:
        at = Instant(at + wait)
        once = fold(once, tuple(seen), at, PLAN)
        stored = fold(msgspec.msgpack.decode(msgspec.msgpack.encode(stored), type=Shared), tuple(seen), at, PLAN)
    assert msgspec.msgpack.encode(once) == msgspec.msgpack.encode(stored)
