"""Lanes: what waits for a channel, and what is read back from the ledger."""

import asyncio

from segue.model.commands import Deliver, SyncAudience
from segue.model.ids import CustomerId, DecisionId, DeliveryId
from segue.model.time import Instant
from segue.runtimes.embedded.batch import Issued
from segue.runtimes.embedded.lanes import Lane


def issued(number: int) -> Issued:
    command = SyncAudience(DeliveryId(f"d{number}"), CustomerId("c"), "ads", "a", True, {}, Instant(0))
    return Issued(number, command)


def urgent(number: int) -> Issued:
    command = Deliver(
        delivery_id=DeliveryId(f"d{number}"),
        decision_id=DecisionId("x"),
        customer_id=CustomerId("c"),
        channel="ads",
        action="reset",
        template="t",
        address="",
        data={},
        decided_at=Instant(0),
        expires_at=Instant(0),
        is_transactional=True,
    )
    return Issued(number, command)


def caught_up(limit: int = 5) -> Lane:
    lane = Lane("ads", limit)
    assert lane.begin_catching_up()
    lane.end_catching_up([])
    return lane


async def test_a_lane_is_not_idle_while_the_ledger_is_being_read_back() -> None:
    lane = Lane("ads", 5)
    assert lane.begin_catching_up()
    waiting = asyncio.ensure_future(lane.idle())
    await asyncio.sleep(0)
    assert not waiting.done()
    lane.end_catching_up([])
    await asyncio.wait_for(waiting, 1)


async def test_what_was_finished_during_the_reading_is_not_queued_again() -> None:
    lane = caught_up(limit=1)
    lane.offer([issued(1), issued(2)])
    (first,) = lane.take()
    assert lane.begin_catching_up()
    lane.finish(first)
    lane.end_catching_up([issued(1), issued(2)])
    assert [each.seq for each in lane.take(5)] == [2]


async def test_beyond_its_limit_a_lane_falls_behind_and_takes_nothing_more_until_it_has_caught_up() -> None:
    lane = caught_up(limit=2)
    lane.offer([issued(1), issued(2), issued(3)])
    assert (len(lane), lane.is_behind) == (2, True)
    assert not lane.begin_catching_up()
    lane.take(2)
    lane.offer([issued(4)])
    assert len(lane) == 0
    assert lane.begin_catching_up()


async def test_what_is_urgent_is_taken_by_a_lane_that_is_behind_and_does_not_hold_up_its_catching_up() -> None:
    lane = caught_up(limit=2)
    lane.offer([issued(1), issued(2), issued(3), urgent(4), urgent(5), urgent(6)])
    assert [each.seq for each in lane.take(3)] == [4, 5, 1]
    lane.offer([urgent(7), issued(8)])
    assert [each.seq for each in lane.take(1)] == [7]
    assert [each.seq for each in lane.take(9)] == [2]
    lane.offer([urgent(9)])
    assert lane.begin_catching_up()
    lane.end_catching_up([issued(3), urgent(6), issued(8)])
    assert [each.seq for each in lane.take(9)] == [9, 6, 3, 8]
    assert not lane.is_behind
