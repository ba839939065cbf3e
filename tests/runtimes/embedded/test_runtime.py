"""The embedded runtime with the real engine, over the store in memory or on disk."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from segue.model.deliveries import DeliveryStatus
from segue.model.errors import EventError, StoreError
from segue.model.events import ConsentChanged, Incoming, Tick, Tracked
from segue.model.identities import Identifier
from segue.model.ids import CustomerId, EventId
from segue.model.time import DAY, HOUR, Instant
from segue.ports.store import Commit, DeadLetter, Store, pack
from segue.runtimes.embedded import Embedded, Overloaded, Settings
from segue.runtimes.replay import verify
from segue.stores.memory import Medium, MemoryStore
from segue.stores.sqlite import SqliteStore
from tests.runtimes.support import Clock, DisplayChannel, MailChannel, asked, tracked, world

FAST = Settings(linger_seconds=0.001, timer_poll_seconds=0.01, audience_linger_seconds=0.01, manages_gc=False)
USER = Identifier("user_id", "u1")


@asynccontextmanager
async def running(
    store: Store | None = None, channels: Mapping[str, Any] | None = None, settings: Settings = FAST, **options: Any
) -> AsyncIterator[Embedded]:
    store = store or MemoryStore()
    channels = {"mail": MailChannel(), "display": DisplayChannel()} if channels is None else channels
    runtime = await Embedded.start(options.pop("world", world()), store, channels, settings=settings, **options)
    try:
        yield runtime
    finally:
        await runtime.stop()
        store.close()


async def test_what_is_acknowledged_is_durable() -> None:
    store = MemoryStore()
    async with running(store) as runtime:
        (receipt,) = await runtime.submit([tracked(1, "signed_up")])
        assert receipt.status == "accepted"
        assert store.last_seq() >= 1


async def test_the_same_message_counts_once_within_a_batch_and_later() -> None:
    async with running() as runtime:
        receipts = await runtime.submit([tracked(1, "bought", total=5), tracked(1, "bought", total=5)])
        receipts += await runtime.submit([tracked(1, "bought", total=5)])
        assert [receipt.status for receipt in receipts] == ["accepted", "duplicate", "duplicate"]
        assert runtime.stats().events == {"tracked": 1}


async def test_the_same_message_counts_once_across_a_restart() -> None:
    medium = Medium()
    async with running(MemoryStore(medium)) as runtime:
        await runtime.submit([tracked(1, "bought", total=5)])
    async with running(MemoryStore(medium)) as runtime:
        (receipt,) = await runtime.submit([tracked(1, "bought", total=5)])
        assert receipt.status == "duplicate"


async def test_a_decision_request_is_answered_with_its_logged_decision() -> None:
    async with running() as runtime:
        (decision,) = await runtime.decide(asked(1))
        assert decision.chosen == "standing/banner/site"
        assert await runtime.decision(decision.decision_id) == decision


async def test_a_decision_request_twice_is_refused() -> None:
    async with running() as runtime:
        await runtime.decide(asked(1))
        with pytest.raises(EventError) as caught:
            await runtime.decide(asked(1))
        assert caught.value.code == "duplicate"


async def test_a_message_is_delivered_once_and_its_outcome_is_logged() -> None:
    mail = MailChannel()
    async with running(channels={"mail": mail}) as runtime:
        await runtime.submit([tracked(1, "signed_up")])
        await runtime.drain()
        assert len(mail.sent) == 1
        row = await runtime.delivery(mail.sent[0].delivery_id)
        assert row is not None
        assert (row.status, row.provider_id) == (DeliveryStatus.ACCEPTED, "p-1")
        assert runtime.stats().deliveries == {"mail": {"accepted": 1}}


async def test_a_poison_event_is_set_aside_and_the_customer_stays_as_before() -> None:
    async with running() as runtime:
        await runtime.submit([tracked(1, "bought", total=5)])
        before = runtime.customer(runtime.find(USER) or CustomerId(""))
        poison = tracked(2, "bought", total=10**400)
        receipts = await runtime.submit([poison, tracked(3, "bought", "u2", total=1)])
        assert [receipt.status for receipt in receipts] == ["dead", "accepted"]
        assert runtime.customer(runtime.find(USER) or CustomerId("")) == before
        (letter,) = await runtime.dead_letters()
        assert (letter.event_id, letter.code) == ("m2", "engine_error")
        assert runtime.stats().dead_letters == {"engine_error": 1}


async def test_an_event_that_names_nobody_is_set_aside_whole() -> None:
    async with running() as runtime:
        nobody = tracked(1, "signed_up", "null")
        (receipt,) = await runtime.submit([nobody])
        assert (receipt.status, receipt.reason) == ("dead", "no_identifier")
        (letter,) = await runtime.dead_letters()
        assert msgspec.msgpack.decode(letter.body, type=Incoming) == nobody


async def test_a_source_may_set_aside_what_it_cannot_read() -> None:
    async with running() as runtime:
        await runtime.set_aside([DeadLetter(event_id=EventId("x"), at=Instant(1), code="bad_json")])
        assert [letter.code for letter in await runtime.dead_letters()] == ["bad_json"]


async def test_a_full_queue_refuses_and_takes_nothing() -> None:
    settings = msgspec.structs.replace(FAST, queue_max=10)
    async with running(settings=settings) as runtime:
        with pytest.raises(Overloaded) as caught:
            await runtime.submit([tracked(n, "bought", total=1) for n in range(11)])
        assert caught.value.retry_after_seconds > 0
        assert runtime.stats().events == {}
        assert len(await runtime.submit([tracked(n, "bought", total=1) for n in range(10)])) == 10


async def test_a_large_submission_is_split_over_commits_and_answered_in_order() -> None:
    settings = msgspec.structs.replace(FAST, batch_max=16)
    async with running(settings=settings) as runtime:
        receipts = await runtime.submit([tracked(n, "bought", f"u{n % 7}", total=1) for n in range(100)])
        assert [receipt.event_id for receipt in receipts] == [f"m{n}" for n in range(100)]
        assert runtime.stats().commits >= 100 / 16


async def test_an_event_from_the_future_happened_now() -> None:
    clock = Clock()
    async with running(clock=clock) as runtime:
        await runtime.submit([tracked(1, "bought", at=clock.at + DAY, total=1)])
        (entry,) = await runtime.timeline(runtime.find(USER) or CustomerId(""))
        assert entry.event.at == entry.now == clock.at


async def test_time_never_goes_back_not_even_over_a_restart() -> None:
    medium, clock = Medium(), Clock()
    async with running(MemoryStore(medium), clock=clock) as runtime:
        await runtime.submit([tracked(1, "bought", total=1)])
        clock.at -= DAY
        await runtime.submit([tracked(2, "bought", total=1)])
    async with running(MemoryStore(medium), clock=clock) as runtime:
        await runtime.submit([tracked(3, "bought", total=1)])
        entries = await runtime.timeline(runtime.find(USER) or CustomerId(""))
        assert [entry.now for entry in entries] == [clock.at + DAY] * 3


async def test_a_timer_fires_when_its_time_has_come() -> None:
    clock, display = Clock(), DisplayChannel()
    async with running(channels={"display": display}, clock=clock) as runtime:
        await runtime.submit([tracked(1, "left")])
        await asyncio.sleep(0.05)
        assert "tick" not in runtime.stats().events
        clock.at += HOUR
        await eventually(lambda: len(display.members) == 1)
        assert runtime.stats().events["tick"] == 1


async def test_a_timer_survives_a_restart_and_fires_once() -> None:
    medium, clock, display = Medium(), Clock(), DisplayChannel()
    async with running(MemoryStore(medium), {"display": display}, clock=clock) as runtime:
        await runtime.submit([tracked(1, "left")])
    clock.at += 2 * HOUR
    for _ in range(2):
        async with running(MemoryStore(medium), {"display": display}, clock=clock) as runtime:
            await eventually(lambda: len(display.members) == 1)
            await runtime.drain()
            ticks = [
                e for e in await runtime.timeline(runtime.find(USER) or CustomerId("")) if isinstance(e.event, Tick)
            ]
            assert len(ticks) == 1


async def test_a_purchase_takes_the_customer_out_of_the_audience() -> None:
    clock, display = Clock(), DisplayChannel()
    async with running(channels={"display": display}, clock=clock) as runtime:
        await runtime.submit([tracked(1, "left")])
        clock.at += 2 * HOUR
        await eventually(lambda: len(display.members) == 1)
        await runtime.submit([tracked(2, "bought", total=1, at=clock.at)])
        await eventually(lambda: len(display.members) == 0)


async def test_customers_who_turn_out_to_be_one_are_merged() -> None:
    device = Identifier("anonymous_id", "d1")
    medium = Medium()
    async with running(MemoryStore(medium)) as runtime:
        await runtime.submit([tracked(1, "bought", "", others=(device,), total=3)])
        anonymous = runtime.find(device)
        await runtime.submit([tracked(2, "bought", "u1", others=(device,), total=4)])
        survivor = runtime.find(USER)
        assert survivor is not None
        assert anonymous is not None
        assert anonymous != survivor
        assert runtime.find(device) == survivor
        assert runtime.customer(anonymous) == runtime.customer(survivor)
        assert [e.event.event_id for e in await runtime.timeline(survivor)][0::2] == ["m2", "m1"]
        customer = runtime.customer(survivor)
        await runtime.submit([tracked(3, "bought", "", others=(device,), total=5)])
    async with running(MemoryStore(medium)) as runtime:
        assert runtime.find(device) == survivor
        again = runtime.customer(survivor)
        assert again is not None
        assert customer is not None
        assert again.version == customer.version + 1


async def test_an_alias_alone_links_and_is_remembered() -> None:
    old, medium = Identifier("user_id", "old"), Medium()
    alias = Incoming(identifiers=(USER, old), event=None, event_id=EventId("a1"), at=Instant(5), source="test")
    async with running(MemoryStore(medium)) as runtime:
        (receipt,) = await runtime.submit([alias])
        assert (receipt.event_id, receipt.status) == ("a1", "accepted")
    async with running(MemoryStore(medium)) as runtime:
        await runtime.submit([tracked(1, "bought", "old", total=1)])
        assert runtime.find(USER) == runtime.find(old) != None  # noqa: E711


async def test_a_report_for_an_absorbed_customer_reaches_the_survivor() -> None:
    device = Identifier("anonymous_id", "d1")
    async with running() as runtime:
        await runtime.submit([tracked(1, "bought", "", others=(device,), total=3)])
        absorbed = runtime.find(device)
        assert absorbed is not None
        await runtime.submit([tracked(2, "bought", "u1", others=(device,), total=4)])
        word = ConsentChanged(event_id=EventId("c1"), customer_id=absorbed, at=Instant(9), channel="*", granted=False)
        await runtime.report([word])
        customer = runtime.customer(runtime.find(USER) or CustomerId(""))
        assert customer is not None
        assert [consent.granted for consent in customer.profile.consents] == [False]


async def test_another_revision_takes_over_between_commits_and_the_log_still_verifies(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    async with running(store) as runtime:
        await runtime.submit([tracked(1, "signed_up")])
        await runtime.drain()
        await runtime.publish(world(seed="another").workspace)
        await runtime.submit([tracked(2, "signed_up", "u2")])
        await runtime.drain()
    store = SqliteStore(tmp_path)
    assert len({block.revision for block in store.blocks()}) == 2
    assert verify(store).newer == 0
    store.close()


async def test_the_log_replays_to_the_stored_decisions_and_states(tmp_path: Path) -> None:
    clock = Clock()
    store = SqliteStore(tmp_path)
    async with running(store, clock=clock) as runtime:
        for start in range(0, 200, 20):
            clock.at += HOUR // 2
            facts = [
                tracked(n, ("signed_up", "left", "bought")[n % 3], f"u{n % 17}", at=clock.at - n, total=n)
                for n in range(start, start + 20)
            ]
            await runtime.submit(facts)
        await runtime.drain()
        customers = runtime.stats().customers
    store = SqliteStore(tmp_path)
    found = verify(store)
    assert found.entries == store.last_seq() > 200
    assert (found.states, found.newer, found.customers) == (customers, 0, customers)
    store.close()


async def test_a_changed_history_is_refused(tmp_path: Path) -> None:
    medium = Medium()
    async with running(MemoryStore(medium)) as runtime:
        await runtime.submit([tracked(1, "signed_up"), tracked(2, "left")])
    (block, *_) = medium.blocks
    entry = next(block.read())
    assert isinstance(entry.event, Tracked)
    forged = msgspec.structs.replace(entry, event=msgspec.structs.replace(entry.event, name="left"))
    entries = (msgspec.Raw(pack(forged)), *block.entries[1:])
    medium.blocks[0] = msgspec.structs.replace(block, entries=entries)
    medium.watermark, medium.states = 0, {}
    with pytest.raises(StoreError, match="does not replay") as caught:
        await Embedded.start(world(), MemoryStore(medium), {}, settings=FAST)
    assert "upgrade" in caught.value.instruction


class FailingStore(MemoryStore):
    """Fails at the third commit, as a disk that is full."""

    commits = 0

    def commit(self, commit: Commit) -> None:
        self.commits += 1
        if self.commits == 3:
            raise StoreError("The disk is full.", "Make room.")
        super().commit(commit)


async def test_a_failed_commit_stops_everything_loudly() -> None:
    store = FailingStore()
    runtime = await Embedded.start(world(), store, {}, settings=FAST)
    await runtime.submit([tracked(1, "bought", total=1)])
    await runtime.submit([tracked(2, "bought", total=1)])
    with pytest.raises(StoreError, match="disk is full"):
        await runtime.submit([tracked(3, "bought", total=1)])
    with pytest.raises(StoreError, match="disk is full"):
        await runtime.submit([tracked(4, "bought", total=1)])
    assert "disk is full" in str(await asyncio.wait_for(runtime.crashed(), 1))
    with pytest.raises(StoreError, match="disk is full"):
        await runtime.stop()
    assert store.commits == 3


async def test_a_writer_that_breaks_is_a_crash_too(monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = await Embedded.start(world(), MemoryStore(), {}, settings=FAST)
    monkeypatch.setattr(runtime._writer.snapshots, "note", lambda links, decisions: 1 / 0)
    lost = asyncio.ensure_future(runtime.submit([tracked(1, "bought", total=1)]))
    assert "ZeroDivisionError" in str(await asyncio.wait_for(runtime.crashed(), 1))
    lost.cancel()


async def test_stopping_finishes_what_was_submitted() -> None:
    medium = Medium()
    runtime = await Embedded.start(world(), MemoryStore(medium), {}, settings=FAST)
    waiting = asyncio.ensure_future(runtime.submit([tracked(n, "bought", total=1) for n in range(1000)]))
    await asyncio.sleep(0)
    await runtime.stop()
    assert {receipt.status for receipt in await waiting} == {"accepted"}
    assert medium.watermark == medium.blocks[-1].last == 1000
    with pytest.raises(StoreError, match="stopping"):
        await runtime.submit([tracked(5000, "bought", total=1)])


async def eventually(condition: Any, seconds: float = 5.0) -> None:
    """Wait until ``condition`` holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
