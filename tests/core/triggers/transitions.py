"""Drive triggers through a list of events, as the engine does: fold, then detect."""

from typing import Any

from msgspec import Struct

from segue.core.facts import as_fact
from segue.core.profiles import compile_profile, fold
from segue.core.triggers import Firing, compile_triggers, detect, hidden_features
from segue.model.catalogue import EventSpec, FeatureSpec, TraitSpec, Trigger
from segue.model.customers import Customer, Profile, Watches
from segue.model.events import Event, Identified, Tick, Tracked
from segue.model.ids import CustomerId, EventId
from segue.model.time import Instant, parse_instant
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
    triggers: dict[str, Trigger], *events: Event, now: dict[int, int] | None = None, watches: Watches | None = None
) -> Trial:
    """Return what ``triggers`` make of ``events``; ``now`` gives the lateness of an event by its index."""
    shop = Workspace(
        name="shop",
        traits={"country": TraitSpec(type="text"), "tier": TraitSpec(type="text"), "age": TraitSpec(type="number")},
        events={"order": EventSpec(properties={"amount": "number"})},
        features={"orders": FeatureSpec(kind="count", event="order"), **hidden_features(triggers)},
    )
    profiles, plan = compile_profile(shop), compile_triggers(triggers, shop)
    trial = Trial([], watches or Watches(), Profile())
    customer = Customer(CustomerId("c"))
    for index, event in enumerate(events):
        moment = Instant(event.at + (now or {}).get(index, 0))
        before, fact = trial.profile, as_fact(event, customer)
        trial.profile = fold(before, event, fact, profiles, moment)
        trial.watches, firings = detect(trial.watches, before, trial.profile, fact, event, moment, plan)
        trial.firings.append(firings)
    return trial
