"""Whole values with defaults, for tests of the core: name only what the test is about."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from segue.core.catalogue import ActionPlan, compile_actions
from segue.core.facts import Fact
from segue.core.journeys.moves import Surroundings
from segue.core.view import Condition, View
from segue.model.catalogue import Action, ChannelSpec, Variant
from segue.model.customers import Contact, Customer, Held, InFlight, Membership, Profile
from segue.model.decisions import Candidate
from segue.model.deliveries import DeliveryStatus
from segue.model.events import DeliveryReported
from segue.model.ids import CustomerId, DecisionId, DeliveryId, EventId, RunId
from segue.model.runs import Run
from segue.model.time import DAY, NEVER, Instant, parse_instant
from segue.model.workspace import Workspace

T = TypeVar("T")

NOW = parse_instant("2026-03-02T12:00:00Z")
"""A Monday at noon, far from any change of the clock."""

EMAIL = ChannelSpec(name="email", family="message", contact_trait="email")
SMS = ChannelSpec(name="sms", family="message", contact_trait="phone")
WEBSITE = ChannelSpec(name="website", family="placement")
DISPLAY = ChannelSpec(name="display", family="audience")
CALL = ChannelSpec(name="call", family="task")
CHANNELS = (EMAIL, SMS, WEBSITE, DISPLAY, CALL)

ADDRESSES = {"email": "ada@example.com", "phone": "+4477009001"}

VARIANTS = {
    "email": Variant(channel="email", template="offer.mjml", content={"headline": "Again?"}),
    "sms": Variant(channel="sms", template="offer.txt"),
    "website": Variant(channel="website", placement="home_hero"),
    "display": Variant(channel="display", audience="reorder"),
    "call": Variant(channel="call"),
}


def condition(test: Callable[..., Any], *, on: str = "traits") -> Condition:
    """Return a condition that asks ``test`` about one of traits, features, event, run and now."""
    place = ("traits", "features", "event", "run", "now").index(on)
    return lambda *sides: test(sides[place])


ALWAYS: Condition = lambda traits, features, event, run, now: True  # noqa: E731
NEVER_TRUE: Condition = lambda traits, features, event, run, now: False  # noqa: E731
UNKNOWN: Condition = lambda traits, features, event, run, now: None  # noqa: E731


def workspace(**changes: Any) -> Workspace:
    return Workspace(**({"name": "shop", "channels": CHANNELS} | changes))


def action(name: str = "offer", *channels: str, **changes: Any) -> Action:
    variants = tuple(VARIANTS[channel] for channel in channels or ("email",))
    return Action(**({"action": name, "variants": variants} | changes))


def plans(*actions: Action, conditions: Mapping[str, Condition] | None = None) -> dict[str, ActionPlan]:
    return compile_actions(workspace(actions=actions), conditions or {})


def plan(wanted: Action, conditions: Mapping[str, Condition] | None = None) -> ActionPlan:
    return plans(wanted, conditions=conditions)[wanted.action]


def fact(name: str = "", at: int = NOW, **properties: Any) -> Fact:
    return Fact(name, properties, {}, Instant(at))


def profile(**changes: Any) -> Profile:
    return Profile(**({"traits": ADDRESSES} | changes))


def view(about: Profile | None = None, seen: Fact | None = None, now: int = NOW, zone: str = "UTC") -> View:
    return View(about or profile(), seen or fact(at=now), Instant(now), zone)


def around(seen: View | None = None, answers: Mapping[tuple[str, int], str] | None = None) -> Surroundings:
    return Surroundings(seen or view(), "shop", "ada", dict(answers or {}))


def run(**changes: Any) -> Run:
    whole: dict[str, Any] = {
        "run_id": "run-1",
        "journey": "reorder",
        "version": 1,
        "key": "",
        "step": "first",
        "entered_at": NOW,
        "step_at": NOW,
        "wake_at": NEVER,
    }
    return Run(**(whole | changes))


def candidate(name: str = "offer", channel: str = "email", **changes: Any) -> Candidate:
    whole: dict[str, Any] = {
        "key": f"test/{name}/{channel}",
        "action": name,
        "channel": channel,
        "source": "rule:test",
        "delivery_id": "send-1",
        "deadline": NOW + 2 * DAY,
        "proposed_at": NOW,
    }
    return Candidate(**(whole | changes))


def contact(at: int = NOW, delivery_id: str = "", **changes: Any) -> Contact:
    whole: dict[str, Any] = {
        "at": at,
        "delivery_id": delivery_id or f"earlier-{at}",
        "channel": "email",
        "action": "other",
        "category": "promo",
        "state": "confirmed",
    }
    return Contact(**(whole | changes))


def held(waiting: Candidate | None = None, release_at: int = NOW, reason: str = "quiet_deferred") -> Held:
    return Held(waiting or candidate(), Instant(release_at), reason)


def flight(sent: Candidate | None = None, **changes: Any) -> InFlight:
    whole: dict[str, Any] = {
        "candidate": sent or candidate(),
        "decision_id": DecisionId("decision-1"),
        "attempt": 1,
        "decided_at": NOW,
        "expires_at": NOW + 3 * DAY,
        "retry_at": NEVER,
    }
    return InFlight(**(whole | changes))


def membership(**changes: Any) -> Membership:
    whole: dict[str, Any] = {
        "kind": "audience",
        "target": "reorder",
        "channel": "display",
        "action": "offer",
        "since": NOW,
        "until": NEVER,
        "delivery_id": "join-1",
        "run_id": RunId("run-1"),
    }
    return Membership(**(whole | changes))


def report(status: DeliveryStatus, delivery_id: str = "send-1", **changes: Any) -> DeliveryReported:
    whole: dict[str, Any] = {
        "event_id": EventId("report-1"),
        "customer_id": CustomerId("ada"),
        "at": NOW,
        "delivery_id": DeliveryId(delivery_id),
        "status": status,
    }
    return DeliveryReported(**(whole | changes))


def customer(**changes: Any) -> Customer:
    return Customer(**({"customer_id": CustomerId("ada")} | changes))


def stored(kind: type[T], fields: Sequence[Any]) -> T:
    """Return what bytes that hold ``fields`` by position, and no others, are read as."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(list(fields)), type=kind)


def reread(value: T) -> T:
    """Return ``value`` after it was written to bytes and read back."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(value), type=type(value))
