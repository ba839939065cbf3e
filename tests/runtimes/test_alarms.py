"""Alarms: the latest wish of a customer counts, and rings once."""

from segue.model.ids import CustomerId
from segue.model.time import NEVER, Instant
from segue.runtimes.alarms import Alarms

ANN, BOB = CustomerId("ann"), CustomerId("bob")


def test_an_alarm_that_was_replaced_never_rings() -> None:
    wishes: dict[CustomerId, int] = {}
    alarms = Alarms(lambda who: wishes.get(who, NEVER))
    for who, at in ((ANN, 5), (BOB, 3), (ANN, 9)):
        wishes[who] = at
        alarms.set(who, Instant(at))
    assert alarms.next() == 3
    assert [(tick.customer_id, tick.at) for tick in alarms.due(Instant(8), 10)] == [(BOB, 3)]
    assert alarms.next() == 9
    wishes[ANN] = NEVER
    assert alarms.next() == NEVER


def test_no_more_ring_than_asked_for_and_the_earliest_first() -> None:
    alarms = Alarms({ANN: 2, BOB: 1}.__getitem__)
    alarms.load([(Instant(2), ANN), (Instant(1), BOB)])
    assert [tick.customer_id for tick in alarms.due(Instant(9), 1)] == [BOB]
    assert [tick.customer_id for tick in alarms.due(Instant(9), 5)] == [ANN]
