"""Publishing a changed workspace: what the preview counts is what happens, and nothing is lost on the way."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from segue.core.world import build_world
from segue.model.catalogue import Audience
from segue.model.errors import SegueError
from segue.model.events import Tick
from segue.model.ids import CustomerId
from segue.model.journeys import Entry, Journey, Migration
from segue.model.steps import Propose, Wait
from segue.model.time import DAY, HOUR, NEVER
from segue.model.triggers import AudienceTrigger, EventTrigger, ScheduleTrigger
from segue.model.workspace import Workspace
from segue.ports.store import Store
from segue.runtimes.embedded import Embedded, Settings
from segue.runtimes.presence import Place
from segue.runtimes.publishing import compose, preview, published
from segue.runtimes.versions import changed_journeys
from segue.stores.memory import Medium, MemoryStore
from segue.stores.sqlite import SqliteStore
from tests.runtimes.support import Clock, DisplayChannel, MailChannel, tracked, world

FAST = Settings(linger_seconds=0.001, timer_poll_seconds=0.005, audience_linger_seconds=0.01, manages_gc=False)
COURSE = Journey(
    journey="course",
    entry=Entry(on=EventTrigger(event="left")),
    steps=(
        Wait(id="first", after="1d"),
        Wait(id="second", after="1d"),
        Propose(id="letter", action="welcome", deadline="30d"),
        Wait(id="last", after="30d"),
    ),
)


def shop(journey: Journey | None = COURSE, /, **changes: Any) -> Workspace:
    journeys = (structs.replace(journey, **changes),) if journey is not None else ()
    return structs.replace(world().workspace, journeys=journeys, rules=())


class Running:
    """A runtime whose people are spread over the steps: ``a`` at the first, two at the second, three at the last."""

    def __init__(self, runtime: Embedded, clock: Clock, mail: MailChannel) -> None:
        self.runtime = runtime
        self.clock = clock
        self.mail = mail

    async def spread(self) -> None:
        for day, names in enumerate(("xyz", "mn", "a")):
            await self.enter(*names)
            if day < 2:
                await self.after(DAY + HOUR)
        await self.settle(lambda: self.waiting() == {"last": 3, "second": 2, "first": 1})

    async def enter(self, *names: str) -> None:
        facts = [tracked(ord(name), "left", name, at=self.clock.at) for name in names]
        await self.runtime.submit(facts)

    async def after(self, duration: int) -> None:
        until = self.clock.at + duration
        while self.clock.at < until:
            self.clock.at = min(until, self.clock.at + DAY + HOUR)
            await self.settle(lambda: self.runtime.next_alarm() > self.clock.at)
            await self.runtime.drain()

    def everybody(self) -> list[CustomerId]:
        return self.runtime._writer.population.roll()

    async def settle(self, condition: Callable[[], bool]) -> None:
        for _ in range(2000):
            if condition():
                return
            await asyncio.sleep(0.002)
        raise AssertionError("it never came to rest")

    def waiting(self, version: int = 1) -> dict[str, int]:
        for step in self.runtime.stats().steps:
            assert step.inflow == step.waiting + step.passed + step.exited, step
        places = self.runtime.presence().waiting
        return {place.step: count for place, count in places.items() if place[:2] == ("course", version)}


@asynccontextmanager
async def running(
    workspace: Workspace | None = None, store: Store | None = None, clock: Clock | None = None
) -> AsyncIterator[Running]:
    clock, mail, store = clock or Clock(), MailChannel(), store or MemoryStore()
    runtime = await Embedded.start(
        build_world(workspace or shop()), store, {"mail": mail, "display": DisplayChannel()}, clock=clock, settings=FAST
    )
    try:
        yield Running(runtime, clock, mail)
    finally:
        await runtime.stop()
        store.close()


async def test_people_finish_the_version_they_entered_and_new_ones_get_the_new_one() -> None:
    async with running() as shown:
        await shown.spread()
        (course,) = await shown.runtime.publish(shop(version=2, steps=(Wait(id="only", after="9d"),)))
        assert (course.choice, course.people, course.stranded) == ("finish", 6, {"first": 1, "second": 2, "last": 3})
        assert course.outcomes["finish"] == shown.waiting() == {"first": 1, "second": 2, "last": 3}
        assert [(old.journey, old.version) for old in shown.runtime.world.workspace.retired] == [("course", 1)]
        await shown.enter("q")
        assert shown.waiting(2) == {"only": 1}
        await shown.after(3 * DAY)
        assert len(shown.mail.sent) == 6, "everybody of the first version got its letter"


async def test_people_migrate_by_the_map_and_arrive_where_the_preview_said() -> None:
    async with running() as shown:
        await shown.spread()
        steps = (Wait(id="second", after="3d"), Wait(id="end", after="9d"))
        (course,) = await shown.runtime.publish(
            shop(version=2, in_flight="migrate", migration=Migration(steps={"last": "end"}), steps=steps)
        )
        assert course.outcomes["migrate"] == {"end": 3, "second": 2, "": 1}
        assert course.stranded == {"first": 1}
        assert shown.waiting(1) == {}
        assert shown.waiting(2) == {"end": 3, "second": 2}
        assert shown.runtime.stats().ended == {"migrated_out": 1}
        await shown.after(3 * DAY)
        assert shown.waiting(2) == {"end": 5}, "the new definition goes on from there"


async def test_stopping_ends_every_run_at_once() -> None:
    async with running() as shown:
        await shown.spread()
        (course,) = await shown.runtime.publish(shop(status="stopped"))
        assert (course.choice, course.outcomes["stop"]) == ("stop", {"": 6})
        assert shown.waiting() == {}
        assert shown.runtime.stats().ended == {"journey_stopped": 6}
        assert shown.runtime.next_alarm() == NEVER


async def test_in_flight_stop_ends_those_of_the_earlier_version_only() -> None:
    async with running() as shown:
        await shown.spread()
        await shown.runtime.publish(shop(version=2, in_flight="stop"))
        assert shown.waiting(1) == {}
        await shown.enter("q")
        assert shown.waiting(2) == {"first": 1}


async def test_a_pause_holds_everything_and_loses_nothing() -> None:
    async with running() as shown:
        await shown.spread()
        sent = len(shown.mail.sent)
        (paused,) = await shown.runtime.publish(shop(status="paused"))
        assert (paused.to_status, paused.outcomes["pause"]) == ("paused", {"first": 1, "second": 2, "last": 3})
        await shown.enter("q")
        await shown.after(10 * DAY)
        assert shown.waiting() == {"first": 1, "second": 2, "last": 3}
        assert len(shown.mail.sent) == sent
        assert shown.runtime.presence().pending == Counter(course=1)
        await shown.runtime.publish(shop())
        await shown.after(5 * DAY)
        assert len(shown.mail.sent) == 7, "six were held and one entered meanwhile"
        assert shown.runtime.presence().pending == Counter()


async def test_draining_lets_nobody_in_and_everybody_out() -> None:
    async with running() as shown:
        await shown.spread()
        await shown.runtime.publish(shop(status="draining"))
        await shown.enter("q")
        await shown.after(40 * DAY)
        assert shown.waiting() == {}
        assert len(shown.mail.sent) == 6
        assert shown.runtime.stats().ended == {"done": 6}


async def test_a_journey_that_is_gone_from_the_files_ends_for_everybody() -> None:
    async with running() as shown:
        await shown.spread()
        (course,) = await shown.runtime.publish(shop(None))
        assert (course.to_version, course.choice) == (0, "stop")
        assert shown.waiting() == {}
        assert shown.runtime.world.workspace.retired == ()


async def test_a_definition_that_people_are_in_does_not_change_under_its_version() -> None:
    async with running() as shown:
        await shown.spread()
        before = shown.runtime.world
        with pytest.raises(SegueError) as caught:
            await shown.runtime.publish(shop(steps=COURSE.steps[:2]))
        assert "version 1, which 6 runs are in" in caught.value.reason
        assert "`version: 2`" in caught.value.instruction
        assert shown.runtime.world is before
        described = tuple(structs.replace(step, description="words") for step in COURSE.steps)
        assert await shown.runtime.publish(shop(description="words", steps=described)) == ()


async def test_a_definition_that_nobody_is_in_may_change() -> None:
    async with running() as shown:
        await shown.runtime.publish(shop(steps=COURSE.steps[:2]))
        await shown.enter("a")
        assert shown.waiting() == {"first": 1}


async def test_what_an_earlier_version_still_needs_cannot_go() -> None:
    async with running() as shown:
        await shown.spread()
        lean = structs.replace(shop(version=2, steps=(Wait(id="only", after="9d"),)), actions=())
        with pytest.raises(SegueError, match="earlier version of a journey, which people are still in") as caught:
            await shown.runtime.publish(lean)
        assert "migrate or stop" in caught.value.instruction
        journey = structs.replace(lean.journeys[0], in_flight="stop")
        await shown.runtime.publish(structs.replace(lean, journeys=(journey,)))
        assert shown.waiting() == {}


async def test_a_restart_with_changed_files_does_what_publishing_does() -> None:
    medium, clock = Medium(), Clock()
    async with running(store=MemoryStore(medium), clock=clock) as shown:
        await shown.spread()
    changed = shop(version=2, in_flight="migrate", migration=Migration(steps={"last": "first"}))
    store = MemoryStore(medium)
    (course,) = preview(changed, store)
    composed = compose(changed, store)
    store.close()
    assert [(old.journey, old.version) for old in composed.retired] == [("course", 1)]
    async with running(changed, MemoryStore(medium), clock) as shown:
        await shown.runtime.drain()
        assert shown.waiting(1) == {}
        assert shown.waiting(2) == course.outcomes["migrate"] == {"first": 4, "second": 2}
    ticks = sum(isinstance(entry.event, Tick) for block in medium.blocks[-3:] for entry in block.read())
    async with running(changed, MemoryStore(medium), clock) as shown:
        await shown.runtime.drain()
        assert shown.runtime.stats().events == {}, f"they have been told already ({ticks} ticks)"


async def test_who_is_idle_learns_of_new_schedules_and_audiences() -> None:
    medium, clock = Medium(), Clock()
    async with running(store=MemoryStore(medium), clock=clock) as shown:
        await shown.enter("a", "b")
    spring = structs.replace(
        shop(),
        triggers={"digest": ScheduleTrigger(at="09:00"), "joins": AudienceTrigger(audience="frugal")},
        audiences=(Audience(audience="frugal", when="spent == 0"),),
    )
    async with running(spring, MemoryStore(medium), clock) as shown:
        await shown.runtime.drain()
        found = [shown.runtime.customer(state).watches for state in shown.everybody()]  # type: ignore[union-attr]
        assert [(watches.inside, len(watches.schedules)) for watches in found] == [(("frugal",), 1)] * 2
        assert shown.runtime.next_alarm() < clock.at + DAY
    autumn = structs.replace(spring, audiences=(Audience(audience="frugal", when="spent < 0"),))
    async with running(autumn, MemoryStore(medium), clock) as shown:
        await shown.runtime.drain()
        found = [shown.runtime.customer(state).watches for state in shown.everybody()]  # type: ignore[union-attr]
        assert [watches.inside for watches in found] == [()] * 2
        assert shown.runtime.stats().events == {"tick": 2}
    async with running(autumn, MemoryStore(medium), clock) as shown:
        await shown.runtime.drain()
        assert shown.runtime.stats().events == {}


async def test_a_publication_that_a_crash_interrupted_is_finished_by_the_next_start() -> None:
    medium, clock = Medium(), Clock()
    async with running(store=MemoryStore(medium), clock=clock) as shown:
        await shown.spread()
    changed = shop(version=2, in_flight="migrate")
    store = MemoryStore(medium)
    runtime = await Embedded.start(build_world(shop()), store, {}, clock=clock, settings=FAST)
    told = 0

    async def die_in_the_middle(ticks: list[Tick]) -> None:
        nonlocal told
        told = len(await runtime.report(ticks[:2]))
        raise asyncio.CancelledError

    runtime._publisher._tell = die_in_the_middle
    with pytest.raises(asyncio.CancelledError):
        await runtime.publish(changed)
    await runtime.stop()
    store.close()
    assert told == 2
    assert [job.job_id for job in MemoryStoreView(medium).jobs()] == ["publishing"]
    async with running(changed, MemoryStore(medium), clock) as shown:
        await shown.runtime.drain()
        assert (shown.waiting(1), sum(shown.waiting(2).values())) == ({}, 6)
    assert medium.jobs == {}


class MemoryStoreView:
    """What lies on a medium, without opening it."""

    def __init__(self, medium: Medium) -> None:
        self._medium = medium

    def jobs(self) -> list[Any]:
        return list(self._medium.jobs.values())


async def test_a_plan_is_read_from_a_store_that_another_has_open(tmp_path: Path) -> None:
    async with running(store=SqliteStore(tmp_path)) as shown:
        await shown.spread()
        reader = SqliteStore(tmp_path, is_reader=True)
        (course,) = preview(shop(version=2, in_flight="stop"), reader)
        reader.close()
        assert course.waiting == {"first": 1, "second": 2, "last": 3}
        assert shown.runtime.presence().waiting[Place("course", 1, "second")] == 2


async def test_what_was_published_is_no_difference_any_more_though_nothing_has_happened_since() -> None:
    store = MemoryStore()
    async with running(store=store) as shown:
        await shown.enter("a")
        paused, live = shop(status="paused"), shop()
        for wanted in (paused, live, paused):
            await shown.runtime.publish(wanted)
            assert published(store) == wanted
            assert preview(wanted, store) == ()


def test_a_store_that_is_empty_has_nobody_to_ask() -> None:
    store = MemoryStore()
    (course,) = preview(shop(), store)
    assert (course.from_version, course.to_version, course.people) == (0, 1, 0)
    assert compose(shop(), store) == shop()


def test_people_are_told_of_what_concerns_them_only() -> None:
    before = shop()
    for after, expected in (
        (before, frozenset()),
        (shop(description="words"), frozenset()),
        (shop(status="paused"), {"course"}),
        (shop(version=2), {"course"}),
        (shop(in_flight="migrate"), {"course"}),
        (shop(journey="another"), {"course", "another"}),
        (shop(None), {"course"}),
    ):
        assert changed_journeys(before, after) == expected
