"""What one `advance` costs: CPU microseconds for a plain event and for one with a decision, and by stage.

The workspace has 10 journeys, 40 features and 50 conditions, **all** of which a plain event evaluates (10 entries, 10
exit predicates, 30 triggers); the customer is inside three journeys with a year of history. The decision judges and
scores 24 candidates on three channels.

    python3 dev.py bench engine
"""

import gc
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from bench.peers import environment
from bench.report import report
from segue.core.engine import advance
from segue.core.facts import as_fact
from segue.core.journeys.moves import Surroundings
from segue.core.journeys.run import run_journeys
from segue.core.profiles import fold, zone_of
from segue.core.triggers import detect
from segue.core.view import View
from segue.core.world import World, build_world
from segue.model.catalogue import Action, ChannelSpec, FeatureSpec, Rule, TraitSpec, Variant
from segue.model.contact_rules import ContactRules
from segue.model.customers import Customer
from segue.model.events import Event, Identified, Tracked
from segue.model.ids import CustomerId, EventId
from segue.model.journeys import Entry, ExitRule, Journey
from segue.model.steps import EventMatch, Propose, Wait, WaitFor
from segue.model.time import DAY, HOUR, Instant, parse_instant
from segue.model.triggers import EventTrigger
from segue.model.workspace import Workspace

START = parse_instant("2026-01-05T10:00:00Z")
EVENTS = (
    "page_viewed",
    "item_added",
    "order_completed",
    "message_opened",
    "searched",
    "reviewed",
    "returned",
    "called",
)
CHANNELS = ("email", "sms", "push")
ROUNDS, EVENTS_PER_ROUND = 15, 2_000


def main() -> None:
    """Measure, print one table, write ``bench/results/engine.json``."""
    world = build_world(workspace())
    customer = settled_customer(world)
    plain = _best_us(lambda events: _advance_each(customer, events, world), plain_events)
    decision = _best_us(lambda events: _advance_each(customer, events, world), decision_events)
    _check(customer, world)
    rows = [("plain event (10 journeys, 40 features, 50 conditions)", plain, 20.0)]
    rows += [("event with a decision over 24 candidates", decision, 50.0)]
    figures = {"plain_event_us": plain, "decision_event_us": decision}
    for stage, cost in _by_stage(customer, world).items():
        rows.append((f"  {stage}", cost, None))
        figures[f"stage_{stage.split()[0]}_us"] = cost
    encoded = msgspec.msgpack.encode(customer)
    figures["bytes_per_customer"] = len(encoded)
    figures["encode_us"] = _best_us(lambda events: [msgspec.msgpack.encode(customer) for _ in events], plain_events)
    rows.append((f"customer: {len(encoded)} bytes, encode", figures["encode_us"], None))
    peer = _peer_us()
    if peer is not None:
        rows.append(("cue-notify 0.6 gate, one check of one message (embedded, SQLite)", peer, None))
        figures |= {"peer_cue_notify_us": peer, "ratio_cue_notify": peer / decision}
    report("engine", ["what", "CPU us", "goal us"], rows, figures)


def workspace() -> Workspace:
    """Return the benchmark's workspace."""
    features = {f"f{n}": _feature(n) for n in range(40)}
    journeys = tuple(_journey(n) for n in range(10))
    actions = tuple(
        Action(
            action=f"offer_{n}",
            value=1.0 + n / 24,
            cost=0.01,
            eligible_when=f"f{n} >= 0",
            variants=(Variant(channel=CHANNELS[n % 3], template="t.txt"),),
        )
        for n in range(24)
    )
    return Workspace(
        name="bench",
        channels=tuple(ChannelSpec(name=name, family="message") for name in CHANNELS),
        traits={"tier": TraitSpec(type="text"), "country": TraitSpec(type="text")},
        features=features,
        triggers={
            **{f"t{n}": EventTrigger(event="page_viewed", when=_condition(n + 20)) for n in range(30)},
            "asked": EventTrigger(event="asked"),
        },
        rules=tuple(Rule(rule=f"r{n}", trigger="asked", action=f"offer_{n}") for n in range(24)),
        actions=actions,
        journeys=journeys,
        contact_rules=ContactRules(consent={"default": "opt_out"}),
    )


def _feature(n: int) -> FeatureSpec:
    event = EVENTS[n % len(EVENTS)]
    match n // len(EVENTS):
        case 0:
            return FeatureSpec(kind="count", event=event)
        case 1:
            return FeatureSpec(kind="count", event=event, window="30d")
        case 2:
            return FeatureSpec(kind="sum", event=event, of="amount", half_life="14d")
        case 3:
            return FeatureSpec(kind="sum", event=event, of="amount", window="90d")
        case _:
            return FeatureSpec(kind="distinct", event=event, of="item")


def _condition(n: int) -> str:
    """Return a condition of three terms that is false for the benchmark's customer, decided by its last term."""
    return f"f{n % 40} >= 0 and tier == 'gold' and f{(n * 7) % 40} > 1000000 + {n}"


def _journey(n: int) -> Journey:
    inside = n < 3
    entry = EventTrigger(event="joined") if inside else EventTrigger(event="page_viewed", when=_condition(n))
    return Journey(
        journey=f"j{n}",
        entry=Entry(on=entry, when=None),
        exits=(ExitRule(when=_condition(n + 10)),),
        goal=EventMatch(event="order_completed", when="event.amount > 1000000"),
        steps=(
            WaitFor(id="look", events=(EventMatch(event="clicked"),), within="300d"),
            Propose(id="offer", action=f"offer_{n}"),
            Wait(id="rest", after="7d"),
        ),
    )


def settled_customer(world: World) -> Customer:
    """Return a customer with a year of history, inside three journeys."""
    customer = Customer(CustomerId("c" * 24))
    traits = {"tier": "gold", "country": "GB", "email": "x@example.com"}
    start = Instant(START - 365 * DAY)
    who = Identified(event_id=EventId("who"), customer_id=customer.customer_id, at=start, traits=traits)
    customer = advance(customer, who, now=start, world=world).customer
    for n in range(400):
        at = Instant(start + n * 21 * HOUR)
        properties = {"amount": float(n % 50), "item": f"sku-{n % 12}"}
        customer = advance(customer, _track(EVENTS[n % 8], f"h{n}", at, properties), now=at, world=world).customer
    at = Instant(START - DAY)
    return advance(customer, _track("joined", "in", at, {}), now=at, world=world).customer


def plain_events() -> list[Event]:
    """Return plain events, a second apart."""
    properties = {"amount": 3.0, "item": "sku-3", "url": "/a"}
    return [_track("page_viewed", f"p{n}", Instant(START + n * 1_000_000), properties) for n in range(EVENTS_PER_ROUND)]


def decision_events() -> list[Event]:
    """Return events whose trigger proposes 24 candidates."""
    return [_track("asked", f"d{n}", Instant(START + n), {}) for n in range(EVENTS_PER_ROUND // 4)]


def _track(name: str, event_id: str, at: Instant, properties: dict[str, object]) -> Tracked:
    return Tracked(
        event_id=EventId(event_id), customer_id=CustomerId("c" * 24), at=at, name=name, properties=properties
    )


def _advance_each(customer: Customer, events: list[Event], world: World) -> None:
    for event in events:
        advance(customer, event, now=event.at, world=world)


def _check(customer: Customer, world: World) -> None:
    """Make sure that the measured work is the work that the table names."""
    transition = advance(customer, decision_events()[0], now=START, world=world)
    (decision,) = transition.decisions
    assert len(decision.considered) == 25
    assert sum(row.suppressed is None for row in decision.considered) == 1
    assert len(transition.commands) == 1
    assert len(customer.enrollments.runs) == 3
    assert not advance(customer, plain_events()[0], now=START, world=world).decisions


def _by_stage(customer: Customer, world: World) -> dict[str, float]:
    event = plain_events()[0]
    fact = as_fact(event, customer)
    profile = fold(customer.profile, event, fact, world.profile, START)
    view = View(profile, fact, START, zone_of(profile, world.workspace))
    around = Surroundings(view, "bench", customer.customer_id, {})
    stages: dict[str, Callable[[], object]] = {
        "profiles (fold)": lambda: fold(customer.profile, event, fact, world.profile, START),
        "view": lambda: View(profile, fact, START, zone_of(profile, world.workspace)),
        "triggers (detect)": lambda: detect(
            customer.watches, customer.profile, profile, fact, event, START, world.triggers
        ),
        "journeys (run)": lambda: run_journeys(customer.enrollments, (), around, world.journeys),
    }
    return {
        name: _best_us(lambda events, call=call: [call() for _ in events], plain_events)  # type: ignore[misc]
        for name, call in stages.items()
    }


def _best_us(work: Callable[[list[Event]], object], make: Callable[[], list[Event]]) -> float:
    """Return the median over rounds of CPU microseconds for each event."""
    costs = []
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        for _ in range(ROUNDS):
            events = make()
            started = time.process_time()
            work(events)
            costs.append((time.process_time() - started) / len(events) * 1e6)
    finally:
        gc.enable()
    return statistics.median(costs)


def _peer_us() -> float | None:
    """Return the peer's CPU microseconds for one check, measured now by its own script; None where it cannot run."""
    python = environment("cue-notify==0.6.0", minor=12)
    if python is None:
        return None
    script = Path(__file__).parent / "peers" / "cue_notify_gate.py"
    found = subprocess.run([python, script], capture_output=True, text=True, check=True)
    return float(found.stdout)


if __name__ == "__main__":
    main()
