"""What rules see of an event: one name, one bag of properties, whatever kind of event it was."""

from typing import Any

from msgspec import Struct

from segue.model.customers import Customer
from segue.model.deliveries import DeliveryStatus
from segue.model.events import (
    ConsentChanged,
    ContactPointChanged,
    DecisionRequested,
    DeliveryReported,
    Enroll,
    Event,
    Identified,
    Merged,
    Tick,
    Tracked,
)
from segue.model.time import Instant

_MESSAGE = {status: f"message_{status}" for status in DeliveryStatus}
_DELIVERY = {status: f"delivery_{status}" for status in DeliveryStatus}


class Fact(Struct, frozen=True):
    """An event as triggers, features and conditions name it.

    Attributes:
        name: the event's name; "" where there is nothing that a rule could name (a tick, a merge).
        properties: what ``event.NAME`` reads.
        traits: facts about the customer that came along.
        at: when it happened.
    """

    name: str
    properties: dict[str, Any]
    traits: dict[str, Any]
    at: Instant


def as_fact(event: Event, customer: Customer) -> Fact:
    """Return what rules see of ``event``.

    A report about a contact of the ledger is told as ``message_STATUS``; about anything else (an audience's change, a
    message older than the ledger's memory) as ``delivery_STATUS``.
    """
    match event:
        case Tracked():
            return Fact(event.name, event.properties, event.traits, event.at)
        case Identified():
            return Fact("identified", {}, event.traits, event.at)
        case DeliveryReported():
            about = _about_message(event, customer)
            told_as = _MESSAGE[event.status] if about else _DELIVERY[event.status]
            return Fact(told_as, {"delivery_id": event.delivery_id, **about}, {}, event.at)
        case ConsentChanged():
            granted = {"channel": event.channel, "purpose": event.purpose, "granted": event.granted}
            return Fact("consent_changed", granted, {}, event.at)
        case ContactPointChanged():
            return Fact("contact_point_changed", {"usable": event.usable}, {}, event.at)
        case DecisionRequested():
            return Fact("decision_requested", {**event.context, "placement": event.placement}, {}, event.at)
        case Enroll():
            return Fact("", event.facts, {}, event.at)
        case Tick() | Merged():
            return Fact("", {}, {}, event.at)


def _about_message(event: DeliveryReported, customer: Customer) -> dict[str, Any]:
    for contact in reversed(customer.contacts.ledger):
        if contact.delivery_id == event.delivery_id:
            return {
                "channel": contact.channel,
                "action": contact.action,
                "theme": contact.theme,
                "journey": contact.journey,
                "run_id": contact.run_id,
                "step": contact.step,
                "contact_point": contact.contact_point,
            }
    return {}
