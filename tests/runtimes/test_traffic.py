"""Live counters: at every instant, whatever happened, ``inflow = waiting + passed + exited``."""

import random

import pytest

from segue.model.deliveries import DeliveryStatus
from segue.model.events import DeliveryReported, Event, Tick
from segue.model.identities import Identifier
from segue.model.ids import EventId
from segue.model.runs import Moved
from segue.model.time import DAY, HOUR, MINUTE, Instant, parse_instant
from segue.ports.store import Entry
from segue.runtimes.embedded.stats import Counters
from segue.runtimes.population import Population
from segue.runtimes.presence import Place
from segue.runtimes.replay import replay
from segue.runtimes.traffic import Traffic
from tests.properties.shop import a_world
from tests.runtimes.support import tracked

START = parse_instant("2026-03-02T12:00:00Z")
NAMES = ("signed_up", "page_viewed", "cart_updated", "order_completed", "unsubscribed_account")


class Town:
    """Some people who live through anything at all; the counters are looked at after every event."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.population = Population(a_world(), hot=3)
        self.counters = Counters()
        self.now = START
        self.entries: list[Entry] = []

    def live(self, count: int) -> None:
        for number in range(count):
            self.now = Instant(self.now + self.chance.choice((0, MINUTE, 40 * MINUTE, 5 * HOUR, DAY, 3 * DAY)))
            for tick in list(self.population.due(self.now, 100)):
                self.advance(tick)
            fact = tracked(number, self.chance.choice(NAMES), "", at=self.now, others=self.named(), cart_id="a")
            for event in self.population.identify(fact, self.now).events:
                self.advance(event)

    def named(self) -> tuple[Identifier, ...]:
        user, device = f"u{self.chance.randrange(4)}", f"d{self.chance.randrange(6)}"
        known = (Identifier("user_id", user), Identifier("anonymous_id", device))
        return self.chance.choice((known, known[:1], known[1:]))

    def advance(self, event: Event) -> None:
        advanced = self.population.advance(event, self.now)
        self.counters.count_event(event, advanced.transitions)
        self.entries.append(advanced.entry)
        self.require_balance()
        for command in advanced.entry.commands:
            status = self.chance.choice((DeliveryStatus.ACCEPTED, DeliveryStatus.REJECTED, DeliveryStatus.OPENED))
            report = DeliveryReported(
                event_id=EventId(f"r{command.delivery_id}{len(self.entries)}"),
                customer_id=self.population.directory.survivor(command.customer_id),
                at=self.now,
                delivery_id=command.delivery_id,
                status=status,
            )
            self.advance(report)

    def require_balance(self) -> None:
        for step in self.counters.traffic.steps(self.population.presence.waiting):
            assert step.inflow == step.waiting + step.passed + step.exited, step


@pytest.mark.parametrize("seed", range(4))
def test_what_came_is_there_has_passed_or_has_left(seed: int) -> None:
    town = Town(seed)
    town.live(120)
    steps = town.counters.traffic.steps(town.population.presence.waiting)
    assert sum(step.passed for step in steps) > 20
    assert sum(step.exited for step in steps) > 5
    assert any(isinstance(entry.event, Tick) for entry in town.entries)


def test_counters_that_begin_later_begin_with_those_who_wait() -> None:
    town = Town(1)
    town.live(60)
    waiting = dict(town.population.presence.waiting)
    assert sum(waiting.values()) > 0
    town.counters = Counters(waiting)
    town.require_balance()
    town.live(60)
    assert sum(step.inflow for step in town.counters.traffic.steps({})) > sum(waiting.values())


def test_presence_is_what_all_customers_together_say() -> None:
    town = Town(2)
    town.live(150)
    truth: dict[Place, int] = {}
    for customer_id in town.population.customer_ids():
        for run in town.population.customer(customer_id).enrollments.runs:
            place = Place(run.journey, run.version, run.step)
            truth[place] = truth.get(place, 0) + 1
    assert town.population.presence.waiting == truth


def test_a_run_that_migrates_leaves_one_version_and_comes_to_the_other() -> None:
    traffic = Traffic({Place("j", 1, "a"): 1})
    traffic.count((Moved("r", "j", 1, "a", "", "migrated"), Moved("r", "j", 2, "", "b", "migrated")))  # type: ignore[arg-type]
    old, new = traffic.steps({Place("j", 2, "b"): 1})
    assert (old.inflow, old.waiting, old.passed, old.exited) == (1, 0, 0, 1)
    assert (new.inflow, new.waiting, new.passed, new.exited) == (1, 1, 0, 0)


def test_a_replay_tells_the_same_counts() -> None:
    facts = [tracked(n, NAMES[n % 3], f"u{n % 7}", at=START + n * HOUR, cart_id="a") for n in range(80)]
    result = replay(a_world(), facts)
    assert sum(step.inflow for step in result.steps) > 20
    assert all(step.inflow == step.waiting + step.passed + step.exited for step in result.steps)
