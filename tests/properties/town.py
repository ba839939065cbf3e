"""Drive a small town through a list of events under virtual time: three customers who share capacities, two of them an
address. As a runtime does it, with what it keeps between customers; the provider's log is the oracle again.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hypothesis import strategies as st
from msgspec.structs import replace

from segue.core.handover import recheck
from segue.core.world import World
from segue.model.commands import Deliver, SyncAudience
from segue.model.customers import Customer
from segue.model.deliveries import DeliveryStatus
from segue.model.events import (
    Event,
    Identified,
    Merged,
    Tick,
    Tracked,
)
from segue.model.ids import CustomerId, EventId
from segue.model.time import DAY, HOUR, MINUTE, NEVER, SECOND, Instant, parse_instant
from segue.runtimes.population import Advanced, Population
from segue.runtimes.presence import Place
from tests.properties.history import event_of, report_on

START = parse_instant("2026-03-26T12:00:00Z")
"""Three days before the clocks of ``Europe/London`` go forward."""

SILENCE = 30 * DAY
PEOPLE = {"ann": "home@example.com", "bob": "home@example.com", "cat": "cat@example.com"}


@dataclass
class Sent:
    """One line of the provider's log.

    Attributes:
        step: how many entries there were by then.
        owners: whoever had the address at that moment.
        source: what had proposed it.
        epoch: the workspace's.
    """

    step: int
    at: Instant
    command: Deliver
    status: DeliveryStatus
    owners: tuple[Customer, ...]
    source: str
    epoch: str


@dataclass
class Town:
    """What happened.

    Attributes:
        population: everybody, afterwards.
        log: every entry.
        sent: the provider's log.
        uneven: the first imbalance of inflow, waiting, passed and exited, "" for none.
        survivors: who turned out to be whom.
    """

    population: Population
    log: list[Advanced] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    audience: list[SyncAudience] = field(default_factory=list)
    came: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    left: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    uneven: str = ""
    survivors: dict[CustomerId, CustomerId] = field(default_factory=dict)


@dataclass
class Plan:
    """A generated time: (delay since the one before, who, what happens), and how the provider answers, in turn."""

    events: list[tuple[int, str, dict[str, object]]]
    answers: list[tuple[DeliveryStatus, int]]


_DELAYS = st.sampled_from([0, SECOND, 5 * MINUTE, 31 * MINUTE, 2 * HOUR, 7 * HOUR, DAY, 2 * DAY + HOUR, 5 * DAY])
_HAPPENINGS = st.one_of(
    st.sampled_from(
        ["joined", "joined", "page_viewed", "page_viewed", "order_completed", "order_completed", "called"]
    ).map(lambda name: {"name": name}),
    st.sampled_from(["pricing_viewed", "account_closed", "message_clicked", "complained"]).map(
        lambda name: {"name": name}
    ),
    st.sampled_from(["a", "b"]).map(lambda item: {"name": "item_viewed", "item": item}),
    st.sampled_from(["a", "b"]).map(lambda cart: {"name": "cart_updated", "cart_id": cart}),
    st.sampled_from(["gold", "gold", "silver", "staff"]).map(lambda tier: {"tier": tier}),
    st.sampled_from(["Europe/London", "Asia/Kolkata"]).map(lambda zone: {"zone": zone}),
    st.tuples(st.sampled_from(["email", "*"]), st.booleans()).map(lambda c: {"consent": c[0], "granted": c[1]}),
    st.just({"placement": "hero"}),
    st.just({"enroll": "care"}),
)
_ANSWERS = st.tuples(
    st.sampled_from(
        [
            DeliveryStatus.ACCEPTED,
            DeliveryStatus.ACCEPTED,
            DeliveryStatus.OPENED,
            DeliveryStatus.CLICKED,
            DeliveryStatus.RETRYABLE,
            DeliveryStatus.REJECTED,
            DeliveryStatus.UNKNOWN,
        ]
    ),
    st.sampled_from([0, SECOND, MINUTE, 3 * HOUR]),
)
PRELUDE: tuple[tuple[int, str, dict[str, object]], ...] = (
    (HOUR, "ann", {"name": "joined"}),
    (0, "bob", {"name": "joined"}),
    (MINUTE, "cat", {"tier": "gold"}),
    (HOUR, "ann", {"name": "page_viewed"}),
    (MINUTE, "ann", {"name": "page_viewed"}),
    (0, "ann", {"tier": "gold"}),
    (HOUR, "bob", {"enroll": "care"}),
    (0, "cat", {"name": "cart_updated", "cart_id": "a"}),
)
"""So that there is something to interrupt, whatever follows."""

PLANS = st.builds(
    Plan,
    events=st.lists(st.tuples(_DELAYS, st.sampled_from(sorted(PEOPLE)), _HAPPENINGS), min_size=3, max_size=30),
    answers=st.lists(_ANSWERS, min_size=1, max_size=6),
)


def live(plan: Plan, world: World, later: Iterable[tuple[Instant, World]] = ()) -> Town:
    """Return what comes of ``plan``: its events, the alarms between them, and a month of silence after it.

    Args:
        later: when which World is gone over to; everybody is told.
    """
    town = Town(Population(world))
    queue: list[tuple[Instant, Event]] = []
    for name, email in PEOPLE.items():
        traits = {"email": email, "phone": f"+44770090{len(name)}{ord(name[0])}"}
        who = Identified(event_id=EventId(f"who-{name}"), customer_id=CustomerId(name), at=START, traits=traits)
        queue.append((START, who))
    at = START
    for number, (delay, who_, happening) in enumerate((*PRELUDE, *plan.events)):
        at = Instant(at + delay)
        queue.append((at, event_of(f"e{number}", CustomerId(who_), at, happening)))
    _run(town, queue, plan, list(later), until=Instant(at + SILENCE))
    return town


def _run(
    town: Town, queue: list[tuple[Instant, Event]], plan: Plan, later: list[tuple[Instant, World]], until: Instant
) -> None:
    population, now = town.population, START
    while True:
        if later and later[0][0] <= min(population.next_alarm(), *(at for at, _ in queue), until):
            at, population.world = later.pop(0)
            told = EventId(f"published-{at}")
            queue[:0] = [(at, Tick(event_id=told, customer_id=name, at=at)) for name in population.customer_ids()]
        queue.sort(key=lambda item: item[0])
        alarm = population.next_alarm()
        if min(alarm, queue[0][0] if queue else until) >= until:
            if not queue:
                return
            alarm = NEVER  # nothing begins any more, but what is on its way is still heard of
        now = max(now, min(alarm, queue[0][0] if queue else until))
        events = [queue.pop(0)[1]] if queue and queue[0][0] <= alarm else list(population.due(alarm, 1))
        for event in (_of_the_survivor(town, event, now) for event in events):
            if event is None:
                continue
            advanced = population.advance(event, now)
            town.log.append(advanced)
            _count(town, advanced)
            for command in advanced.entry.commands:
                queue += _carry_out(town, command, now, plan)


def _of_the_survivor(town: Town, event: Event, now: Instant) -> Event | None:
    """Return ``event`` as it concerns who the customer is by now; ``merge`` in a plan makes one person of two."""
    name = town.survivors.get(event.customer_id, event.customer_id)
    if not (isinstance(event, Tracked) and event.name == "merge"):
        return replace(event, customer_id=name)
    other = CustomerId(event.properties["other"])
    other = town.survivors.get(other, other)
    if other == name:
        return None
    town.survivors |= {who: name for who in PEOPLE if town.survivors.get(CustomerId(who), who) == other}  # type: ignore[misc]
    state = town.population.state(other)
    return Merged(event_id=event.event_id, customer_id=name, at=now, absorbed_id=other, absorbed=state)


def _count(town: Town, advanced: Advanced) -> None:
    for move in advanced.entry.moved:
        if move.step:
            town.left[move.journey, move.version, move.step] += 1
        if move.to:
            town.came[move.journey, move.version, move.to] += 1
    waiting = town.population.presence.waiting
    for place in town.came | town.left:
        inside = waiting[Place(*place)]
        if town.came[place] != town.left[place] + inside and not town.uneven:
            town.uneven = f"entry {advanced.entry.seq}: {place} {town.came[place]} != {town.left[place]} + {inside}"


def _carry_out(town: Town, command: object, now: Instant, plan: Plan) -> list[tuple[Instant, Event]]:
    if isinstance(command, SyncAudience):
        town.audience.append(command)
        return []
    assert isinstance(command, Deliver)
    customer = town.population.customer(town.survivors.get(command.customer_id, command.customer_id))
    refusal = recheck(customer, command, now=now, world=town.population.world_of(customer, command))
    if refusal is not None:
        return [(now, report_on(command, DeliveryStatus.WITHDRAWN, now, refusal))]
    status, delay = plan.answers[len(town.sent) % len(plan.answers)]
    flights = {flight.candidate.delivery_id: flight.candidate for flight in customer.outbox.in_flight}
    source = flights[command.delivery_id].source
    owners, epoch = tuple(_owners(town.population, command)), town.population.world.workspace.epoch
    town.sent.append(Sent(len(town.log), now, command, status, owners, source, epoch))
    later = Instant(now + delay)
    if status in (DeliveryStatus.OPENED, DeliveryStatus.CLICKED):
        return [(now, report_on(command, DeliveryStatus.ACCEPTED, now)), (later, report_on(command, status, later))]
    return [(later, report_on(command, status, later))]


def _owners(population: Population, command: Deliver) -> Iterator[Customer]:
    """Look at everybody: no index is asked who has the address."""
    for customer_id in population.customer_ids():
        customer = population.customer(customer_id)
        known = [str(customer.profile.traits.get(kind, "")).strip().casefold() for kind in ("email", "phone")]
        if command.address and command.address.strip().casefold() in known:
            yield customer
