from typing import Any

from segue.model.customers import Customer
from segue.model.events import Tick
from segue.model.ids import CustomerId, EventId
from segue.model.learning import Reward
from segue.model.shared import Tally
from segue.model.time import Instant
from segue.model.transitions import Transition
from segue.ports.store import Entry
from segue.runtimes.entries import make_entry
from segue.runtimes.partition import partition_of

ADA = CustomerId("ada")
NOW = Instant(7)
TICK = Tick(event_id=EventId("e1"), customer_id=ADA, at=NOW)


def entry_of(*transitions: Transition) -> Entry:
    return make_entry(3, TICK, NOW, transitions, (), previous=2, joined=0)


def transition(**changes: Any) -> Transition:
    return Transition(Customer(ADA), **changes)


def test_an_entry_says_what_happened_when_to_whom() -> None:
    entry = entry_of(transition())

    assert (entry.seq, entry.partition, entry.now, entry.event) == (3, partition_of(ADA), NOW, TICK)
    assert (entry.previous, entry.joined, entry.neighbours) == (2, 0, ())


def test_all_transitions_of_an_event_are_one_entry_in_their_order() -> None:
    first = transition(tallies=(Tally("use", "calls", 1.0),), rewards=(Reward("margin", 2.0),))
    second = transition(tallies=(Tally("use", "calls", 3.0),), rewards=(Reward("clicks", 1.0),))

    alone, together = entry_of(first), entry_of(first, second)

    assert (alone.tallies, alone.rewards) == (first.tallies, first.rewards)
    assert together.tallies == (*first.tallies, *second.tallies)
    assert together.rewards == (*first.rewards, *second.rewards)
