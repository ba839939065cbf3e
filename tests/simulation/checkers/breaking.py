"""Small histories by hand, each right but for what a test breaks."""

from typing import Any

from segue.model.commands import Deliver, SyncAudience
from segue.model.decisions import SILENCE, Considered, Decision, Reason
from segue.model.deliveries import DeliveryStatus
from segue.model.events import Event, Merged, Tracked
from segue.model.ids import CustomerId, DecisionId, DeliveryId, EventId, Revision
from segue.model.runs import Moved
from segue.model.time import HOUR, Instant, parse_instant
from segue.ports.store import Entry
from segue.simulation.checkers.evidence import Evidence, Handed, Synced
from segue.simulation.faults.town import workspace

NOON = parse_instant("2026-03-27T12:00:00Z")
ANN, BOB = CustomerId("ann"), CustomerId("bob")


def history(*entries: Entry, **found: Any) -> Evidence:
    """Return evidence of ``entries``, numbered in order."""
    numbered = tuple(Entry(seq, *_fields(entry)[1:]) for seq, entry in enumerate(entries, start=1))
    return Evidence(**{"workspace": workspace(), "entries": numbered, "ended_at": Instant(NOON + 500 * HOUR), **found})


def entry(event: Event | None = None, *, now: int = NOON, **fields: Any) -> Entry:
    return Entry(seq=0, partition=0, now=Instant(now), event=event or tracked(), **fields)


def tracked(name: str = "page_viewed", who: CustomerId = ANN, event_id: str = "", **fields: Any) -> Tracked:
    event_id = event_id or f"{name}-{who}"
    return Tracked(**{"event_id": EventId(event_id), "customer_id": who, "at": NOON, "name": name, **fields})


def merged(absorbed: CustomerId = BOB, survivor: CustomerId = ANN) -> Merged:
    return Merged(event_id=EventId("merge"), customer_id=survivor, at=NOON, absorbed_id=absorbed, absorbed=b"")


def deliver(delivery: str = "d1", who: CustomerId = ANN, channel: str = "email", **fields: Any) -> Deliver:
    whole = {
        "delivery_id": DeliveryId(delivery),
        "decision_id": DecisionId(f"decision-{delivery}"),
        "customer_id": who,
        "channel": channel,
        "action": "hello",
        "template": "t.txt",
        "address": f"{who}@example.com",
        "data": {},
        "decided_at": NOON,
        "expires_at": Instant(NOON + 72 * HOUR),
    }
    return Deliver(**{**whole, **fields})  # type: ignore[arg-type]


def handed(
    command: Deliver | None = None, *, at: int = NOON, took: bool = True, since: int = 0, until: int = 0
) -> Handed:
    command = command or deliver()
    return Handed(Instant(at), command.channel, command, took, DeliveryStatus.ACCEPTED, since, max(since, until))


def change(*, is_member: bool, delivery: str = "a1", who: CustomerId = ANN) -> SyncAudience:
    return SyncAudience(
        delivery_id=DeliveryId(delivery),
        customer_id=who,
        channel="display",
        audience="lookers_display",
        is_member=is_member,
        identifiers={},
        at=NOON,
        action="spring_offer",
    )


def synced(command: SyncAudience, *, took: bool = True) -> Synced:
    return Synced(NOON, command, took, 0, 0)


def row(key: str = "journey:welcome/run1/hello/email", *, until: int = 0, reason: Reason | None = None) -> Considered:
    source, *_ = key.split("/")
    return Considered(
        key=key,
        action="hello",
        channel="email",
        source=source,
        probability=0.0 if reason else 1.0,
        suppressed=reason,
        until=until,
    )


QUIET = row(SILENCE, reason=Reason.LOST_ARBITRATION)


def decision(*rows: Considered, delivery: str = "d1", who: CustomerId = ANN, **fields: Any) -> Decision:
    rows = rows or (row(), QUIET)
    whole = {
        "decision_id": DecisionId(f"decision-{delivery}"),
        "customer_id": who,
        "event_id": EventId("e1"),
        "at": NOON,
        "slot": "message",
        "revision": Revision("r"),
        "seed": "segue",
        "policy": "rules@1",
        "group": "agent",
        "considered": rows,
        "chosen": rows[0].key,
        "probability": 1.0,
        "is_exploration": False,
        "draw": 0.5,
        "input_hash": "",
        "delivery_id": DeliveryId(delivery),
    }
    return Decision(**{**whole, **fields})  # type: ignore[arg-type]


def moved(step: str, to: str, how: str = "passed", detail: str = "", run: str = "run1") -> Moved:
    return Moved(run, "welcome", 1, step, to, how, detail)  # type: ignore[arg-type]


def _fields(each: Entry) -> list[Any]:
    return [getattr(each, name) for name in each.__struct_fields__]
