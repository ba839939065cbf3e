from typing import Any

import pytest

from segue.core.facts import Fact, as_fact
from segue.model.customers import Contacts
from segue.model.deliveries import DeliveryStatus
from segue.model.events import (
    ConsentChanged,
    ContactPointChanged,
    DecisionRequested,
    Event,
    Identified,
    Merged,
    Tick,
    Tracked,
)
from segue.model.ids import CustomerId, EventId
from tests.builders import NOW, contact, customer, report

BASE: dict[str, Any] = {"event_id": EventId("e"), "customer_id": CustomerId("ada"), "at": NOW}


@pytest.mark.parametrize(
    ("event", "fact"),
    [
        (
            Tracked(**BASE, name="order", properties={"total": 9}, traits={"tier": "gold"}),
            Fact("order", {"total": 9}, {"tier": "gold"}, NOW),
        ),
        (Identified(**BASE, traits={"tier": "gold"}), Fact("identified", {}, {"tier": "gold"}, NOW)),
        (
            ConsentChanged(**BASE, channel="email", granted=False),
            Fact("consent_changed", {"channel": "email", "purpose": "marketing", "granted": False}, {}, NOW),
        ),
        (
            ContactPointChanged(**BASE, contact_point="0f", usable=False),
            Fact("contact_point_changed", {"usable": False}, {}, NOW),
        ),
        (
            DecisionRequested(**BASE, placement="home", context={"page": "/"}),
            Fact("decision_requested", {"placement": "home", "page": "/"}, {}, NOW),
        ),
        (Tick(**BASE), Fact("", {}, {}, NOW)),
        (Merged(**BASE, absorbed_id=CustomerId("bob"), absorbed=b""), Fact("", {}, {}, NOW)),
    ],
    ids=lambda value: type(value).__name__,
)
def test_rules_see_a_name_and_properties_of_every_event(event: Event, fact: Fact) -> None:
    assert as_fact(event, customer()) == fact


def test_a_page_cannot_pretend_to_be_another_placement() -> None:
    asked = DecisionRequested(**BASE, placement="home", context={"placement": "checkout"})
    assert as_fact(asked, customer()).properties == {"placement": "home"}


@pytest.mark.parametrize("status", list(DeliveryStatus))
def test_a_report_about_a_contact_is_told_as_a_message_with_what_it_was_about(status: DeliveryStatus) -> None:
    sent = contact(
        delivery_id="send-1", action="offer", theme="reorder", journey="reorder", run_id="run-1", step="mail"
    )
    about = customer(contacts=Contacts((contact(), sent)))
    assert as_fact(report(status, "send-1"), about) == Fact(
        f"message_{status.value}",
        {
            "delivery_id": "send-1",
            "channel": "email",
            "action": "offer",
            "theme": "reorder",
            "journey": "reorder",
            "run_id": "run-1",
            "step": "mail",
            "contact_point": sent.contact_point,
        },
        {},
        NOW,
    )


def test_a_report_about_anything_else_is_told_as_a_delivery() -> None:
    told = as_fact(report(DeliveryStatus.ACCEPTED, "join-1"), customer(contacts=Contacts((contact(),))))
    assert told == Fact("delivery_accepted", {"delivery_id": "join-1"}, {}, NOW)
