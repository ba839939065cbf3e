"""Builders: whole values for tests that care about a part of them.

>>> an_event("cart_left", at="2026-03-02T12:00:00Z", total=40).properties
{'total': 40}
"""

from typing import Any

from segue.model.assignments import AGENT, Assignment
from segue.model.consents import Consent
from segue.model.customers import Customer, Profile
from segue.model.events import Incoming, Tracked
from segue.model.identities import Identifier
from segue.model.ids import CustomerId, EventId, derive
from segue.model.time import Instant, parse_instant

NOON = parse_instant("2026-03-02T12:00:00Z")
"""A Monday at noon, far from any change of the clock."""


def an_event(
    name: str = "item_purchased",
    /,
    *,
    at: Instant | str = NOON,
    customer_id: str = "ada",
    event_id: str = "",
    traits: dict[str, Any] | None = None,
    **properties: Any,
) -> Tracked:
    """Return an event of one customer; its id follows from all that it says unless one is given."""
    moment = _moment(at)
    return Tracked(
        event_id=EventId(event_id or derive("event", customer_id, moment, name, repr(sorted(properties.items())))),
        customer_id=CustomerId(customer_id),
        at=moment,
        name=name,
        properties=properties,
        traits=traits or {},
    )


def an_incoming(name: str = "item_purchased", /, *, user_id: str = "ada", **event: Any) -> Incoming:
    """Return an event as a source delivers it: with an identifier, and no customer yet."""
    known = an_event(name, customer_id="", event_id=event.pop("event_id", ""), **event)
    event_id = EventId(derive(known.event_id, user_id))
    return Incoming(
        identifiers=(Identifier("user_id", user_id),),
        event=Tracked(
            event_id=event_id,
            customer_id=CustomerId(""),
            at=known.at,
            name=known.name,
            properties=known.properties,
            traits=known.traits,
        ),
        event_id=event_id,
        at=known.at,
        source="test",
    )


def a_customer(
    customer_id: str = "ada",
    /,
    *,
    traits: dict[str, Any] | None = None,
    consents: tuple[Consent, ...] = (),
    group: str | None = AGENT,
    epoch: str = "1",
    since: Instant | str = NOON,
) -> Customer:
    """Return a customer known since ``since``, in a standing group; ``group=None`` leaves that to the draw."""
    at = _moment(since)
    known = traits or {}
    unit = CustomerId(customer_id)
    return Customer(
        customer_id=unit,
        profile=Profile(
            first_seen=at, last_seen=at, traits=known, trait_times=dict.fromkeys(known, at), consents=consents
        ),
        assignment=Assignment(group, epoch, unit, at) if group else None,
    )


def _moment(at: Instant | str) -> Instant:
    return parse_instant(at) if isinstance(at, str) else at
