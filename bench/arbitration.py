"""Value regained by arbitration: the same offers, first come first served and arbitrated, through the real engine.

One simulated market (`bench.arbitration_market`), 2,000 customers over 8 weeks, caps of 1 a day and 4 a week. Offers
are the same in every variant; only the contact rules differ. The bound in hindsight knows every offer beforehand. A
second table gives a scarce daily capacity to many customers.

    python3 dev.py bench arbitration [CUSTOMERS]
"""

import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bench.arbitration_market import DAILY, VALUES, WEEKLY, Offer, draw_offers, hindsight
from bench.report import report
from segue.core.engine import settle
from segue.core.shared import SharedPlan
from segue.core.world import World, build_world
from segue.model.catalogue import Action, Capacity, ChannelSpec, Rule, Variant
from segue.model.commands import Deliver
from segue.model.contact_rules import Cap, ContactRules
from segue.model.customers import Customer
from segue.model.deliveries import DeliveryStatus
from segue.model.events import DeliveryReported, Event, Tick, Tracked
from segue.model.ids import CustomerId, EventId
from segue.model.time import DAY, HOUR, NEVER, SECOND, Instant
from segue.model.triggers import EventTrigger
from segue.model.workspace import Workspace

CUSTOMERS, WEEKS = 2_000, 8
SAMPLE = 200
"""For so many of the customers the choice in hindsight is worked out; it takes a fifth of a second for each."""

DEADLINE_HOURS = 3
CAPS = (Cap(cap="daily", limit=DAILY, window="1d"), Cap(cap="weekly", limit=WEEKLY, window="7d"))
CUSTOMERS_PER_SEND = 5
"""A day has room for one message to so many customers; they are offered one each on an average day."""


class Outcome(Struct):
    """What a variant brought: worth carried out by customer, messages sent, and CPU time."""

    worth: dict[int, float]
    contacts: int
    seconds: float


def main() -> None:
    """Run every variant, print both tables, write ``bench/results/arbitration.json``."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else CUSTOMERS
    figures: dict[str, float] = {}
    rows = [*slots(customers, figures), *capacity(customers, figures)]
    headers = ["what", "worth per customer-week", "contacts per customer-week", "% of hindsight", "us per event"]
    report("arbitration", headers, rows, figures)


def slots(customers: int, figures: dict[str, float]) -> list[tuple[object, ...]]:
    """Return the rows about the slots of customers' own caps."""
    offers = draw_offers(customers, WEEKS)
    variants = {
        "first come, first served": ContactRules(opportunity_cost=False, arbitration_window="0s"),
        "+ arbitration window 2h": ContactRules(opportunity_cost=False, arbitration_window="2h"),
        "+ opportunity cost": ContactRules(opportunity_cost=True, arbitration_window="0s"),
        "+ both": ContactRules(opportunity_cost=True, arbitration_window="2h"),
    }
    sample = range(0, customers, max(customers // SAMPLE, 1))
    by_customer = _by_customer(offers)
    at_once = sum(hindsight(by_customer[customer]) for customer in sample) / len(sample) / WEEKS
    bound = sum(hindsight(by_customer[c], DEADLINE_HOURS * HOUR) for c in sample) / len(sample) / WEEKS
    rows: list[tuple[object, ...]] = []
    for name, rules in variants.items():
        done = run(build_world(_workspace(_rules(rules))), offers)
        sampled = sum(done.worth.get(customer, 0.0) for customer in sample) / len(sample) / WEEKS
        share = 100 * sampled / bound
        worth = sum(done.worth.values()) / customers / WEEKS
        contacts = done.contacts / customers / WEEKS
        rows.append((name, f"{worth:.2f}", f"{contacts:.2f}", share, 1e6 * done.seconds / len(offers)))
        key = name.replace(",", "").replace("+ ", "").replace(" ", "_")
        figures |= {f"slots.{key}.worth": round(worth, 3), f"slots.{key}.percent_of_bound": round(share, 1)}
    rows.append(("hindsight, at once", f"{at_once:.2f}", "", 100 * at_once / bound, None))
    rows.append((f"hindsight, may wait {DEADLINE_HOURS}h (bound)", f"{bound:.2f}", "", 100.0, None))
    figures |= {"slots.hindsight_at_once.worth": round(at_once, 3), "slots.bound.worth": round(bound, 3)}
    return rows


def run(world: World, offers: Sequence[Offer]) -> Outcome:
    """Carry ``offers`` through the engine, in order of time, with every wake-up in between."""
    living: dict[int, Customer] = {}
    alarms: dict[int, Instant] = {}
    agenda: list[tuple[Instant, int, Event]] = []
    outcome = Outcome(defaultdict(float), 0, 0.0)
    begin = time.process_time()
    for number, offer in enumerate(offers):
        while agenda and agenda[0][0] <= offer.at:
            at, customer, event = heappop(agenda)
            if isinstance(event, Tick) and alarms.get(customer) != at:
                continue
            world = _advance(world, living, alarms, agenda, outcome, customer, event)
        event = Tracked(
            event_id=EventId(f"{number}"),
            customer_id=CustomerId(f"c{offer.customer}"),
            at=offer.at,
            name=f"event_{offer.action}",
        )
        world = _advance(world, living, alarms, agenda, outcome, offer.customer, event)
    outcome.seconds = time.process_time() - begin
    return outcome


def _advance(
    world: World,
    living: dict[int, Customer],
    alarms: dict[int, Instant],
    agenda: list[tuple[Instant, int, Event]],
    outcome: Outcome,
    number: int,
    event: Event,
) -> World:
    customer = living.get(number) or Customer(event.customer_id)
    transitions = settle(customer, event, now=event.at, world=world)
    for transition in transitions:
        world = world.after(transition.tallies, event.at)
        for command in transition.commands:
            if isinstance(command, Deliver):
                outcome.worth[number] += VALUES[int(command.action.removeprefix("action_"))]
                outcome.contacts += 1
                heappush(agenda, (Instant(event.at + SECOND), number, _accepted(command, event)))
    living[number] = transitions[-1].customer
    wake_at = transitions[-1].wake_at
    alarms[number] = wake_at
    if wake_at < NEVER:
        tick = Tick(event_id=EventId(f"t{number}-{wake_at}"), customer_id=event.customer_id, at=wake_at)
        heappush(agenda, (wake_at, number, tick))
    return world


def capacity(customers: int, figures: dict[str, float]) -> list[tuple[object, ...]]:
    """Return the rows about a daily capacity that all customers share; nothing else limits them."""
    offers = draw_offers(customers, WEEKS, seed=2)
    limit = customers // CUSTOMERS_PER_SEND
    scarce = {"sends": Capacity(limit=limit, per="1d")}
    world = build_world(replace(_workspace(ContactRules(caps=(), **_PLAIN)), capacities=scarce))
    unpriced = replace(world, worth=replace(world.worth, shared=SharedPlan(), is_static=True))
    by_day: dict[int, list[float]] = defaultdict(list)
    for offer in offers:
        by_day[offer.at // DAY].append(VALUES[offer.action])
    bound = sum(sum(sorted(worths)[-limit:]) for worths in by_day.values()) / customers / WEEKS
    rows: list[tuple[object, ...]] = []
    for name, variant in {"capacity: first come, first served": unpriced, "capacity: shadow price": world}.items():
        done = run(variant, offers)
        worth, contacts = sum(done.worth.values()) / customers / WEEKS, done.contacts / customers / WEEKS
        share = 100 * worth / bound
        rows.append((name, f"{worth:.2f}", f"{contacts:.2f}", share, 1e6 * done.seconds / len(offers)))
        key = name.partition(": ")[2].replace(",", "").replace(" ", "_")
        figures |= {f"capacity.{key}.worth": round(worth, 3), f"capacity.{key}.percent_of_hindsight": round(share, 1)}
    rows.append(("capacity: hindsight, day by day", f"{bound:.2f}", "", 100.0, None))
    figures["capacity.hindsight.worth"] = round(bound, 3)
    return rows


_PLAIN: dict[str, Any] = {"quiet_hours": (), "min_gap": "0s", "consent": {"default": "opt_out"}}


def _rules(rules: ContactRules) -> ContactRules:
    return replace(rules, caps=CAPS, **_PLAIN)


def _workspace(rules: ContactRules) -> Workspace:
    numbers = range(len(VALUES))
    return Workspace(
        name="market",
        channels=(ChannelSpec(name="push", family="message"),),
        actions=tuple(
            Action(action=f"action_{n}", value=VALUES[n], variants=(Variant(channel="push", template="any.txt"),))
            for n in numbers
        ),
        triggers={f"trigger_{n}": EventTrigger(event=f"event_{n}") for n in numbers},
        rules=tuple(
            Rule(rule=f"rule_{n}", trigger=f"trigger_{n}", action=f"action_{n}", deadline=f"{DEADLINE_HOURS}h")
            for n in numbers
        ),
        contact_rules=rules,
    )


def _accepted(command: Deliver, event: Event) -> DeliveryReported:
    return DeliveryReported(
        event_id=EventId(f"{command.delivery_id}-accepted"),
        customer_id=event.customer_id,
        at=Instant(event.at + SECOND),
        delivery_id=command.delivery_id,
        status=DeliveryStatus.ACCEPTED,
    )


def _by_customer(offers: Sequence[Offer]) -> dict[int, list[Offer]]:
    by_customer: dict[int, list[Offer]] = defaultdict(list)
    for offer in offers:
        by_customer[offer.customer].append(offer)
    return by_customer


if __name__ == "__main__":
    main()
