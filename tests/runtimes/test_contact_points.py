"""Contact points over customers: who else was contacted where, against what all ledgers together say."""

import random

import msgspec
import pytest

from segue.model.customers import Customer
from segue.model.events import Identified, Tracked
from segue.model.identities import Identifier, contact_point_key
from segue.model.ids import CustomerId, EventId
from segue.model.time import HOUR, Instant
from segue.ports.store import Entry
from segue.runtimes.contact_points import ContactPoints, addresses_of
from segue.runtimes.population import Population
from tests.runtimes.support import tracked, world

START = 1_600_000_000_000_000
SHARED = "family@example.com"


def at(number: int) -> Instant:
    return Instant(START + number * HOUR)


def signs_up(number: int, who: str, email: str) -> Tracked:
    return Tracked(
        event_id=EventId(f"e{number}"),
        customer_id=CustomerId(who),
        at=at(number),
        name="signed_up",
        traits={"email": email},
    )


def test_an_index_that_changes_at_random_says_what_the_sets_say() -> None:
    chance, points, truth = random.Random(5), ContactPoints(), dict[str, set[str]]()
    for _ in range(2000):
        who, after = f"c{chance.randrange(5)}", {f"p{chance.randrange(4)}" for _ in range(chance.randrange(3))}
        before = truth.get(who, set())
        points.change(CustomerId(who), sorted(before), sorted(after))
        truth[who] = after
        asked = f"p{chance.randrange(4)}"
        expected = sorted(other for other, held in truth.items() if asked in held and other != who)
        assert [other for other, _ in points.others(CustomerId(who), (asked,))] == expected


def test_addresses_are_those_known_and_those_the_event_brings() -> None:
    event = Identified(event_id=EventId("i"), customer_id=CustomerId("c"), at=at(0), traits={"email": " New@x.com "})
    found = list(addresses_of({"email": "old@x.com", "phone": 7}, event, ("email", "phone")))
    assert found == [contact_point_key("email", "old@x.com"), contact_point_key("email", "new@x.com")]


def test_what_one_received_is_logged_with_the_other_who_has_the_address() -> None:
    population = Population(world())
    first = population.advance(signs_up(1, "ann", SHARED), at(1))
    assert first.entry.neighbours == ()
    second = population.advance(signs_up(2, "bob", SHARED), at(2))
    (slot,) = population.customer(CustomerId("ann")).contacts.ledger
    assert second.entry.neighbours == (slot,)
    assert population.world_of(population.customer(CustomerId("bob"))).shared.neighbours == (slot,)
    assert population.shared.neighbours == (), "for one transition only"
    third = population.advance(signs_up(3, "cid", "cid@example.com"), at(3))
    assert third.entry.neighbours == ()


def test_a_merged_customer_is_no_neighbour_any_more() -> None:
    population, device = Population(world()), Identifier("anonymous_id", "d1")
    facts = (
        tracked(1, "signed_up", "", at=at(1), others=(device,)),
        tracked(2, "signed_up", "ann", at=at(2)),
        tracked(3, "bought", "ann", at=at(3), others=(device,), total=1),
    )
    entries: list[Entry] = []
    for fact in facts:
        for event in population.identify(fact, fact.at).events:
            if isinstance(event, Tracked):
                event = msgspec.structs.replace(event, traits={"email": SHARED})
            entries.append(population.advance(event, fact.at).entry)
    assert [len(entry.neighbours) for entry in entries] == [0, 1, 0, 0]
    survivor = population.customer(entries[-1].event.customer_id)
    assert len(population) == 1
    assert len(survivor.contacts.ledger) == 2
    assert population.world_of(survivor).shared.neighbours == ()


@pytest.mark.parametrize("hot", [1, 100])
def test_loaded_states_know_the_same_neighbours(hot: int) -> None:
    chance, live = random.Random(2), Population(world(), hot=hot)
    for number in range(60):
        email = f"shared{chance.randrange(4)}@example.com"
        live.advance(signs_up(number, f"c{chance.randrange(12)}", email), at(number))
    again = Population(world(), hot=hot, seq=live.seq)
    again.load(live.snapshot(customer_id) for customer_id in live.customer_ids())
    assert again.presence.waiting == live.presence.waiting
    seen = 0
    for customer_id in live.customer_ids():
        customer: Customer = live.customer(customer_id)
        neighbours = live.world_of(customer).shared.neighbours
        seen += len(neighbours)
        assert again.world_of(again.customer(customer_id)).shared.neighbours == neighbours
    assert seen > 10


def test_an_entry_from_before_neighbours_still_reads() -> None:
    population = Population(world())
    packed = bytes(population.advance(signs_up(1, "ann", SHARED), at(1)).packed)
    short = msgspec.msgpack.encode(msgspec.msgpack.decode(packed)[:8])
    entry = msgspec.msgpack.decode(short, type=Entry)
    assert (entry.seq, entry.moved, entry.tallies, entry.neighbours) == (1, (), (), ())
