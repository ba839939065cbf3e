"""Replay: the same core over recorded facts under a virtual clock; and the proof that a log replays to itself.

Between two facts the timers that are due fire, each at its own moment. What is decided is not carried out: `react` says
what the channels would have answered, by default that everything is accepted at once.
"""

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from heapq import heappop, heappush

from msgspec import Struct, structs

from segue.core.world import World
from segue.model.commands import Command, Deliver
from segue.model.deliveries import DeliveryStatus
from segue.model.errors import EventError, StoreError
from segue.model.events import DeliveryReported, Event, Incoming, Tick
from segue.model.ids import EventId, derive
from segue.model.time import Duration, Instant
from segue.ports.store import Entry, Store, pack
from segue.runtimes.contests import Contest
from segue.runtimes.embedded.garbage import Garbage
from segue.runtimes.embedded.recovery import Worlds, replay_block
from segue.runtimes.embedded.stats import Counters
from segue.runtimes.embedded.window import Window
from segue.runtimes.ordering import in_order
from segue.runtimes.population import Population
from segue.runtimes.traffic import StepTraffic

Reaction = tuple[Duration, Event]
React = Callable[[Command, Instant], Iterable[Reaction]]
Progress = Callable[[int], None]


class Replayed(Struct, frozen=True, kw_only=True):
    """What a replay did.

    Attributes:
        received: facts read; each of them is advanced, a duplicate or a dead letter.
        events: entries advanced, by kind (reactions and ticks included).
        commands: issued, by channel.
        steps, contests: what came to each step of each journey; how each action fared against its rivals.
        decisions_digest, states_digest: of every decision in order, of every customer by id; equal for equal
            histories, in every process.
    """

    received: int
    duplicates: int
    dead_letters: dict[str, int]
    events: dict[str, int]
    customers: int
    decisions: int
    chosen: dict[str, int]
    ghosts: int
    silences: int
    suppressed: dict[str, int]
    ended: dict[str, int]
    commands: dict[str, int]
    steps: tuple[StepTraffic, ...]
    contests: dict[str, Contest]
    first_at: Instant
    last_at: Instant
    decisions_digest: str
    states_digest: str


def accept_at_once(command: Command, now: Instant) -> Iterator[Reaction]:
    """React as a channel that takes everything and says nothing later."""
    attempt = command.attempt if isinstance(command, Deliver) else 1
    yield (
        Duration(0),
        DeliveryReported(
            event_id=EventId(derive("outcome", command.delivery_id, attempt, now)),
            customer_id=command.customer_id,
            at=now,
            delivery_id=command.delivery_id,
            status=DeliveryStatus.ACCEPTED,
            attempt=attempt,
        ),
    )


def replay(
    world: World,
    incoming: Iterable[Incoming],
    *,
    react: React = accept_at_once,
    until: Instant | None = None,
    sink: Callable[[Entry], None] | None = None,
    progress: Progress | None = None,
    dedupe_window: int = 1_000_000,
) -> Replayed:
    """Decide about recorded facts as if they happened now, and return what came of it.

    Args:
        incoming: in any order; they are sorted by instant, ties by a hash of the id.
        react: what the channels answer to a command, and after how long.
        until: timers fire up to here after the last fact; by default none do.
        sink: gets every entry, in order.
        progress: told how many facts were advanced so far, now and then.
    """
    run = _Replay(world, react, sink, dedupe_window)
    garbage = Garbage()
    garbage.start()
    try:
        for fact in in_order(incoming):
            run.take_in(fact)
            if run.received % 1000 == 0:
                garbage.between_batches(1000)
                if progress is not None:
                    progress(run.received)
        run.pass_time(Instant(max(run.now, until or 0)))
        return run.result()
    finally:
        garbage.stop()


class _Replay:
    """A replay in progress."""

    def __init__(self, world: World, react: React, sink: Callable[[Entry], None] | None, window: int) -> None:
        self.received = 0
        self.population = Population(world)
        self._react = react
        self._sink = sink
        self._counters = Counters()
        self._window = Window(window)
        self._reactions: list[tuple[Instant, int, Event]] = []
        self._issued = 0
        self._decisions = 0
        self._commands: dict[str, int] = {}
        self._digest = blake2b(digest_size=16)
        self.now = Instant(0)
        self._first_at: Instant | None = None

    def take_in(self, fact: Incoming) -> None:
        """Let time pass until ``fact``, then resolve and advance it."""
        self.received += 1
        if self._first_at is None:
            self._first_at = fact.at
        self.pass_time(fact.at)
        if fact.event_id in self._window:
            self._counters.duplicates += 1
            return
        try:
            events = self.population.identify(fact, self.now).events
        except Exception as error:
            self._bury(error)
            return
        self._window.add(fact.event_id)
        for event in events:
            self._advance(event)

    def pass_time(self, until: Instant) -> None:
        """Do all that is due, in order: reactions before ticks at the same moment."""
        alarms = self.population
        while True:
            reaction_at = self._reactions[0][0] if self._reactions else None
            alarm_at = alarms.next_alarm()
            if reaction_at is not None and reaction_at <= min(alarm_at, until):
                at, _, event = heappop(self._reactions)
                self.now = max(self.now, at)
                self._advance(event)
            elif alarm_at <= until:
                self.now = max(self.now, alarm_at)
                for tick in alarms.due(alarm_at, 1):
                    self._advance(tick)
            else:
                break
        self.now = max(self.now, until)

    def result(self) -> Replayed:
        counters = self._counters
        return Replayed(
            received=self.received,
            duplicates=counters.duplicates,
            dead_letters=dict(counters.dead_letters),
            events=dict(counters.events),
            customers=len(self.population),
            decisions=self._decisions,
            chosen=dict(counters.chosen),
            ghosts=counters.ghosts,
            silences=counters.silences,
            suppressed=dict(counters.suppressed),
            ended=dict(counters.ended),
            commands=self._commands,
            steps=counters.traffic.steps(self.population.presence.waiting),
            contests=counters.contests.by_action(),
            first_at=self._first_at or Instant(0),
            last_at=self.now,
            decisions_digest=self._digest.hexdigest(),
            states_digest=states_digest(self.population),
        )

    def _advance(self, event: Event) -> None:
        survivor = self.population.directory.survivor(event.customer_id)
        if survivor != event.customer_id:  # a reaction that comes after a merge
            event = structs.replace(event, customer_id=survivor)
        try:
            advanced = self.population.advance(event, self.now)
        except Exception as error:
            if isinstance(event, Tick):
                self.population.silence(event.customer_id)
            self._bury(error)
            return
        entry = advanced.entry
        self._counters.count_event(event, advanced.transitions)
        for decision in entry.decisions:
            self._decisions += 1
            self._digest.update(pack(decision))
        for command in entry.commands:
            self._commands[command.channel] = self._commands.get(command.channel, 0) + 1
            for delay, answer in self._react(command, self.now):
                self._issued += 1
                heappush(self._reactions, (Instant(self.now + delay), self._issued, answer))
        if self._sink is not None:
            self._sink(entry)

    def _bury(self, error: Exception) -> None:
        self._counters.dead_letters[error.code if isinstance(error, EventError) else "engine_error"] += 1


def states_digest(population: Population) -> str:
    """Return a digest of every customer's state, by id."""
    digest = blake2b(digest_size=16)
    for customer_id in population.customer_ids():
        digest.update(population.state(customer_id))
    return digest.hexdigest()


class Verified(Struct, frozen=True, kw_only=True):
    """What was found equal, byte for byte.

    Attributes:
        states: saved states that were compared; ``newer`` ones are behind the log and will be replayed anyway.
    """

    entries: int
    decisions: int
    customers: int
    states: int
    newer: int
    decisions_digest: str
    states_digest: str


def verify(store: Store, *, progress: Progress | None = None) -> Verified:
    """Advance the whole log again from nothing, and compare every decision, command and state with what is stored.

    Raises:
        StoreError: something differs; the message names the entry or the customer.
    """
    worlds = Worlds(store)
    population: Population | None = None
    digest, decisions, entries = blake2b(digest_size=16), 0, 0
    for block in store.blocks():
        if population is None:
            population = Population(worlds.of(block.revision))
        entries += replay_block(population, block, worlds)
        for entry in block.read():
            for decision in entry.decisions:
                decisions += 1
                digest.update(pack(decision))
        if progress is not None:
            progress(entries)
    states, newer = _compare_states(store, population) if population is not None else (0, 0)
    return Verified(
        entries=entries,
        decisions=decisions,
        customers=len(population) if population is not None else 0,
        states=states,
        newer=newer,
        decisions_digest=digest.hexdigest(),
        states_digest=states_digest(population) if population is not None else "",
    )


def _compare_states(store: Store, population: Population) -> tuple[int, int]:
    compared = newer = 0
    for saved in store.states():
        again = population.snapshot(saved.customer_id)
        if again.seq != saved.seq:
            newer += 1
            continue
        compared += 1
        if again.state != saved.state:
            raise StoreError(
                f"Customer {saved.customer_id} as of entry {saved.seq} does not replay to the saved state.",
                "Report this bug, with the store.",
            )
    return compared, newer
