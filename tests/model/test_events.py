"""Events are stored for years: positions never change, fields are only appended."""

from typing import Any, get_args

import msgspec
import pytest

from segue.model.deliveries import DeliveryStatus
from segue.model.events import (
    ConsentChanged,
    ContactPointChanged,
    DecisionRequested,
    DeliveryReported,
    Event,
    EventKind,
    Identified,
    Incoming,
    Merged,
    Tick,
    Tracked,
)
from segue.model.identities import Identifier
from segue.model.ids import CustomerId, DeliveryId, EventId
from segue.model.time import Instant
from tests.builders import reread

BASE: dict[str, Any] = {"event_id": EventId("e"), "customer_id": CustomerId("ada"), "at": Instant(5)}

FIRST_VERSION: list[tuple[list[Any], Event]] = [
    (["tracked", "e", "ada", 5, "order"], Tracked(**BASE, name="order")),
    (["identified", "e", "ada", 5], Identified(**BASE)),
    (
        ["consent_changed", "e", "ada", 5, "email", False],
        ConsentChanged(**BASE, channel="email", granted=False, purpose="marketing", source="api"),
    ),
    (
        ["contact_point_changed", "e", "ada", 5, "0f", False],
        ContactPointChanged(**BASE, contact_point="0f", usable=False),
    ),
    (
        ["delivery_reported", "e", "ada", 5, "send-1", "accepted"],
        DeliveryReported(**BASE, delivery_id=DeliveryId("send-1"), status=DeliveryStatus.ACCEPTED, attempt=1),
    ),
    (["decision_requested", "e", "ada", 5, "home"], DecisionRequested(**BASE, placement="home", count=1)),
    (["tick", "e", "ada", 5], Tick(**BASE)),
    (["merged", "e", "ada", 5, "bob", b"\x91"], Merged(**BASE, absorbed_id=CustomerId("bob"), absorbed=b"\x91")),
]

FULL: list[Event] = [
    Tracked(**BASE, name="order", properties={"total": 9.5, "lines": [1]}, traits={"tier": "gold"}),
    Identified(**BASE, traits={"zone": "Europe/London"}),
    ConsentChanged(**BASE, channel="*", granted=True, purpose="*", source="one_click"),
    ContactPointChanged(**BASE, contact_point="0f", usable=True, source="bounce"),
    DeliveryReported(
        **BASE,
        delivery_id=DeliveryId("send-1"),
        status=DeliveryStatus.RETRYABLE,
        attempt=2,
        detail="busy",
        provider_id="p",
        retry_after=7,
        may_have_arrived=True,
    ),
    DecisionRequested(**BASE, placement="home", context={"page": "/"}, count=3),
]


def named(value: object) -> str:
    return type(value).__name__ if not isinstance(value, list) else ""


@pytest.mark.parametrize("event", FULL, ids=named)
def test_an_event_is_read_from_the_log_as_it_was_written(event: Event) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=Event) == event


@pytest.mark.parametrize(("fields", "event"), FIRST_VERSION, ids=named)
def test_an_event_written_by_the_first_version_is_still_readable(fields: list[Any], event: Event) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(fields), type=Event) == event


@pytest.mark.parametrize(("fields", "event"), FIRST_VERSION, ids=named)
def test_json_reads_an_event_like_the_log(fields: list[Any], event: Event) -> None:
    assert msgspec.json.decode(msgspec.json.encode(event), type=Event) == event


def test_an_event_of_a_newer_version_is_readable_without_what_this_one_does_not_know() -> None:
    newer = msgspec.msgpack.encode(["tick", "e", "ada", 5, "a field of the future"])
    assert msgspec.msgpack.decode(newer, type=Event) == Tick(**BASE)


def test_the_list_of_kinds_names_every_event() -> None:
    assert get_args(EventKind) == tuple(kind.__struct_config__.tag for kind in get_args(Event))


def test_what_a_source_delivers_may_be_evidence_without_a_fact() -> None:
    evidence = Incoming(
        identifiers=(Identifier("user_id", "ada"), Identifier("anonymous_id", "a1")),
        event=None,
        event_id=EventId("e"),
        at=Instant(5),
    )
    assert reread(evidence) == evidence
