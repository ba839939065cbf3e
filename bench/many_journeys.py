"""A workspace with N live journeys, of ten shapes in turn, and a stream of events: what `bench.journeys` measures.

The shapes use every kind of entry, and what journeys in production are made of: waits by duration, calendar and event,
branches on features, splits, proposals, traits, bounded loops, exits by event and by condition, goals, handlers, pacing
and stages. A journey's event is one of forty, so that more journeys means more on each event, as in a company that adds
journeys and not events; `on_one` puts all of them on the most frequent event instead.
"""

from typing import Any

from segue.core.engine import settle
from segue.core.world import World, build_world
from segue.model.catalogue import Action, Audience, ChannelSpec, FeatureSpec, TraitSpec, Variant
from segue.model.contact_rules import ContactRules
from segue.model.customers import Customer
from segue.model.events import Event, Identified, Tracked
from segue.model.ids import CustomerId, EventId
from segue.model.journeys import Entry, ExitRule, Handler, Journey, Pacing, Stage
from segue.model.steps import Arm, Branch, Case, EventMatch, Exit, Goto, Propose, SetTrait, Split, Step, Wait, WaitFor
from segue.model.time import DAY, HOUR, Instant, parse_instant
from segue.model.triggers import (
    AbsenceTrigger,
    ApiTrigger,
    AudienceTrigger,
    CountTrigger,
    EventTrigger,
    JourneyTrigger,
    ScheduleTrigger,
    TraitTrigger,
    Trigger,
)
from segue.model.workspace import Workspace

START = parse_instant("2026-01-05T10:00:00Z")
COMMON = ("page_viewed", "product_viewed", "searched", "item_added", "message_opened", "order_completed")
RARE = tuple(f"topic_{n}_touched" for n in range(34))
EVENTS = (*COMMON, *RARE)
WEIGHTS = (50, 20, 8, 8, 6, 2)
"""Shares of the common events in a stream, in hundredths; the rare ones share the rest."""

ENTERED_BY_EVENT = (1, 5, 9)
"""The shapes that a customer is put into: at a long wait, at a race between events, at a window that collects them."""

CUSTOMER = CustomerId("c" * 24)


def many_journeys(count: int, *, on_one: bool = False) -> World:
    """Return the World of ``count`` journeys."""
    actions = tuple(
        Action(
            action=f"offer_{n}", value=1.0 + n % 7, cost=0.01, variants=(Variant(channel="email", template="t.txt"),)
        )
        for n in range(10)
    )
    journeys = tuple(_journey(n, "page_viewed" if on_one else None) for n in range(count))
    return build_world(
        Workspace(
            name="bench",
            channels=(ChannelSpec(name="email", family="message", contact_trait="email"),),
            traits={"tier": TraitSpec(type="text"), "stage": TraitSpec(type="text"), "email": TraitSpec(type="text")},
            features=_features(),
            actions=actions,
            audiences=tuple(
                Audience(audience=f"audience_{n}", when=f"revenue_90d > {1_000_000 + n}")
                for n in range(count)
                if n % 10 == 4 and not on_one
            ),
            journeys=journeys,
            contact_rules=ContactRules(consent={"default": "opt_out"}),
        )
    )


def enrolled(world: World, runs: int) -> Customer:
    """Return a customer with a year of history who is inside ``runs`` journeys, each at a wait of weeks."""
    customer = Customer(CUSTOMER)
    begin = Instant(START - 365 * DAY)
    traits = {"tier": "gold", "email": "x@example.com"}
    customer = _after(
        customer, Identified(event_id=EventId("who"), customer_id=CUSTOMER, at=begin, traits=traits), world
    )
    for n in range(300):
        properties = {"amount": float(n % 50), "item": f"sku-{n % 12}", "topic": -1}
        at = Instant(begin + n * 28 * HOUR)
        customer = _after(customer, _tracked(f"h{n}", COMMON[n % len(COMMON)], at, properties), world)
    inside = [n for n in range(len(world.workspace.journeys)) if n % 10 in ENTERED_BY_EVENT][:runs]
    for n in inside:
        properties = {"topic": n, "cart_id": f"cart-{n}", "amount": 20.0, "item": f"sku-{n}"}
        name = world.workspace.journeys[n].entry.on.event  # type: ignore[union-attr]
        customer = _after(customer, _tracked(f"in{n}", name, Instant(START - HOUR + n), properties), world)
    assert len(customer.enrollments.runs) == runs, "the customer is not where the benchmark needs them"
    return customer


def stream(count: int) -> list[Event]:
    """Return events of the forty kinds in their usual shares, a second apart, none of which opens a journey."""
    names = [name for name, weight in zip(COMMON, WEIGHTS, strict=True) for _ in range(weight)]
    names += [RARE[n * 5 % len(RARE)] for n in range(100 - len(names))]
    return [
        _tracked(
            f"s{n}",
            names[n * 37 % len(names)],
            Instant(START + n * 1_000_000),
            {"amount": 3.0, "item": "sku-3", "topic": -1, "url": "/a"},
        )
        for n in range(count)
    ]


def _journey(n: int, on_one: str | None) -> Journey:
    event = on_one or EVENTS[n * 7 % len(EVENTS)]
    shape = n % 10
    here = EventTrigger(event=event, when=f"event.topic == {n} and revenue_90d >= 0")
    entry: Trigger = here if on_one else _entries(n, event)[shape]
    fields: dict[str, Any] = {
        "journey": f"journey_{n}",
        "entry": Entry(on=here if shape in ENTERED_BY_EVENT else entry),
        "reentry": "after 30d",
    }
    match shape:
        case 0 | 3:
            return Journey(**fields, instance_key="event.cart_id", expires_after="14d", exits=_EXITS, steps=_nudge(n))
        case 1 | 2 | 6:
            return Journey(**fields, exits=_EXITS, goal=_BOUGHT, steps=_welcome(n))
        case 5 | 7:
            return Journey(**fields, goal=_BOUGHT, on=_HANDLERS, pacing=_PACING, steps=_pricing(n))
        case _:
            return Journey(**fields, exits=_EXITS, stages=_STAGES, steps=_after_sale(n))


def _entries(n: int, event: str) -> tuple[Trigger, ...]:
    mine = f"event.topic == {n}"
    return (
        AbsenceTrigger(event=event, when=mine, then_not="order_completed", within="30min"),
        EventTrigger(event=event, when=f"{mine} and orders < 100000"),
        TraitTrigger(trait="stage", when=f"stage == 'stage_{n}'"),
        CountTrigger(event=event, where=mine, at_least=3, within="7d"),
        AudienceTrigger(audience=f"audience_{n}"),
        EventTrigger(event=event, when=mine),
        ScheduleTrigger(at="09:00", days=("mon",), when=f"views_30d > {100_000 + n}"),
        ApiTrigger(),
        JourneyTrigger(journey=f"journey_{n - 1}", outcome="converted"),
        EventTrigger(event=event, when=f"{mine} and tier == 'gold'"),
    )


_EXITS = (ExitRule(event="account_closed"), ExitRule(when="tier == 'staff' or revenue_90d < 0"))
_BOUGHT = EventMatch(event="order_completed", when="event.amount > 1000000")
_HANDLERS = (
    Handler(event="item_added", when="event.amount > 1000000", hurry=0.5),
    Handler(event="complained", pause="7d"),
    Handler(event="searched", when="event.topic == 1000000", goto="ask"),
)
_PACING = Pacing(by="views_30d", calm=1, keen=20)
_STAGES = (
    Stage(stage="consideration", expect=EventMatch(event="product_viewed"), within="21d", recover="again"),
    Stage(stage="conversion", expect=EventMatch(event="item_added"), within="21d", recover="again"),
)


def _nudge(n: int) -> tuple[Step, ...]:
    return (
        Wait(id="hold", after="1h"),
        Propose(id="nudge", action=f"offer_{n % 10}", deadline="1d"),
        WaitFor(id="look", events=(EventMatch(event="message_opened", next="leave"),), within="2d"),
        Propose(id="again", action=f"offer_{n % 10}", deadline="1d"),
        Exit(id="leave"),
    )


def _welcome(n: int) -> tuple[Step, ...]:
    return (
        Wait(id="settle_in", after="14d"),
        Branch(id="fork", cases=(Case(when="orders >= 3", next="thank"),), otherwise="help"),
        Propose(id="help", action=f"offer_{n % 10}", next="morning"),
        Propose(id="thank", action=f"offer_{(n + 1) % 10}"),
        Wait(id="morning", at="+1d 09:00"),
        Goto(id="once_more", to="fork", at_most=3),
    )


def _pricing(n: int) -> tuple[Step, ...]:
    opened = EventMatch(event="message_opened", when="event.topic == 1000000", next="ask")
    return (
        WaitFor(id="look", events=(opened, EventMatch(event="called", next="leave")), within="21d", on_timeout="rest"),
        Wait(id="rest", after="7d", paced=True),
        Propose(id="ask", action=f"offer_{n % 10}"),
        Exit(id="leave"),
    )


def _after_sale(n: int) -> tuple[Step, ...]:
    seen = (EventMatch(event="reviewed"), EventMatch(event="message_opened", when="event.topic == 1000000"))
    return (
        WaitFor(id="watch", stage="consideration", events=seen, within="28d", mode="collect"),
        Split(id="try_it", arms=(Arm(arm="a", next="mark"), Arm(arm="b", weight=2.0, next="again"))),
        SetTrait(id="mark", set={"tier": "'silver'"}),
        Propose(id="again", stage="conversion", action=f"offer_{n % 10}"),
        Wait(id="rest", after="7d"),
    )


def _features() -> dict[str, FeatureSpec]:
    return {
        "orders": FeatureSpec(kind="count", event="order_completed"),
        "views_30d": FeatureSpec(kind="count", event="page_viewed", window="30d"),
        "interest": FeatureSpec(kind="count", event="product_viewed", half_life="14d"),
        "revenue_90d": FeatureSpec(kind="sum", event="order_completed", of="amount", window="90d"),
        "items": FeatureSpec(kind="distinct", event="product_viewed", of="item"),
    }


def _tracked(event_id: str, name: str, at: Instant, properties: dict[str, Any]) -> Tracked:
    return Tracked(event_id=EventId(event_id), customer_id=CUSTOMER, at=at, name=name, properties=properties)


def _after(customer: Customer, event: Event, world: World) -> Customer:
    return settle(customer, event, now=event.at, world=world)[-1].customer
