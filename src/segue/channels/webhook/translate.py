"""A command becomes a signed request; the endpoint's answer becomes an outcome, its calls become receipts. Pure."""

import hmac
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct
from standardwebhooks import Webhook

from segue.channels.outcomes import accepted, rejected, retryable
from segue.channels.rendering import Rendered
from segue.model.commands import Deliver
from segue.model.deliveries import DeliveryStatus, Outcome
from segue.model.errors import EventError, SegueError
from segue.model.ids import DeliveryId
from segue.model.time import DAY, MINUTE, SECOND, Instant, format_instant, parse_instant, to_datetime
from segue.ports.channel import Receipt

TOLERANCE = 5 * MINUTE
"""How far a receipt's timestamp may be from now: the window in which a recorded call could be played again."""

_FAR = parse_instant("9999-01-01")
"""Later than this is not a date that anybody can read; `NEVER` is."""

ENDPOINT_DISABLED = "endpoint_disabled"


class ReceiptBody(Struct, frozen=True):
    """What an endpoint posts back about one delivery; ``detail`` is a code, without room for an address."""

    delivery_id: str
    status: Literal["delivered", "bounced", "complained", "opened", "clicked", "unsubscribed"]
    at: str | None = None
    receipt_id: str | None = None
    provider_id: Annotated[str, Meta(max_length=200)] = ""
    detail: Annotated[str, Meta(pattern=r"^[\w .:;,()/-]{0,120}$")] = ""


def to_body(
    command: Deliver, rendered: Rendered | None, content: Any, include: Sequence[str], unsubscribe_url: str
) -> bytes:
    """Return the JSON that is posted: the same bytes at every attempt."""
    data = {
        "delivery_id": command.delivery_id,
        "decision_id": command.decision_id,
        "customer_id": command.customer_id,
        "channel": command.channel,
        "action": command.action,
        "purpose": command.purpose,
        "address": command.address,
        "expires_at": None if command.expires_at >= _FAR else format_instant(command.expires_at),
        "unsubscribe_url": unsubscribe_url,
        "subject": rendered.subject if rendered else "",
        "text": rendered.text if rendered else "",
        "html": rendered.html if rendered else "",
        "content": content,
        **{part: command.data.get(part, {}) for part in include},
    }
    return msgspec.json.encode(
        {"type": "message.deliver", "timestamp": format_instant(command.decided_at), "data": data}
    )


def to_headers(delivery_id: str, body: bytes, secrets: Sequence[str], now: Instant) -> dict[str, str]:
    """Return the headers of a signed request; every secret signs, so that receivers can change secrets in peace."""
    moment = to_datetime(now).astimezone(UTC)
    return {
        "content-type": "application/json",
        "user-agent": "Segue",
        "webhook-id": delivery_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(_signature(secret, delivery_id, moment, body) for secret in secrets),
    }


def to_outcome(command: Deliver, status: int, retry_after: str, now: Instant) -> Outcome:
    """Return what an HTTP status means. The call is idempotent, so whatever is not a clear no may be tried again."""
    if 200 <= status < 300:
        return accepted(command)
    if status == 410:
        return rejected(command, f"{ENDPOINT_DISABLED}: 410")
    if status in (408, 425, 429) or status >= 500:
        wait, broke_down = parse_retry_after(retry_after, now), status >= 500
        return retryable(command, f"the endpoint answered {status}", wait, may_have_arrived=broke_down)
    if 300 <= status < 400:
        return rejected(command, f"the endpoint redirects ({status}), which is not followed")
    return rejected(command, f"the endpoint answered {status}")


def parse_retry_after(text: str, now: Instant) -> int:
    """Return what Retry-After (seconds, or a date) asks for in microseconds, a day at most; 0 when it says nothing."""
    try:
        if text.strip().isascii() and text.strip().isdigit():
            wait = int(text.strip()[:9]) * SECOND
        else:
            wait = int((parsedate_to_datetime(text) - to_datetime(now)).total_seconds()) * SECOND
    except (TypeError, ValueError, OverflowError):
        return 0
    return max(0, min(wait, DAY))


def verify_call(headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: Instant) -> str:
    """Return the id of a signed call.

    Raises:
        EventError: ``forged_receipt``: no signature matches, or it is from another time.
    """
    call_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12) or abs(int(stamp) * SECOND - now) > TOLERANCE:
        raise EventError("forged_receipt", "The call's timestamp is missing or too far from now.")
    moment = datetime.fromtimestamp(int(stamp), UTC)
    given = headers.get("webhook-signature", "").split()
    expected = [_signature(secret, call_id, moment, body) for secret in secrets]
    matches = [hmac.compare_digest(a.encode(), b.encode()) for a in expected for b in given]
    if not (call_id and any(matches)):
        raise EventError("forged_receipt", "The call's signature does not match.", "Sign it with the channel's secret.")
    return call_id


def to_receipts(call_id: str, body: bytes, now: Instant) -> tuple[Receipt, ...]:
    """Return the receipts in a verified call: one, or a list of them.

    Raises:
        EventError: ``malformed_receipt``.
    """
    try:
        parsed = msgspec.json.decode(body, type=ReceiptBody | list[ReceiptBody])
        receipts = parsed if isinstance(parsed, list) else [parsed]
        return tuple(_receipt(f"{call_id}/{index}", receipt, now) for index, receipt in enumerate(receipts))
    except (msgspec.MsgspecError, UnicodeDecodeError, SegueError) as error:
        raise EventError("malformed_receipt", f"The call is not a receipt: {error}") from None


def _receipt(default_id: str, body: ReceiptBody, now: Instant) -> Receipt:
    return Receipt(
        delivery_id=DeliveryId(body.delivery_id),
        receipt_id=body.receipt_id or default_id,
        status=DeliveryStatus(body.status),
        at=min(parse_instant(body.at), now) if body.at else now,
        detail=body.detail,
        provider_id=body.provider_id,
    )


def _signature(secret: str, call_id: str, moment: datetime, body: bytes) -> str:
    return Webhook(secret).sign(call_id, moment, body.decode("utf-8", "replace"))
