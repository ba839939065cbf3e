"""Recovery from every moment at which the process can die: after each commit, and between any two saves."""

import copy
import random
from collections.abc import Sequence

import pytest

from segue.model.events import Incoming, Merged
from segue.model.identities import Identifier, Link
from segue.model.ids import DecisionId, EventId
from segue.model.time import HOUR, Instant
from segue.ports.store import Commit, CustomerState
from segue.runtimes.embedded import Embedded, Settings
from segue.runtimes.embedded.recovery import Recovered, recover
from segue.runtimes.embedded.window import Window
from segue.stores.memory import Medium, MemoryStore
from tests.runtimes.support import Clock, DisplayChannel, MailChannel, tracked, world

USERS = tuple(Identifier("user_id", f"u{n}") for n in range(6))
DEVICES = tuple(Identifier("anonymous_id", f"d{n}") for n in range(6))
EVERYBODY = USERS + DEVICES


class Filmed(MemoryStore):
    """Keeps a copy of its medium after every write."""

    def __init__(self, medium: Medium) -> None:
        super().__init__(medium)
        self.frames: list[Medium] = []

    def commit(self, commit: Commit) -> None:
        super().commit(commit)
        self._film()

    def save(self, states: Sequence[CustomerState]) -> None:
        super().save(states)
        self._film()

    def complete(
        self,
        watermark: int,
        links: Sequence[Link],
        decisions: Sequence[tuple[DecisionId, int]],
        learned: bytes | None = None,
    ) -> None:
        super().complete(watermark, links, decisions, learned)
        self._film()

    def _film(self) -> None:
        frame = copy.copy(self._medium)
        for name in ("blocks", "links", "ledger", "dead_letters", "states", "decisions", "workspaces"):
            setattr(frame, name, copy.copy(getattr(frame, name)))
        frame.is_open = False
        self.frames.append(frame)


async def a_busy_life(seed: int) -> list[Medium]:
    """Return every state of the disk during a life with merges, aliases, timers and deliveries."""
    chance, clock = random.Random(seed), Clock()
    store = Filmed(Medium())
    settings = Settings(
        linger_seconds=0.0, snapshot_seconds=0.0, snapshot_chunk=2, timer_poll_seconds=0.005, manages_gc=False
    )
    channels = {"mail": MailChannel(), "display": DisplayChannel()}
    runtime = await Embedded.start(world(), store, channels, clock=clock, settings=settings)
    for number in range(0, 60, 3):
        clock.at += HOUR // 3
        await runtime.submit([a_fact(chance, number + k, clock.at) for k in range(3)])
    await runtime.drain()
    await runtime.stop()
    return store.frames


def a_fact(chance: random.Random, number: int, at: int) -> Incoming:
    match chance.randrange(6):
        case 0:
            pair = (chance.choice(USERS), chance.choice(EVERYBODY))
            return Incoming(identifiers=pair, event=None, event_id=EventId(f"a{number}"), at=Instant(at), source="t")
        case 1 | 2:
            return tracked(number, "bought", "", at=at, others=(chance.choice(DEVICES),), total=number)
        case _:
            name = chance.choice(("signed_up", "left", "bought"))
            others = (chance.choice(DEVICES),) if chance.random() < 0.5 else ()
            return tracked(number, name, chance.choice(USERS).value, at=at, others=others, total=number)


def recovered(medium: Medium) -> Recovered:
    return recover(MemoryStore(medium), world(), hot_customers=100, dedupe_window=1000)


@pytest.mark.parametrize("seed", range(3))
async def test_every_moment_recovers_to_what_the_log_alone_says(seed: int) -> None:
    frames = await a_busy_life(seed)
    assert len(frames) > 30
    merges = partial = 0
    for frame in frames:
        from_log = copy.copy(frame)
        from_log.states, from_log.links, from_log.watermark = {}, [], 0
        expected, found = recovered(from_log), recovered(frame)
        merges += any(isinstance(entry.event, Merged) for block in frame.blocks for entry in block.read())
        partial += any(state.seq > frame.watermark for state in frame.states.values())
        assert found.population.seq == expected.population.seq
        assert found.last_now == expected.last_now
        assert sorted(found.population.customer_ids()) == sorted(expected.population.customer_ids())
        for customer_id in expected.population.customer_ids():
            assert found.population.snapshot(customer_id) == expected.population.snapshot(customer_id)
        assert found.population.next_alarm() == expected.population.next_alarm()
        for identifier in EVERYBODY:
            assert found.population.directory.find(identifier) == expected.population.directory.find(identifier)
    assert merges > 0, "nobody was merged"
    assert partial > 0, "no frame lay between two saves"


async def test_the_window_of_ids_comes_back_from_the_log() -> None:
    frames = await a_busy_life(1)
    window = recovered(frames[-1]).window
    ids = [entry.event.event_id for block in frames[-1].blocks for entry in block.read()]
    assert all(event_id in window for event_id in ids if event_id.startswith("m"))


def test_a_window_forgets_the_oldest_only() -> None:
    window = Window(3)
    for name in ("a", "b", "c", "c", "d"):
        window.add(EventId(name))
    assert [name in window for name in "abcd"] == [False, True, True, True]
    assert len(window) == 3


async def test_what_two_crashes_in_a_row_leave_unsaved_is_not_forgotten() -> None:
    """The first start replays evidence and decisions that only the log holds; the second one relies on them."""
    frame = next(frame for frame in await a_busy_life(0) if _has_unsaved(frame))
    first = await Embedded.start(world(), MemoryStore(frame), {"mail": MailChannel(), "display": DisplayChannel()})
    await first.stop()
    frame.is_open = False
    from_log = copy.copy(frame)
    from_log.states, from_log.links, from_log.watermark = {}, [], 0
    expected, found = recovered(from_log), recovered(frame)
    for identifier in EVERYBODY:
        assert found.population.directory.find(identifier) == expected.population.directory.find(identifier)
    made = [decision for block in frame.blocks for entry in block.read() for decision in entry.decisions]
    assert made
    assert [each.decision_id for each in made if each.decision_id not in frame.decisions] == []


def _has_unsaved(frame: Medium) -> bool:
    """Tell whether the log holds a merge and a decision that come after the watermark."""
    late = [block for block in frame.blocks if block.first > frame.watermark]
    merges = any(isinstance(entry.event, Merged) for block in late for entry in block.read())
    return merges and any(entry.decisions for block in late for entry in block.read())
