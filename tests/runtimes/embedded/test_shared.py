"""What all customers share: exact under every interleaving, the same after every crash."""

import asyncio
import copy
import random
from collections import Counter
from collections.abc import Iterator

import pytest
from msgspec import structs

from segue.core.world import World, build_world
from segue.model.catalogue import Capacity, ChannelSpec
from segue.model.commands import Deliver
from segue.model.contact_rules import Cap, ContactRules
from segue.model.deliveries import DeliveryStatus
from segue.model.errors import StoreError
from segue.model.events import DeliveryReported, Event
from segue.model.ids import EventId
from segue.model.reach import Reach
from segue.model.time import DAY, HOUR, MINUTE, Instant, to_datetime
from segue.ports.store import Block, Commit, pack, pack_shared, unpack_shared
from segue.runtimes.embedded import Embedded, Settings
from segue.runtimes.embedded.recovery import recover
from segue.runtimes.population import Population
from segue.runtimes.replay import verify
from segue.stores.memory import Medium, MemoryStore
from tests.properties.shop import a_workspace
from tests.runtimes.support import Clock, DisplayChannel, MailChannel, tracked, world

FAST = Settings(
    linger_seconds=0.0, timer_poll_seconds=0.002, audience_linger_seconds=0.0, snapshot_seconds=0.01,
    snapshot_chunk=3, manages_gc=False,
)  # fmt: skip
A_DAY = 5
STOCK = 11


def scarce() -> World:
    """A shop that may send five welcomes a day."""
    letters = Capacity(limit=A_DAY, per="1d", channels=("mail",))
    return build_world(structs.replace(world().workspace, capacities={"letters": letters}))


def finite() -> World:
    """A shop with eleven welcomes in all; each costs ten cents of fifty a day, and four a day are wanted."""
    whole = world().workspace
    actions = tuple(
        structs.replace(each, cost=0.1, value=1.0, stock=STOCK, stock_taken_by="contact")
        if each.action == "welcome"
        else each
        for each in whole.actions
    )
    spending = Capacity(limit=0.5, per="1d", counts="cost")
    reach = {"greeted": Reach(at_least=4, per="1d", actions=("welcome",))}
    return build_world(structs.replace(whole, actions=actions, capacities={"spending": spending}, reach=reach))


def kill(runtime: Embedded) -> None:
    """End a runtime as kill -9 does: nothing is finished, nothing more is written."""
    for task in (runtime._running, runtime._telling, *runtime._dispatcher._workers):
        task.cancel()


async def die(runtime: Embedded, medium: Medium) -> Medium:
    """Return what is on the disk when the process is killed in the midst of its work."""
    kill(runtime)
    left = copy.copy(medium)
    for name in ("blocks", "links", "ledger", "dead_letters", "states", "decisions", "workspaces", "jobs"):
        setattr(left, name, copy.copy(getattr(left, name)))
    left.is_open = False
    await asyncio.sleep(0)
    return left


def by_day(sent: list[Deliver]) -> Counter[str]:
    first = {command.delivery_id: command for command in sent}
    return Counter(str(to_datetime(command.decided_at).date()) for command in first.values())


@pytest.mark.parametrize("seed", range(3))
async def test_a_capacity_is_never_exceeded_however_often_the_process_is_killed(seed: int) -> None:
    chance, clock, medium, mail = random.Random(seed), Clock(), Medium(), MailChannel()
    number = 0
    for _ in range(12):
        channels = {"mail": mail, "display": DisplayChannel()}
        runtime = await Embedded.start(scarce(), MemoryStore(medium), channels, clock=clock, settings=FAST)
        for _ in range(chance.randrange(1, 5)):
            clock.at += chance.choice((MINUTE, HOUR, 5 * HOUR))
            some = [tracked(number + n, "signed_up", f"u{number + n}", at=clock.at) for n in range(4)]
            number += len(some)
            await asyncio.gather(*(runtime.submit([fact]) for fact in some))
            for _ in range(chance.randrange(20)):
                await asyncio.sleep(0)
        medium = await die(runtime, medium)
    days = by_day(mail.sent)
    assert max(days.values()) == A_DAY, days
    decided = Counter(str(to_datetime(row.at).date()) for row in medium.ledger.values())
    assert max(decided.values()) == A_DAY
    assert verify(MemoryStore(medium)).entries > 50


@pytest.mark.parametrize("seed", range(3))
async def test_a_budget_and_a_stock_are_never_exceeded_however_often_the_process_is_killed(seed: int) -> None:
    chance, clock, medium, mail = random.Random(seed), Clock(), Medium(), MailChannel()
    number = 0
    for _ in range(10):
        channels = {"mail": mail, "display": DisplayChannel()}
        runtime = await Embedded.start(finite(), MemoryStore(medium), channels, clock=clock, settings=FAST)
        for _ in range(chance.randrange(1, 5)):
            clock.at += chance.choice((MINUTE, HOUR, 9 * HOUR))
            some = [tracked(number + n, "signed_up", f"u{number + n}", at=clock.at) for n in range(4)]
            number += len(some)
            await asyncio.gather(*(runtime.submit([fact]) for fact in some))
            for _ in range(chance.randrange(20)):
                await asyncio.sleep(0)
        medium = await die(runtime, medium)
    decided = [row for row in medium.ledger.values() if row.channel == "mail"]
    assert max(Counter(str(to_datetime(row.at).date()) for row in decided).values()) <= A_DAY
    kept = [row for row in decided if row.status != DeliveryStatus.WITHDRAWN]  # what was withdrawn is given back
    assert len(kept) == STOCK
    assert len({command.delivery_id for command in mail.sent}) <= STOCK
    assert verify(MemoryStore(medium)).entries > 50


async def test_a_capacity_holds_under_many_submitters_and_workers_with_failures() -> None:
    clock, medium = Clock(), Medium()
    chance = random.Random(4)
    answers = [chance.choice((DeliveryStatus.ACCEPTED, DeliveryStatus.RETRYABLE)) for _ in range(60)]
    mail = MailChannel(MailChannel().spec, *answers, seconds=0.001)
    runtime = await Embedded.start(
        scarce(), MemoryStore(medium), {"mail": mail, "display": DisplayChannel()}, clock=clock, settings=FAST
    )

    async def submit(who: int) -> None:
        for n in range(5):
            await runtime.submit([tracked(who * 100 + n, "signed_up", f"u{who}-{n}", at=clock.at)])
            await asyncio.sleep(0)

    for _ in range(6):
        clock.at += DAY // 2
        await asyncio.gather(*(submit(clock.at % 997 * 100 + who) for who in range(8)))
        await runtime.drain()
    accepted = {row.delivery_id for row in medium.ledger.values() if row.status is DeliveryStatus.ACCEPTED}
    assert max(by_day([each for each in mail.sent if each.delivery_id in accepted]).values()) == A_DAY
    assert len({each.delivery_id for each in mail.sent} - accepted) > 2, "what failed for good is given back"
    left = runtime._writer.population.shared
    assert pack(unpack_shared(pack_shared(left))) == pack(left), "what is stored is what is in memory, to the bit"
    await runtime.stop()


class Town:
    """People of a busy shop, advanced as the writer does it, into a store whose saves lag behind at random."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.world = _busy()
        self.store = MemoryStore(Medium())
        self.store.keep_workspace(self.world.revision, pack(self.world.workspace))
        self.population = Population(self.world, hot=5)
        self.now = Clock().at
        self.number = 0

    def events(self, count: int) -> Iterator[tuple[Event, Instant]]:
        names = ("signed_up", "page_viewed", "page_viewed", "cart_updated", "order_completed")
        for _ in range(count):
            self.number += 1
            self.now += self.chance.choice((MINUTE, 20 * MINUTE, 3 * HOUR))
            now = Instant(self.now)
            who = f"u{self.chance.randrange(25)}"
            fact = tracked(self.number, self.chance.choice(names), who, at=now, cart_id="a", total=1)
            yield from ((tick, now) for tick in self.population.due(now, 50))
            yield from ((event, now) for event in self.population.identify(fact, now).events)

    def commit(self, count: int) -> list[bytes]:
        """Advance and commit a block; answer every message at once; return the entries as they were stored."""
        before, first = self.population.shared, self.population.seq + 1
        packed = []
        for event, now in self.events(count):
            advanced = self.population.advance(event, now)
            packed.append(advanced.packed)
            for command in advanced.entry.commands:
                status = self.chance.choice((DeliveryStatus.ACCEPTED, DeliveryStatus.REJECTED))
                report = DeliveryReported(
                    event_id=EventId(f"r{len(packed)}{command.delivery_id}"),
                    customer_id=command.customer_id,
                    at=now,
                    delivery_id=command.delivery_id,
                    status=status,
                )
                packed.append(self.population.advance(report, now).packed)
        block = Block(first, self.world.revision, tuple(packed), (), pack_shared(before))
        self.store.commit(Commit(block=block))
        return [bytes(each) for each in packed]

    def save(self) -> None:
        """Save some who changed; sometimes say that all is saved."""
        dirty = list(self.population.take_dirty())
        self.store.save([self.population.snapshot(customer_id) for customer_id in dirty])
        if self.chance.random() < 0.5:
            self.store.complete(self.population.seq, (), ())
        else:
            self.population._shelf.dirty.update(dict.fromkeys(dirty))


def _busy() -> World:
    channels = (
        ChannelSpec(name="email", family="message", contact_trait="email"),
        ChannelSpec(name="sms", family="message", contact_trait="phone"),
        ChannelSpec(name="push", family="message"),
        ChannelSpec(name="display", family="audience"),
        ChannelSpec(name="website", family="placement"),
    )
    return build_world(
        a_workspace(
            channels=channels,
            capacities={
                "pushes": Capacity(limit=3, per="1d", channels=("push",)),
                "budget": Capacity(limit=0.05, per="7d", counts="cost"),
            },
        )
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_recovered_runtime_decides_byte_for_byte_as_one_that_never_crashed(seed: int) -> None:
    town, tallied = Town(seed), 0
    for _ in range(12):
        town.commit(town.chance.randrange(1, 12))
        if town.chance.random() < 0.6:
            town.save()
        found = recover(town.store, town.world, hot_customers=7, dedupe_window=10).population
        assert found.shared == town.population.shared
        assert pack(found.shared) == pack(town.population.shared)
        assert found.presence.waiting == town.population.presence.waiting
        again = copy.copy(town)
        again.chance = copy.deepcopy(town.chance)
        again.population, again.store = found, MemoryStore(Medium())
        again.store._medium.blocks = list(town.store._medium.blocks)
        expected_chance = copy.deepcopy(town.chance)
        entries = again.commit(6)
        town.chance = expected_chance
        assert town.commit(6) == entries
        tallied += sum(len(entry.tallies) for entry in list(town.store.blocks())[-1].read())
    assert tallied > 5
    assert verify(town.store).entries == town.population.seq


def test_a_clean_stop_leaves_what_is_shared_to_the_last_block() -> None:
    town = Town(9)
    for _ in range(4):
        town.commit(10)
    town.store.save([town.population.snapshot(customer_id) for customer_id in town.population.customer_ids()])
    town.store.complete(town.population.seq, (), ())
    assert town.store.watermark() == town.store.last_seq()
    found = recover(town.store, town.world, hot_customers=7, dedupe_window=10)
    assert found.replayed == 0
    assert found.population.shared == town.population.shared
    assert found.population.shared.leases


def test_a_block_that_says_something_else_about_what_is_shared_is_not_believed() -> None:
    town = Town(3)
    town.commit(10)
    town.commit(10)
    blocks = town.store._medium.blocks
    blocks[1] = structs.replace(blocks[1], shared=blocks[0].shared)
    with pytest.raises(StoreError, match="other shared quantities"):
        recover(town.store, town.world, hot_customers=7, dedupe_window=10)


@pytest.mark.parametrize("seed", range(4))
async def test_one_address_is_never_contacted_more_often_whoever_has_it(seed: int) -> None:
    """A family mailbox: three profiles, two letters a day, any interleaving of submitters, restarts included."""
    chance, clock, medium, mail = random.Random(seed), Clock(), Medium(), MailChannel()
    shop = world().workspace
    rules = ContactRules(
        caps=(Cap(cap="daily", limit=2, window="1d"),), quiet_hours=(), min_gap="0s", consent={"default": "opt_out"}
    )
    family = build_world(structs.replace(shop, contact_rules=rules))
    number = 0
    for _ in range(4):
        runtime = await Embedded.start(
            family, MemoryStore(medium), {"mail": mail, "display": DisplayChannel()}, clock=clock, settings=FAST
        )
        for _ in range(8):
            clock.at += chance.choice((0, HOUR, 7 * HOUR))
            facts = []
            for _ in range(chance.randrange(1, 6)):
                number += 1
                fact = tracked(number, "signed_up", chance.choice(("ann", "bob", "cid")), at=clock.at)
                assert fact.event is not None
                facts.append(
                    structs.replace(fact, event=structs.replace(fact.event, traits={"email": "Home@example.com "}))
                )
            await asyncio.gather(*(runtime.submit([fact]) for fact in facts))
            if chance.random() < 0.5:
                await runtime.drain()
        medium = await die(runtime, medium)
    times = sorted(command.decided_at for command in {c.delivery_id: c for c in mail.sent}.values())
    assert len(times) >= 6
    assert all(later - earlier >= DAY for earlier, later in zip(times, times[2:], strict=False))
    senders = {command.customer_id for command in mail.sent}
    assert len(senders) > 1
