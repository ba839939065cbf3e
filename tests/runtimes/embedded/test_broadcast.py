"""Business events reach every customer once, whatever happens on the way."""

import asyncio
import copy
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from segue.core.world import World, build_world
from segue.model.catalogue import Audience
from segue.model.errors import EventError, SegueError
from segue.model.events import Tracked
from segue.model.identities import Identifier
from segue.model.ids import CustomerId
from segue.ports.store import Commit, Store
from segue.runtimes.embedded import Embedded, Settings
from segue.runtimes.embedded.broadcast import KEPT, SLICE, Broadcast
from segue.stores.memory import Medium, MemoryStore
from segue.stores.sqlite import SqliteStore
from tests.runtimes.support import Clock, DisplayChannel, MailChannel, identified, tracked, world

PEOPLE = 3 * SLICE + 5
SETTINGS = Settings(linger_seconds=0.0, manages_gc=False)


def shop(*audiences: Audience) -> World:
    spenders = Audience(audience="spenders", when="spent >= 100")
    return build_world(structs.replace(world().workspace, audiences=(spenders, *audiences)))


async def opened(store: Store, clock: Clock | None = None, settings: Settings = SETTINGS) -> Embedded:
    channels: dict[str, Any] = {"mail": MailChannel(), "display": DisplayChannel()}
    return await Embedded.start(shop(), store, channels, clock=clock or Clock(), settings=settings)


async def crowded(store: Store, people: int = PEOPLE, **how: Any) -> Embedded:
    """Return a runtime with so many customers; each has spent their number."""
    runtime = await opened(store, **how)
    await runtime.submit([tracked(number, "bought", f"u{number}", total=number) for number in range(people)])
    return runtime


def news(message_id: str = "n1", audience: str = "", **properties: Any) -> Broadcast:
    return Broadcast(message_id=message_id, event="prices_fall", properties=properties, audience=audience)


def told(store: Store, name: str = "prices_fall") -> list[Tracked]:
    """Return the events of that name in the log, in order."""
    events = [entry.event for block in store.blocks() for entry in block.read()]
    return [event for event in events if isinstance(event, Tracked) and event.name == name]


def everybody(runtime: Embedded) -> list[CustomerId]:
    """Return all customers in the order of their ids."""
    return sorted(runtime._writer.population.roll())


async def test_every_customer_gets_the_event_in_the_order_of_their_ids() -> None:
    store = MemoryStore()
    runtime = await crowded(store)
    accepted = await runtime.broadcasts.accept(news(percent=20))
    assert (accepted.status, accepted.customers) == ("running", PEOPLE)
    await runtime.broadcasts.idle()
    events = told(store)
    assert [event.customer_id for event in events] == everybody(runtime)
    assert {(event.at, event.properties["percent"]) for event in events} == {(accepted.at, 20)}
    ended = runtime.broadcasts.find("n1")
    assert ended is not None
    assert (ended.status, ended.considered, ended.reached) == ("done", PEOPLE, PEOPLE)
    await runtime.stop()


async def test_an_audience_is_judged_by_its_condition() -> None:
    store = MemoryStore()
    runtime = await crowded(store)
    await runtime.broadcasts.accept(news(audience="spenders"))
    await runtime.broadcasts.idle()
    expected = {runtime.find(Identifier("user_id", f"u{number}")) for number in range(100, PEOPLE)}
    assert {event.customer_id for event in told(store)} == expected
    ended = runtime.broadcasts.find("n1")
    assert ended is not None
    assert (ended.considered, ended.reached) == (PEOPLE, PEOPLE - 100)
    await runtime.stop()


async def test_an_audience_that_nobody_can_compute_is_refused() -> None:
    runtime = await crowded(MemoryStore(), 1)
    with pytest.raises(SegueError, match="no computed audience"):
        await runtime.broadcasts.accept(news(audience="lookalikes"))
    assert runtime.broadcasts.find("n1") is None
    await runtime.stop()


async def test_the_same_message_id_is_the_same_business_event() -> None:
    store = MemoryStore()
    runtime = await crowded(store)
    first, again = await asyncio.gather(runtime.broadcasts.accept(news()), runtime.broadcasts.accept(news()))
    assert first.message_id == again.message_id
    await runtime.broadcasts.idle()
    assert (await runtime.broadcasts.accept(news())).status == "done"
    with pytest.raises(EventError, match="Another business event"):
        await runtime.broadcasts.accept(news(percent=5))
    assert len(told(store)) == PEOPLE
    await runtime.stop()


async def test_several_go_one_after_another_in_the_order_in_which_they_were_accepted() -> None:
    store, clock = MemoryStore(), Clock()
    runtime = await crowded(store, clock=clock)
    for name in ("z", "a"):
        clock.at += 1
        await runtime.broadcasts.accept(news(name, which=name))
    await runtime.broadcasts.idle()
    assert [event.properties["which"] for event in told(store)] == ["z"] * PEOPLE + ["a"] * PEOPLE
    await runtime.stop()


async def test_what_happens_meanwhile_does_not_wait_for_the_end() -> None:
    store = MemoryStore()
    runtime = await crowded(store, 20 * SLICE)
    await runtime.broadcasts.accept(news())
    await runtime.submit([tracked(90_000, "left", "u7")])
    running = runtime.broadcasts.find("n1")
    assert running is not None
    assert running.status == "running"
    await runtime.broadcasts.idle()
    entries = [entry.event for block in store.blocks() for entry in block.read()]
    assert "left" in [event.name for event in entries[: -5 * SLICE] if isinstance(event, Tracked)]
    assert len(told(store)) == 20 * SLICE
    await runtime.stop()


@pytest.mark.parametrize("first_is_survivor", [True, False])
async def test_two_customers_who_become_one_on_the_way_get_one_event(first_is_survivor: bool) -> None:
    store = MemoryStore()
    runtime = await crowded(store, 0)
    await runtime.submit(
        [tracked(n, "bought", "", others=[Identifier("anonymous_id", f"d{n}")]) for n in range(PEOPLE)]
    )
    known = {runtime.find(Identifier("anonymous_id", f"d{n}")): f"d{n}" for n in range(PEOPLE)}
    in_order = sorted(known, key=str)
    first, last = known[in_order[1]], known[in_order[-2]]
    winner, loser = (first, last) if first_is_survivor else (last, first)
    await runtime.submit([identified(1, Identifier("user_id", "ann"), Identifier("anonymous_id", winner))])
    before = everybody(runtime)
    await runtime.broadcasts.accept(news())
    while runtime.broadcasts.find("n1").considered < SLICE:  # type: ignore[union-attr]  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert len(told(store)) < PEOPLE - SLICE, "it is not half-way any more"
    await runtime.submit([identified(2, Identifier("user_id", "ann"), Identifier("anonymous_id", loser))])
    await runtime.broadcasts.idle()
    assert len(everybody(runtime)) == len(before) - 1
    per_person = Counter(_person(runtime, event.customer_id) for event in told(store))
    assert per_person == Counter(everybody(runtime))
    await runtime.stop()


def _person(runtime: Embedded, customer_id: CustomerId) -> CustomerId:
    customer = runtime.customer(customer_id)
    assert customer is not None
    return customer.customer_id


class Filmed(MemoryStore):
    """Keeps a copy of its medium after every commit."""

    def __init__(self, medium: Medium) -> None:
        super().__init__(medium)
        self.frames: list[Medium] = []

    def commit(self, commit: Commit) -> None:
        super().commit(commit)
        frame = copy.copy(self._medium)
        for name in ("blocks", "links", "ledger", "dead_letters", "states", "decisions", "workspaces", "jobs"):
            setattr(frame, name, copy.copy(getattr(frame, name)))
        frame.is_open = False
        self.frames.append(frame)


async def test_a_crash_after_any_commit_leaves_nobody_out_and_tells_nobody_twice() -> None:
    store = Filmed(Medium())
    runtime = await crowded(store)
    await runtime.broadcasts.accept(news(audience="spenders"))
    await runtime.broadcasts.idle()
    await runtime.stop()
    resumed = 0
    for frame in (frame for frame in store.frames if frame.jobs):
        disk = MemoryStore(frame)
        again = await opened(disk)
        resumed += again.broadcasts.find("n1").status == "running"  # type: ignore[union-attr]
        await again.broadcasts.idle()
        assert Counter(event.customer_id for event in told(disk)) == Counter(event.customer_id for event in told(store))
        await again.stop()
    assert resumed >= 3


DIES = """
import asyncio, os, signal, sys
from segue.stores.sqlite import SqliteStore
from tests.runtimes.embedded.test_broadcast import crowded, news

class Dying(SqliteStore):
    slices = 0

    def commit(self, commit):
        self.slices += bool(commit.jobs)
        if self.slices == 3 and sys.argv[2] == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        super().commit(commit)
        if self.slices == 3:
            os.kill(os.getpid(), signal.SIGKILL)

async def main():
    runtime = await crowded(Dying(sys.argv[1]))
    await runtime.broadcasts.accept(news())
    await runtime.broadcasts.idle()

asyncio.run(main())
"""


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_process_killed_in_the_middle_goes_on_where_it_was(tmp_path: Path, when: str) -> None:
    died = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", DIES, str(tmp_path), when], check=False)
    assert died.returncode == -signal.SIGKILL
    store = SqliteStore(tmp_path)
    done = len(told(store))
    assert done == (SLICE if when == "before" else 2 * SLICE)
    runtime = await opened(store)
    await runtime.broadcasts.idle()
    assert [event.customer_id for event in told(store)] == everybody(runtime)
    await runtime.stop()
    store.close()


async def test_stopping_in_the_middle_loses_nothing() -> None:
    medium = Medium()
    store = MemoryStore(medium)
    runtime = await crowded(store)
    await runtime.broadcasts.accept(news())
    await runtime.stop()
    assert len(told(store)) < PEOPLE
    store.close()
    reopened = MemoryStore(medium)
    again = await opened(reopened)
    await again.broadcasts.idle()
    assert Counter(event.customer_id for event in told(reopened)) == Counter(everybody(again))
    await again.stop()


async def test_a_finished_one_is_forgotten_after_a_while() -> None:
    medium, clock = Medium(), Clock()
    runtime = await crowded(MemoryStore(medium), 3, clock=clock)
    await runtime.broadcasts.accept(news("old"))
    await runtime.broadcasts.idle()
    clock.at += KEPT + 1_000_000
    await runtime.broadcasts.accept(news("new"))
    await runtime.broadcasts.idle()
    assert runtime.broadcasts.find("old") is None
    assert [job.split(":")[1] for job in medium.jobs] == ["new"]
    await runtime.stop()
