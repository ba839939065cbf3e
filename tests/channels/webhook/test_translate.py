"""Signatures, receipts and Retry-After."""

import json
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from segue.channels.webhook.translate import parse_retry_after, to_headers, to_receipts, verify_call
from segue.model.deliveries import DeliveryStatus
from segue.model.errors import EventError
from segue.model.time import DAY, MINUTE, SECOND, Instant, parse_instant

SECRET = "whsec_" + "c2VndWUta2l0LXNlY3JldC1vZi0zMi1ieXRlcyEh"
OTHER = "whsec_" + "YW5vdGhlci1zZWNyZXQtb2YtMzItYnl0ZXMhISEh"
NOW = parse_instant("2026-01-31T09:30:00Z")
BODY = json.dumps(
    {"delivery_id": "d1", "status": "delivered", "at": "2026-01-31T09:29:00Z", "detail": "device 1"}
).encode()


def test_a_signature_is_the_standard_s_own() -> None:
    headers = to_headers("d1", b"{}", [SECRET], NOW)
    expected = Webhook(SECRET).sign("d1", datetime(2026, 1, 31, 9, 30, tzinfo=UTC), "{}")
    assert headers["webhook-signature"] == expected
    assert headers["webhook-timestamp"] == str(NOW // SECOND)


def test_a_signed_call_is_taken_with_either_secret_and_read() -> None:
    for secret in (SECRET, OTHER):
        call_id = verify_call(to_headers("call-1", BODY, [secret], NOW), BODY, [SECRET, OTHER], NOW)
        [receipt] = to_receipts(call_id, BODY, NOW)
        assert (receipt.delivery_id, receipt.receipt_id) == ("d1", "call-1/0")
        assert receipt.status is DeliveryStatus.DELIVERED
        assert receipt.at == NOW - MINUTE


def test_a_list_gives_each_receipt_an_id_and_none_lies_in_the_future() -> None:
    body = json.dumps(
        [
            {"delivery_id": "a", "status": "opened"},
            {"delivery_id": "b", "status": "clicked", "receipt_id": "mine", "at": "2030-01-01"},
        ]
    ).encode()
    receipts = to_receipts("call", body, NOW)
    assert [(receipt.receipt_id, receipt.at) for receipt in receipts] == [("call/0", NOW), ("mine", NOW)]


def _forged() -> list[tuple[str, dict[str, str], bytes]]:
    good = to_headers("call-1", BODY, [SECRET], NOW)
    return [
        ("unsigned", {}, BODY),
        ("other body", good, BODY + b" "),
        ("other id", {**good, "webhook-id": "call-2"}, BODY),
        ("no id", to_headers("", BODY, [SECRET], NOW), BODY),
        ("other secret", to_headers("call-1", BODY, [OTHER], NOW), BODY),
        ("old", to_headers("call-1", BODY, [SECRET], Instant(NOW - 6 * MINUTE)), BODY),
        ("early", to_headers("call-1", BODY, [SECRET], Instant(NOW + 6 * MINUTE)), BODY),
        ("moved time", {**good, "webhook-timestamp": str(NOW // SECOND + 1)}, BODY),
        ("odd time", {**good, "webhook-timestamp": "٣" * 10}, BODY),
        ("other version", {**good, "webhook-signature": good["webhook-signature"].replace("v1,", "v2,")}, BODY),
        ("garbage", {**good, "webhook-signature": "v1 , ,, é"}, BODY),
        ("not text", {**good, "webhook-signature": "v1,x"}, b"\xff\xfe"),
    ]


@pytest.mark.parametrize(("headers", "body"), [pytest.param(*rest, id=name) for name, *rest in _forged()])
def test_a_forged_call_is_an_error(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(EventError) as caught:
        verify_call(headers, body, [SECRET], NOW)
    assert caught.value.code == "forged_receipt"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]x",
        b"\xff",
        b'{"delivery_id": "d1"}',
        b'{"delivery_id": "d1", "status": "accepted"}',
        b'{"delivery_id": "d1", "status": "opened", "at": "yesterday"}',
        b'{"delivery_id": "d1", "status": "bounced", "detail": "jane@kit.example"}',
    ],
)
def test_a_malformed_receipt_is_an_error_and_addresses_do_not_fit_into_details(body: bytes) -> None:
    with pytest.raises(EventError) as caught:
        to_receipts("call", body, NOW)
    assert caught.value.code == "malformed_receipt"
    assert "jane" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("120", 120 * SECOND),
        (" 5 ", 5 * SECOND),
        ("Sat, 31 Jan 2026 09:31:00 GMT", MINUTE),
        ("Sat, 31 Jan 2026 09:00:00 GMT", 0),
        ("99999999999999", DAY),
        ("-5", 0),
        ("soon", 0),
        ("", 0),
        ("٣", 0),
    ],
)
def test_retry_after_is_read_in_both_forms_and_bounded(text: str, expected: int) -> None:
    assert parse_retry_after(text, NOW) == expected
