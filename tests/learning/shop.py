"""A shop whose customers answer by known rules, and the log of what a policy did there.

Every visit asks whether to send one of two offers, or nothing. Every other customer is a buyer: they buy unasked after
some visits, and after others because of a voucher. News helps nobody, and nothing makes the others buy.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from msgspec import structs

from segue.core.chance import draw
from segue.core.world import build_world
from segue.learning.frames import TABLES, Frame, read_frame
from segue.measurement.segments import read_log
from segue.model.catalogue import Action, EventSpec, FeatureSpec, Rule, TraitSpec, Variant
from segue.model.commands import Command, Deliver
from segue.model.contact_rules import ContactRules
from segue.model.events import Event, Identified, Incoming, Tracked
from segue.model.identities import Identifier
from segue.model.ids import CustomerId, EventId, derive
from segue.model.learning import Learning, Objective
from segue.model.time import DAY, HOUR, Duration, Instant, parse_instant
from segue.model.triggers import EventTrigger
from segue.model.workspace import PolicySpec, Workspace
from segue.ports.store import Block, Commit, Entry, pack, pack_entry
from segue.runtimes.replay import Reaction, accept_at_once, replay
from segue.stores.memory import MemoryStore
from tests.builders import EMAIL

BEGIN = parse_instant("2026-03-02T12:00:00Z")

BUYS_UNASKED, VOUCHER_WORKS = 0.3, 0.3
"""How often a buyer buys after a visit without a message; how often a voucher makes a buyer buy (again)."""

OBJECTIVES = {
    "bought": Objective(event="bought", value=20.0),
    "margin": Objective(event="bought", of="margin", at_most=200.0),
}


def a_shop(policy: PolicySpec | None = None, **changes: Any) -> Workspace:
    """Return the shop, with the random policy by default."""
    whole: dict[str, Any] = {
        "name": "shop",
        "channels": (EMAIL,),
        "policy": policy or PolicySpec(name="random"),
        "groups": {"holdout": 0.1},
        "traits": {"email": TraitSpec(type="text"), "buyer": TraitSpec(type="boolean")},
        "events": {"visited": EventSpec(), "bought": EventSpec(properties={"margin": "number"})},
        "features": {"visits": FeatureSpec(kind="count", event="visited", window="30d")},
        "triggers": {"visit": EventTrigger(event="visited")},
        "rules": tuple(Rule(rule=f"ask_{name}", trigger="visit", action=name) for name in ("voucher", "news")),
        "actions": (an_offer("voucher", value=20.0, cost=0.5), an_offer("news", value=5.0, cost=0.1)),
        "contact_rules": ContactRules(caps=(), quiet_hours=(), min_gap="0s", consent={"default": "opt_out"}),
        "learning": Learning(objectives=OBJECTIVES, windows={"email": "3d"}),
        "late_after": "40000d",
    }
    return Workspace(**(whole | changes))


def an_offer(name: str, **changes: Any) -> Action:
    whole: dict[str, Any] = {
        "action": name,
        "converted_by": "bought",
        "converted_within": "1m",
        "variants": (Variant(channel="email", template="offer.mjml"),),
    }
    return Action(**(whole | changes))


def history(customers: int, visits: int, *, every: int = 2 * DAY) -> Iterator[Incoming]:
    """Yield what customers do by themselves: who they are, that they visit, and what buyers buy unasked."""
    for number in range(customers):
        name = f"c{number}"
        is_buyer = number % 2 == 0
        traits = {"email": f"{name}@example.com", "buyer": is_buyer}
        yield told(name, Identified(event_id=EventId(""), customer_id=CustomerId(""), at=BEGIN, traits=traits), "who")
        for visit in range(visits):
            at = Instant(BEGIN + HOUR + visit * every + int(draw("when", name, str(visit)) * DAY))
            yield told(name, a_tracked("visited", at), f"visit{visit}")
            if is_buyer and draw("unasked", name, str(visit)) < BUYS_UNASKED:
                yield told(name, a_tracked("bought", Instant(at + 5 * HOUR), margin=10.0), f"bought{visit}")


def answers(command: Command, now: Instant) -> Iterator[Reaction]:
    """Yield what the channel says of a message, and what the customer does upon it."""
    yield from accept_at_once(command, now)
    assert isinstance(command, Deliver)
    if command.action == "voucher" and draw("answer", command.delivery_id) < VOUCHER_WORKS * is_a_buyer(command):
        bought = a_tracked("bought", Instant(now + 3 * HOUR), margin=8.0)
        event_id = EventId(derive("answer", command.delivery_id))
        yield Duration(3 * HOUR), structs.replace(bought, event_id=event_id, customer_id=command.customer_id)


def is_a_buyer(command: Deliver) -> bool:
    """Tell whether the customer buys without being asked, too."""
    return bool(command.data["customer"]["buyer"])


def log_of(workspace: Workspace, incoming: Iterable[Incoming], until: Instant | None = None) -> list[Entry]:
    """Return the entries of the log in which ``workspace`` decided about ``incoming``, with what customers answered."""
    entries: list[Entry] = []
    replay(build_world(workspace), incoming, react=answers, until=until, sink=entries.append)
    return entries


def stored(entries: Sequence[Entry], workspace: Workspace) -> MemoryStore:
    """Return a store with these entries."""
    store, world = MemoryStore(), build_world(workspace)
    store.commit(Commit(block=Block(1, world.revision, tuple(map(pack_entry, entries)))))
    store.keep_workspace(world.revision, pack(workspace))
    return store


def framed(entries: Sequence[Entry], workspace: Workspace, folder: Path, **options: Any) -> Frame:
    """Return the frame of a log; as of its last moment unless ``now`` is given."""
    with closing(read_log(stored(entries, workspace), folder, TABLES)) as duck:
        return read_frame(duck, workspace, **{"now": entries[-1].now, **options})


def told(name: str, event: Event, what: str) -> Incoming:
    """Return ``event`` as a source tells it of the customer called ``name``."""
    event_id = EventId(derive("told", name, what))
    known = structs.replace(event, event_id=event_id)
    return Incoming(
        identifiers=(Identifier("user_id", name),), event=known, event_id=event_id, at=event.at, source="test"
    )


def a_tracked(name: str, at: Instant, **properties: Any) -> Tracked:
    return Tracked(event_id=EventId(""), customer_id=CustomerId(""), at=at, name=name, properties=properties)
