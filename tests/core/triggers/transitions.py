"""Drive triggers through a list of events, as the engine does: fold, then detect."""

from typing import Any, NamedTuple

from msgspec import Struct

from segue.core.facts import as_fact
from segue.core.profiles import ProfilePlan, compile_profile, fold, zone_of
from segue.core.triggers import Firing, TriggerPlan, compile_triggers, detect, hidden_features, next_due
from segue.model.catalogue import Audience, EventSpec, FeatureSpec, TraitSpec
from segue.model.customers import Customer, Profile, Watches
from segue.model.events import Event, Identified, Tick, Tracked
from segue.model.ids import CustomerId, EventId
from segue.model.time import Instant, format_instant, parse_instant
from segue.model.triggers import Trigger
from segue.model.workspace import Workspace

T0 = parse_instant("2026-03-01T00:00:00Z")
_COMMON: dict[str, Any] = {"event_id": EventId("e"), "customer_id": CustomerId("c")}


def tracked(after: int, name: str, **properties: Any) -> Tracked:
    return Tracked(**_COMMON, at=Instant(T0 + after), name=name, properties=properties)


def identified(after: int, **traits: Any) -> Identified:
    return Identified(**_COMMON, at=Instant(T0 + after), traits=traits)


def tick(after: int) -> Tick:
    return Tick(**_COMMON, at=Instant(T0 + after))


class Trial(Struct):
    """What happened: the firings of each event, and where the customer stands."""

    firings: list[tuple[Firing, ...]]
    watches: Watches
    profile: Profile

    @property
    def fired(self) -> list[list[str]]:
        return [[firing.trigger for firing in firings] for firings in self.firings]

    @property
    def facts(self) -> list[dict[str, Any]]:
        return [firing.facts for firings in self.firings for firing in firings]


def run(
    triggers: dict[str, Trigger],
    *events: Event,
    now: dict[int, int] | None = None,
    watches: Watches | None = None,
    profile: Profile | None = None,
) -> Trial:
    """Return what ``triggers`` make of ``events``; ``now`` gives the lateness of an event by its index."""
    shop = Workspace(
        name="shop",
        traits={"country": TraitSpec(type="text"), "tier": TraitSpec(type="text"), "age": TraitSpec(type="number")},
        events={"order": EventSpec(properties={"amount": "number"})},
        features={"orders": FeatureSpec(kind="count", event="order"), **hidden_features(triggers)},
    )
    profiles, plan = compile_profile(shop), compile_triggers(triggers, shop)
    trial = Trial([], watches or Watches(), profile or Profile())
    customer = Customer(CustomerId("c"))
    for index, event in enumerate(events):
        moment = Instant(event.at + (now or {}).get(index, 0))
        before, fact = trial.profile, as_fact(event, customer)
        trial.profile = fold(before, event, fact, profiles, moment)
        trial.watches, firings = detect(trial.watches, before, trial.profile, fact, event, moment, plan)
        trial.firings.append(firings)
    return trial


class Fired(NamedTuple):
    """A trigger that fired, and when."""

    at: Instant
    trigger: str
    facts: dict[str, Any]


class Days(Struct):
    """A customer's days, with alarms that ring: events one after another, and ticks when the watches want them.

    Attributes:
        looks: the audiences remembered after each transition, with the profile and the moment they were looked at.
        late: microseconds that every tick comes late.
    """

    workspace: Workspace
    plan: TriggerPlan
    profiles: ProfilePlan
    customer_id: str
    late: int
    now: Instant = T0
    watches: Watches = Watches()
    profile: Profile = Profile()
    fired: list[Fired] = []
    looks: list[tuple[tuple[str, ...], Profile, Instant]] = []

    def until(self, at: int) -> "Days":
        """Let alarms ring up to and including ``at`` (microseconds after T0)."""
        end = Instant(T0 + at)
        while (due := next_due(self.watches) + self.late) <= end:
            assert due > self.now or self.late, "an alarm rings at once"
            self.advance(tick(max(due, self.now) - T0))
        self.now = end
        return self

    def live(self, *events: Event) -> "Days":
        """Let the events happen, in the order of their times, and the alarms between them ring."""
        for event in sorted(events, key=lambda event: event.at):
            self.until(event.at - T0 - 1)
            self.advance(event)
        return self

    def advance(self, event: Event) -> None:
        """Let one event happen, now."""
        before, fact = self.profile, as_fact(event, Customer(CustomerId(self.customer_id)))
        self.now = event.at
        self.profile = fold(before, event, fact, self.profiles, event.at)
        self.watches, firings = detect(
            *(self.watches, before, self.profile, fact, event, event.at, self.plan),
            zone=zone_of(self.profile, self.workspace),
            seed=self.workspace.seed,
            customer_id=self.customer_id,
        )
        self.fired += [Fired(event.at, firing.trigger, firing.facts) for firing in firings]
        self.looks.append((self.watches.inside, self.profile, event.at))

    def times(self, zone: str = "UTC") -> list[str]:
        """When something fired, as text."""
        return [format_instant(fired.at, zone) for fired in self.fired]


def days(
    triggers: dict[str, Trigger], *, late: int = 0, customer_id: str = "ada", conditions: dict[str, str] | None = None
) -> Days:
    """Return a customer to whom nothing has happened; ``conditions`` are those of the audiences."""
    shop = Workspace(
        name="shop",
        traits={name: TraitSpec(type="text") for name in ("zone", "tier")},
        events={"order": EventSpec(properties={"amount": "number"})},
        features={
            "orders": FeatureSpec(kind="count", event="order"),
            "recent": FeatureSpec(kind="count", event="order", window="30d"),
            "idle": FeatureSpec(kind="recency", event="order"),
            **hidden_features(triggers),
        },
        audiences=tuple(Audience(audience=name, when=when) for name, when in (conditions or {}).items()),
    )
    return Days(shop, compile_triggers(triggers, shop), compile_profile(shop), customer_id, late, fired=[], looks=[])
