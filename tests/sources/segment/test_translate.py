"""What Segment calls mean here."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.model.errors import EventError
from segue.model.events import Identified, Incoming, Tracked
from segue.model.identities import Identifier
from segue.model.time import SECOND, Instant, format_instant, parse_instant
from segue.sources.segment.translate import open_batch, snake_case, translate_batch, translate_call

RECEIVED = parse_instant("2011-03-04T09:30:00Z")
HOUR_EARLIER = "2011-03-04T08:30:00.000Z"


def translate(kind: str | None = None, /, **call: Any) -> Incoming:
    return translate_call(json.dumps(call).encode(), RECEIVED, kind=kind)


def code_of(kind: str | None = None, /, **call: Any) -> str:
    with pytest.raises(EventError) as caught:
        translate(kind, **call)
    return caught.value.code


def test_a_track_call_is_tracked_under_its_snake_case_name_with_the_traits_of_its_context() -> None:
    incoming = translate(
        type="track",
        event="Order Completed",
        userId="u1",
        anonymousId="a1",
        messageId="m1",
        timestamp=HOUR_EARLIER,
        properties={"revenue": 12.5},
        context={"traits": {"plan": "pro"}, "timezone": "Europe/Berlin", "ip": "192.0.2.1"},
    )
    at = parse_instant(HOUR_EARLIER)
    assert incoming == Incoming(
        identifiers=(Identifier("user_id", "u1"), Identifier("anonymous_id", "a1")),
        event=Tracked(
            event_id="m1",
            customer_id="",
            at=at,
            name="order_completed",
            properties={"revenue": 12.5},
            traits={"zone": "Europe/Berlin", "plan": "pro"},
        ),
        event_id="m1",
        at=at,
        source="segment",
    )


@pytest.mark.parametrize("kind", ["page", "screen"])
def test_a_page_or_screen_is_viewed_with_its_name_and_category(kind: str) -> None:
    event = translate(type=kind, name="Home", category="Docs", anonymousId="a1", properties={"url": "/"}).event
    assert isinstance(event, Tracked)
    assert event.name == f"{kind}_viewed"
    assert event.properties == {"url": "/", "name": "Home", "category": "Docs"}


def test_identify_states_traits_and_its_email_identifies_too() -> None:
    incoming = translate(type="identify", userId="u1", traits={"email": "Ann@Example.com"})
    assert isinstance(incoming.event, Identified)
    assert incoming.event.traits == {"email": "Ann@Example.com"}
    assert incoming.identifiers == (Identifier("user_id", "u1"), Identifier("email", "ann@example.com"))


def test_traits_of_rudder_clients_are_read_from_the_context_and_the_calls_own_win() -> None:
    incoming = translate(
        type="identify",
        userId="u1",
        context={"traits": {"email": "a@example.com", "plan": "free"}},
        traits={"plan": "pro"},
    )
    assert isinstance(incoming.event, Identified)
    assert incoming.event.traits == {"email": "a@example.com", "plan": "pro"}
    assert Identifier("email", "a@example.com") in incoming.identifiers


def test_names_of_traits_and_properties_become_snake_case_at_the_first_level() -> None:
    event = translate(
        type="track",
        event="E",
        userId="u1",
        properties={"Referrer Name": "x", "cart": {"itemCount": 2}, "$": 1},
        context={"traits": {"firstName": "Ann"}},
    ).event
    assert isinstance(event, Tracked)
    assert event.properties == {"referrer_name": "x", "cart": {"itemCount": 2}, "$": 1}
    assert event.traits == {"first_name": "Ann"}


def test_an_email_in_the_context_of_a_track_call_is_a_trait_but_no_identifier() -> None:
    incoming = translate(type="track", event="E", userId="u1", context={"traits": {"email": "a@example.com"}})
    assert incoming.identifiers == (Identifier("user_id", "u1"),)


def test_group_is_joined_with_the_groups_traits_as_properties_only() -> None:
    event = translate(type="group", userId="u1", groupId="g1", traits={"plan": "enterprise"}).event
    assert isinstance(event, Tracked)
    assert (event.name, event.properties, event.traits) == (
        "group_joined",
        {"plan": "enterprise", "group_id": "g1"},
        {"group_id": "g1"},
    )


def test_alias_is_evidence_only_and_the_previous_id_may_have_been_either_kind() -> None:
    incoming = translate(type="alias", userId="u1", previousId="a1")
    assert incoming.event is None
    assert incoming.identifiers == (
        Identifier("user_id", "u1"),
        Identifier("anonymous_id", "a1"),
        Identifier("user_id", "a1"),
    )


def test_numbers_are_accepted_as_ids_and_nulls_are_absent() -> None:
    assert translate(type="track", event="E", userId=42, anonymousId=None).identifiers == (Identifier("user_id", "42"),)


def test_the_address_decides_the_kind_when_it_names_one() -> None:
    assert isinstance(translate("identify", type="track", userId="u1").event, Identified)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ({"type": "track", "userId": "u1"}, "missing_event_name"),
        ({"type": "track", "userId": "u1", "event": " -- "}, "missing_event_name"),
        ({"type": "track", "event": "E"}, "missing_identifier"),
        ({"type": "track", "event": "E", "userId": ""}, "missing_identifier"),
        ({"type": "alias", "userId": "u1"}, "missing_identifier"),
        ({"type": "group", "userId": "u1"}, "missing_group_id"),
        ({"type": "delete", "userId": "u1"}, "unknown_type"),
        ({"userId": "u1"}, "unknown_type"),
        ({"type": "track", "event": "E", "userId": ["u1"]}, "bad_shape"),
        ({"type": "track", "event": "E", "userId": "u1", "properties": [1]}, "bad_shape"),
        ({"type": "track", "event": "E", "userId": "u1", "timestamp": "yesterday"}, "bad_timestamp"),
        ({"type": "track", "event": "E", "userId": "u1", "timestamp": 1299231000}, "bad_timestamp"),
        ({"type": "track", "event": "E", "userId": "u1", "messageId": "m" * 300}, "bad_shape"),
        ({"type": "track", "event": "E", "userId": "u1", "properties": {"x": "y" * 33_000}}, "event_too_large"),
    ],
)
def test_a_call_without_a_meaning_has_a_stable_code(call: dict[str, Any], code: str) -> None:
    assert code_of(**call) == code


def test_reasons_never_repeat_what_the_customer_sent() -> None:
    with pytest.raises(EventError) as caught:
        translate(type="track", event="E", userId={"email": "ann@example.com"})
    assert "ann" not in str(caught.value)


def test_a_device_with_a_wrong_clock_is_corrected_by_the_time_it_sent() -> None:
    """Stamped ten seconds before sending by a clock that is a day ahead: ten seconds before arrival."""
    incoming = translate(
        type="track", event="E", userId="u1", timestamp="2011-03-05T09:29:50Z", sentAt="2011-03-05T09:30:00Z"
    )
    assert incoming.at == RECEIVED - 10 * SECOND


def test_original_timestamp_is_what_the_device_said_and_is_the_one_corrected() -> None:
    incoming = translate(
        type="track",
        event="E",
        userId="u1",
        timestamp="2011-03-04T09:29:59Z",
        originalTimestamp="2011-03-05T09:29:50Z",
        sentAt="2011-03-05T09:30:00Z",
    )
    assert incoming.at == RECEIVED - 10 * SECOND


def test_a_sent_at_that_cannot_be_read_costs_no_event() -> None:
    incoming = translate(type="track", event="E", userId="u1", timestamp=HOUR_EARLIER, sentAt="soon")
    assert incoming.at == parse_instant(HOUR_EARLIER)


@given(stamped=st.integers(0, 4 * 10**15), sent=st.none() | st.integers(0, 4 * 10**15))
def test_no_event_happens_after_it_arrived(stamped: int, sent: int | None) -> None:
    call = {"type": "track", "event": "E", "userId": "u1", "timestamp": format_instant(Instant(stamped))}
    incoming = translate_call(json.dumps(call).encode(), RECEIVED, sent=None if sent is None else Instant(sent))
    assert incoming.at <= RECEIVED


def test_without_a_message_id_equal_calls_of_one_batch_stay_two_events() -> None:
    call = {"type": "track", "event": "E", "userId": "u1"}
    batch = open_batch(json.dumps({"batch": [call, call]}).encode())
    accepted, _ = translate_batch(batch, RECEIVED)
    assert len({incoming.event_id for incoming in accepted}) == 2
    assert translate_batch(batch, RECEIVED)[0] == accepted


def test_one_bad_call_does_not_spoil_its_batch() -> None:
    good = {"type": "track", "event": "E", "userId": "u1", "messageId": "m1"}
    body = json.dumps({"batch": [good, {"type": "track"}, 7, good | {"messageId": "m2"}]}).encode()
    accepted, rejected = translate_batch(open_batch(body), RECEIVED)
    assert [incoming.event_id for incoming in accepted] == ["m1", "m2"]
    assert [(r.index, r.code, r.raw) for r in rejected] == [
        (1, "missing_identifier", b'{"type": "track"}'),
        (2, "bad_shape", b"7"),
    ]


@pytest.mark.parametrize("raw", [b'{"event": "\xff"}', b'{"properties": {"x": ' + b"[" * 9000 + b"]" * 9000 + b"}}"])
def test_bytes_that_are_no_text_and_bottomless_nesting_are_bad_json(raw: bytes) -> None:
    with pytest.raises(EventError) as caught:
        translate_call(raw, RECEIVED, kind="track")
    assert caught.value.code == "bad_json"


@pytest.mark.parametrize(("body", "code"), [(b"{", "bad_json"), (b"[]", "bad_shape"), (b'{"batch": {}}', "bad_shape")])
def test_a_body_that_is_no_batch_is_refused_as_a_whole(body: bytes, code: str) -> None:
    with pytest.raises(EventError) as caught:
        open_batch(body)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("Order Completed", "order_completed"),
        ("order_completed", "order_completed"),
        ("productViewed", "product_viewed"),
        ("HTTPRequest", "http_request"),
        ("Signup - Step 2", "signup_step_2"),
        ("Größe gewählt", "größe_gewählt"),
        ("  ", ""),
    ],
)
def test_event_names_are_written_as_expressions_write_them(name: str, snake: str) -> None:
    assert snake_case(name) == snake


@given(st.text(max_size=60))
def test_normalising_a_name_twice_changes_nothing(name: str) -> None:
    assert snake_case(snake_case(name)) == snake_case(name)


def test_two_keys_that_become_one_name_leave_the_later_value() -> None:
    event = translate("track", userId="u1", event="e", properties={"orderId": 1, "order_id": 2, "Sku": "a"}).event
    assert isinstance(event, Tracked)
    assert event.properties == {"order_id": 2, "sku": "a"}
