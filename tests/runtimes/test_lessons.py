"""A runtime that learns while it decides: it replays to the last byte, from every moment at which it may die."""

import copy
from collections import Counter
from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from segue.core.world import build_world
from segue.model.commands import Deliver
from segue.model.decisions import Decision
from segue.model.events import Event, Incoming, Merged, Tracked
from segue.model.identities import Identifier, Link
from segue.model.ids import CustomerId, DecisionId, EventId
from segue.model.time import HOUR, Instant
from segue.model.workspace import PolicySpec, Workspace
from segue.ports.store import Block, Commit, CustomerState, Entry, pack, pack_entry
from segue.runtimes.embedded import Embedded, Settings
from segue.runtimes.embedded.recovery import recover
from segue.runtimes.lessons import asks, learns, make_learner, restore_learner
from segue.runtimes.population import Population
from segue.runtimes.replay import replay, verify
from segue.stores.memory import Medium, MemoryStore
from tests.builders import EMAIL, SMS
from tests.learning.street import (
    BANDIT,
    BEGIN,
    LEARNING,
    a_street,
    answer_to,
    answers,
    told,
    tracked,
    visits,
    who,
)
from tests.runtimes.support import Clock, MailChannel

PLAIN = a_street(policy=PolicySpec(), learning=replace(LEARNING, objectives={}))
"""The street without anything to be after: it does not learn."""

EAGER = a_street(policy=replace(BANDIT, reach_evidence=15))
"""The street whose bandit decides after a few decisions."""

PEOPLE, DAYS, MOMENTS = 10, 16, 72


def a_log(workspace: Workspace, people: int = 12, times: int = 10) -> list[Entry]:
    entries: list[Entry] = []
    replay(build_world(workspace), visits(people, times), react=answers, sink=entries.append)
    return entries


def a_store(*parts: tuple[Workspace, Sequence[Entry]]) -> MemoryStore:
    """Return a store with a log of these entries, in blocks of seven."""
    store = MemoryStore()
    for workspace, entries in parts:
        world = build_world(workspace)
        store.keep_workspace(world.revision, pack(workspace))
        for first in range(0, len(entries), 7):
            some = tuple(map(pack_entry, entries[first : first + 7]))
            store.commit(Commit(block=Block(entries[first].seq, world.revision, some)))
    return store


def decisions_of(entries: Sequence[Entry]) -> list[Decision]:
    return [decision for entry in entries for decision in entry.decisions]


def channel_of(decision: Decision) -> str:
    return next(each.channel for each in decision.considered if each.key == decision.chosen)


def test_it_learns_whom_to_write_to_on_which_channel_and_whom_to_leave_alone() -> None:
    entries = a_log(a_street(), people=50, times=16)
    proud = {entry.event.customer_id for entry in entries if getattr(entry.event, "traits", {}).get("proud")}
    late = [each for each in decisions_of(entries)[400:] if each.group == "agent"]
    assert {each.policy for each in late} == {"bandit@1"}
    shares = {
        is_one: Counter(channel_of(each) for each in late if (each.customer_id in proud) is is_one)
        for is_one in (True, False)
    }
    assert shares[True][""] / shares[True].total() > 0.85
    assert shares[False]["sms"] / shares[False].total() > 0.85
    at_first = Counter(channel_of(each) for each in decisions_of(entries)[:60] if each.group == "agent")
    assert at_first.most_common(1)[0][1] / at_first.total() < 0.85


def test_a_bandit_begins_also_where_nothing_explores() -> None:
    greedy = a_street(policy=replace(BANDIT, exploration=0.0), groups={})
    decisions = decisions_of(a_log(greedy))
    assert [each.policy for each in decisions[:3]] == ["rules@1"] * 3
    assert decisions[-1].policy == "bandit@1"
    assert min(each.probability for each in decisions[-1].considered) > 0.0


def test_every_decision_says_what_it_was_decided_with() -> None:
    decisions = decisions_of(a_log(a_street()))
    with_bandit = [each for each in decisions if each.policy == "bandit@1"]
    models = [int(each.model.partition(":")[2]) for each in with_bandit]
    assert models == sorted(models)
    assert models[0] >= BANDIT.reach_evidence
    assert len(set(models)) > 3
    first = next(each for each in decisions if each.group == "agent")
    assert (first.policy, first.model) == ("rules@1", "")
    assert first.fallback == "bandit@1 no_model; propensity@1 no_model"
    assert all(len(each.context) == len(build_world(a_street()).context.names) for each in decisions)


def test_a_log_that_was_learnt_from_replays_byte_for_byte() -> None:
    entries = a_log(a_street())
    assert {"bandit@1", "random@1"} <= {each.policy for each in decisions_of(entries)}
    verified = verify(a_store((a_street(), entries)))
    assert (verified.entries, verified.decisions) == (len(entries), len(decisions_of(entries)))


@pytest.mark.parametrize(
    "between", [a_street(policy=replace(BANDIT, draw="thompson")), PLAIN, a_street(actions=(), rules=())]
)
def test_a_log_replays_across_changes_of_the_workspace(between: Workspace) -> None:
    """Learning goes on after a change, begins again after a pause, and keeps what both workspaces have in common."""
    parts: list[tuple[Workspace, list[Entry]]] = []
    population = Population(build_world(a_street()))
    facts = sorted(visits(12, 18), key=lambda fact: fact.at)
    for number, workspace in enumerate((a_street(), between, a_street(seed="later"))):
        population.world = build_world(workspace)
        third = facts[number * len(facts) // 3 : (number + 1) * len(facts) // 3]
        parts.append((workspace, [entry for fact in third for entry in advanced(population, fact)]))
    policies = [{each.policy for each in decisions_of(entries)} for _, entries in parts]
    assert "bandit@1" in policies[0]
    verify(a_store(*parts))


def advanced(population: Population, fact: object) -> list[Entry]:
    """Advance a fact, and at once what the messages lead to that it sets off."""
    waiting: list[Event] = list(population.identify(fact, fact.at).events)  # type: ignore[arg-type,attr-defined]
    now, entries = fact.at, []  # type: ignore[attr-defined]
    while waiting:
        entry = population.advance(waiting.pop(0), now).entry
        entries.append(entry)
        now = Instant(now + 1)
        for command in entry.commands:
            waiting += [event for _, event in answers(command, now)]
    return entries


def test_an_event_that_cannot_be_advanced_leaves_no_trace_in_what_is_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is in no log: so neither may the World it came with, nor its moment, change what a replay would do."""
    facts = sorted(visits(12, 10), key=lambda fact: fact.at)
    tried, plain = Population(build_world(a_street())), Population(build_world(a_street()))
    other = build_world(a_street(learning=replace(LEARNING, context=("proud",), objectives={})))
    for number, fact in enumerate(facts):
        if number % 5 == 4:
            with monkeypatch.context() as broken:
                broken.setattr("segue.runtimes.population.settle", fail)
                for world in (other, build_world(PLAIN), build_world(a_street())):
                    tried.world = world
                    with pytest.raises(RuntimeError):
                        tried.advance(broken_event(fact.at), Instant(fact.at))
        assert [pack_entry(e) for e in advanced(tried, fact)] == [pack_entry(e) for e in advanced(plain, fact)]


def fail(*_: object, **__: object) -> None:
    raise RuntimeError


def broken_event(at: int) -> Event:
    return Tracked(
        event_id=EventId("broken"), customer_id=CustomerId("nobody"), at=Instant(at), name="visited", properties={}
    )


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


async def a_learning_life(then: Workspace) -> list[Medium]:
    """Return every state of the disk during a life that learns, with merges, and another workspace half-way."""
    clock, store = Clock(BEGIN), Filmed(Medium())
    settings = Settings(
        linger_seconds=0.0, snapshot_seconds=0.0, snapshot_chunk=2, timer_poll_seconds=0.005, manages_gc=False
    )
    channels = {"email": MailChannel(EMAIL), "sms": MailChannel(SMS)}
    runtime = await Embedded.start(build_world(EAGER), store, channels, clock=clock, settings=settings)
    await runtime.submit([who(number) for number in range(PEOPLE)])
    answered: dict[str, None] = {}
    for day in range(DAYS):
        if day == DAYS // 2:
            await runtime.publish(then)
            await runtime.submit([same_person(2, 4, clock.at)])
        clock.at += 7 * HOUR
        some = [number for number in range(PEOPLE) if (number + day) % 2]
        await runtime.submit([told(n, tracked("visited", Instant(clock.at)), f"visit{day}") for n in some])
        await runtime.drain()
        sent: list[Deliver] = [*channels["email"].sent, *channels["sms"].sent]
        clock.at += HOUR
        news = [command for command in sent if command.delivery_id not in answered]
        for command in news:
            answered[command.delivery_id] = None
            if (name := answer_to(command)) is not None:
                number = int(str(command.data["customer"]["email"])[1:].partition("@")[0])
                await runtime.submit([told(number, tracked(name, Instant(clock.at)), command.delivery_id)])
    await runtime.drain()
    await runtime.stop()
    return store.frames


def same_person(one: int, other: int, at: int) -> Incoming:
    both = (Identifier("user_id", f"p{one}"), Identifier("user_id", f"p{other}"))
    return Incoming(identifiers=both, event=None, event_id=EventId(f"same{one}"), at=Instant(at), source="test")


def found(medium: Medium, *, from_log: bool = False) -> Population:
    frame = copy.copy(medium)
    if from_log:
        frame.states, frame.links, frame.watermark, frame.learned = {}, [], 0, b""
    current = build_world(EAGER)
    return recover(MemoryStore(frame), current, hot_customers=100, dedupe_window=1000).population


@pytest.mark.parametrize("then", [replace(EAGER, seed="later"), PLAIN], ids=["other lots", "learning off"])
async def test_every_moment_recovers_to_what_the_log_alone_has_taught(then: Workspace) -> None:
    frames = await a_learning_life(then)
    learned = merges = 0
    for frame in frames[:: max(len(frames) // MOMENTS, 1)] + frames[-1:]:
        alone, saved = found(frame, from_log=True), found(frame)
        assert saved.learned() == alone.learned()
        assert saved.seq == alone.seq
        learned += bool(frame.learned) and frame.watermark > 0
        merges += any(isinstance(entry.event, Merged) for block in frame.blocks for entry in block.read())
        at = Instant(BEGIN + 90 * 24 * HOUR)
        event = Tracked(event_id=EventId("next"), customer_id=CustomerId("x"), at=at, name="visited", properties={})
        assert bytes(saved.advance(event, at).packed) == bytes(alone.advance(event, at).packed)
    assert learned > 10, "nothing was saved in the middle of learning"
    assert merges > 0, "nobody was merged"
    last = copy.copy(frames[-1])
    assert "bandit@1" in {each.policy for block in last.blocks for each in decisions_of(list(block.read()))}
    verify(MemoryStore(last))


def test_a_learner_is_there_only_where_there_is_something_to_see_and_to_be_after() -> None:
    assert learns(build_world(a_street()))
    assert not learns(build_world(a_street(policy=PolicySpec(), learning=type(LEARNING)())))
    assert not learns(build_world(PLAIN))
    assert restore_learner(b"") is None
    online = make_learner(build_world(a_street()))
    again = restore_learner(online.pack())
    assert again is not None
    assert again.pack() == online.pack()


@pytest.mark.parametrize(("policy", "is_asked"), [("bandit", True), ("value", True), ("rules", False)])
def test_only_some_policies_ask_what_was_learnt_as_it_happened(policy: str, is_asked: bool) -> None:
    world = build_world(replace(a_street(), policy=replace(BANDIT, name=policy)))
    assert learns(world)
    assert asks(world) == is_asked
