"""Customers who are kept decoded, encoded and both: whatever is asked, the answer is the same."""

import gc
import random
import tracemalloc
from typing import Any

import pytest
from msgspec import msgpack

from segue.model.customers import Customer
from segue.model.errors import EventError
from segue.model.events import DecisionRequested, Event, Identified, Tracked
from segue.model.ids import CustomerId, EventId
from segue.model.time import HOUR, Instant
from segue.ports.store import CustomerState
from segue.runtimes import shelf as module
from segue.runtimes.nesting import NESTING_MAX, require_shallow
from segue.runtimes.population import Population
from tests.runtimes.support import tracked, world

START = 1_600_000_000_000_000


def fact(number: int, user: int, name: str = "bought", **properties: Any) -> Event:
    return Tracked(
        event_id=EventId(f"m{number}"),
        customer_id=CustomerId(f"c{user}"),
        at=Instant(START + number * HOUR),
        name=name,
        properties=properties,
    )


def a_life(seed: int = 3, count: int = 300) -> list[Event]:
    chance = random.Random(seed)
    return [
        fact(number, chance.randrange(12), chance.choice(("bought", "left", "signed_up")), total=chance.randrange(50))
        for number in range(count)
    ]


def nested(levels: int) -> Any:
    value: Any = 1
    for number in range(levels):
        value = [value] if number % 2 else {"inner": value}
    return value


@pytest.mark.parametrize("hot", [0, 1, 3, 100])
def test_how_many_customers_are_hot_changes_no_byte(hot: int) -> None:
    reference, population = Population(world(), hot=1000), Population(world(), hot=hot)
    for event in a_life():
        assert population.advance(event, event.at).packed == reference.advance(event, event.at).packed
    assert list(population.customer_ids()) == list(reference.customer_ids())
    for customer_id in reference.customer_ids():
        assert population.snapshot(customer_id) == reference.snapshot(customer_id)
        assert population.customer(customer_id) == reference.customer(customer_id)


def test_a_state_is_what_the_customer_encodes_to_whenever_it_is_asked_for() -> None:
    population = Population(world(), hot=4)
    for number, event in enumerate(a_life()):
        population.advance(event, event.at)
        if number % 7 == 0:
            customer_id = event.customer_id
            state = population.state(customer_id)
            assert state == msgpack.encode(population.customer(customer_id))
            assert population.snapshot(customer_id).state == state
            assert population.state(customer_id) == state


def test_a_busy_customer_is_not_encoded_at_every_event(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[CustomerId] = []

    def counting(customer: Customer) -> bytes:
        encoded.append(customer.customer_id)
        return msgpack.encode(customer)

    monkeypatch.setattr(module, "_encode", counting)
    population = Population(world(), hot=2)
    for number in range(20):
        population.advance(fact(number, number % 2), Instant(START + number * HOUR))
    assert encoded == []
    population.advance(fact(20, 2), Instant(START + 20 * HOUR))
    assert encoded == ["c0"], "the one who was advanced longest ago makes room"
    population.snapshot(CustomerId("c1"))
    population.advance(fact(21, 3), Instant(START + 21 * HOUR))
    assert encoded == ["c0", "c1"], "who was saved and not advanced since is encoded already"


def test_an_event_that_cannot_be_stored_leaves_a_hot_customer_as_it_was() -> None:
    population = Population(world(), hot=1)
    population.advance(fact(1, 1, total=5), Instant(START + HOUR))
    before, seq = population.customer(CustomerId("c1")), population.seq
    for poison in (fact(2, 1, total=2**70), fact(2, 1, total=object()), fact(2, 1, total=nested(NESTING_MAX + 1))):
        with pytest.raises((OverflowError, TypeError, EventError)):
            population.advance(poison, Instant(START + 2 * HOUR))
        assert population.customer(CustomerId("c1")) is before
        assert population.seq == seq
    assert population.state(CustomerId("c1")) == msgpack.encode(before)


def test_a_customer_who_cannot_make_room_keeps_everybody_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    population = Population(world(), hot=1)
    population.advance(fact(1, 1), Instant(START + HOUR))

    def fail(customer: Customer) -> bytes:
        raise ValueError("no room")

    with monkeypatch.context() as patch:
        patch.setattr(module, "_encode", fail)
        with pytest.raises(ValueError, match="no room"):
            population.advance(fact(2, 2), Instant(START + 2 * HOUR))
    assert population.seq == 1
    assert CustomerId("c2") not in population
    assert population.snapshot(CustomerId("c1")).state == msgpack.encode(population.customer(CustomerId("c1")))


def test_the_deepest_event_that_is_taken_can_be_saved_from_deep_inside_the_program() -> None:
    population = Population(world())
    now = Instant(START)
    stated = Identified(
        event_id=EventId("i1"), customer_id=CustomerId("c1"), at=now, traits={"deep": nested(NESTING_MAX)}
    )
    population.advance(stated, now)
    population.advance(fact(1, 1, "signed_up", deep=nested(NESTING_MAX)), Instant(START + HOUR))

    def from_below(frames: int) -> CustomerState:
        return from_below(frames - 1) if frames else population.snapshot(CustomerId("c1"))

    assert msgpack.decode(from_below(400).state, type=Customer) == population.customer(CustomerId("c1"))


@pytest.mark.parametrize("levels", [NESTING_MAX + 1, 300])
def test_what_nests_deeper_is_refused_wherever_it_stands(levels: int) -> None:
    deep = {"fine": [1, {"a": [2]}], "deep": nested(levels)}
    base: Any = {"event_id": EventId("e"), "customer_id": CustomerId("c"), "at": Instant(START)}
    for event in (
        Tracked(**base, name="bought", properties=deep),
        Tracked(**base, name="bought", traits=deep),
        Identified(**base, traits=deep),
        DecisionRequested(**base, placement="hero", context=deep),
    ):
        with pytest.raises(EventError) as caught:
            require_shallow(event)
        assert caught.value.code == "event_too_deep"


def test_memory_is_bounded_by_the_hot_customers() -> None:
    def resident(hot: int) -> int:
        population = Population(world(), hot=hot)
        tracemalloc.start()
        for number in range(1500):
            population.advance(fact(number, number, "signed_up", total=number), Instant(START + number * HOUR))
        gc.collect()  # empties the interpreter's free lists, which are nobody's state
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(population) == 1500
        return size

    assert resident(10) < resident(1500) / 2


def test_identity_and_advance_agree_on_an_absorbed_state() -> None:
    population = Population(world())
    first = population.identify(tracked(1, "signed_up", "u1", at=START), Instant(START)).events[0]
    population.advance(first, Instant(START))
    assert population.state(first.customer_id) == msgpack.encode(population.customer(first.customer_id))
