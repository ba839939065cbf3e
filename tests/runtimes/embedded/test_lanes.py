"""Lanes: what waits for a channel, and what is read back from the ledger."""

import asyncio

from segue.model.commands import SyncAudience
from segue.model.ids import CustomerId, DeliveryId
from segue.model.time import Instant
from segue.runtimes.embedded.batch import Issued
from segue.runtimes.embedded.lanes import Lane


def issued(number: int) -> Issued:
    command = SyncAudience(DeliveryId(f"d{number}"), CustomerId("c"), "ads", "a", True, {}, Instant(0))
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
    (first,) = await lane.take()
    assert lane.begin_catching_up()
    lane.finish(first)
    lane.end_catching_up([issued(1), issued(2)])
    assert [each.seq for each in await lane.take(5)] == [2]


async def test_beyond_its_limit_a_lane_falls_behind_and_takes_nothing_more_until_it_has_caught_up() -> None:
    lane = caught_up(limit=2)
    lane.offer([issued(1), issued(2), issued(3)])
    assert (len(lane), lane.is_behind) == (2, True)
    assert not lane.begin_catching_up()
    await lane.take(2)
    lane.offer([issued(4)])
    assert len(lane) == 0
    assert lane.begin_catching_up()
