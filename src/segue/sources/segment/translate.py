"""What a Segment call means here: one call, as bytes, becomes one `Incoming`, or the reason why it cannot.

| call | event | identifiers |
|---|---|---|
| track | `Tracked`, the event's name in lower snake case | user_id, anonymous_id |
| page, screen | `Tracked` ``page_viewed``, ``screen_viewed``; ``name`` and ``category`` as properties | the same |
| identify | `Identified` with the traits | user_id, anonymous_id, email |
| group | `Tracked` ``group_joined``, the group's traits as properties; trait ``group_id`` | user_id, anonymous_id |
| alias | none: only evidence that both ids name one person | user_id, previous id |

An e-mail address is an identifier only where the customer states it (``identify``), and weaker than a user id: families
and shops share addresses, so it never makes one customer of two user ids.

Names of events, traits and properties are written in lower snake case, as expressions write them: "Order Completed" and
``firstName`` become ``order_completed`` and ``first_name``. Keys inside nested objects stay as they are.
"""

import re
from functools import lru_cache
from typing import Any

from msgspec import DecodeError, Raw, Struct, ValidationError

from segue.model.errors import EventError, SegueError
from segue.model.events import Event, Identified, Incoming, Tracked
from segue.model.identities import Identifier, email_identifier
from segue.model.ids import CustomerId, EventId, derive
from segue.model.time import Instant, parse_instant
from segue.sources.segment.calls import CALL_BYTES_MAX, Batch, Call, Context, decode_batch, decode_call, decode_key

NAME = "segment"
_NOBODY = CustomerId("")
_UNREADABLE = (DecodeError, UnicodeDecodeError, RecursionError)


class Rejected(Struct, frozen=True, kw_only=True):
    """A call that was not understood; ``code`` is stable, ``reason`` never repeats the customer's data."""

    index: int
    code: str
    reason: str
    raw: bytes


def open_batch(body: bytes) -> Batch:
    """Return the batch in ``body``, its calls still undecoded.

    Raises:
        EventError: ``bad_json``, or ``bad_shape`` where there is no array ``batch``.
    """
    try:
        return decode_batch(body)
    except _UNREADABLE as error:
        raise _misunderstood(error) from None


def write_key(body: bytes) -> object:
    """Return what a single call says is its write key; None where it says nothing.

    Raises:
        EventError: ``bad_json`` or ``bad_shape``.
    """
    try:
        return decode_key(body).write_key
    except _UNREADABLE as error:
        raise _misunderstood(error) from None


def translate_batch(batch: Batch, received: Instant, zone_trait: str = "zone") -> tuple[list[Incoming], list[Rejected]]:
    """Return what the calls of ``batch`` mean, and those without a meaning. Neither order is lost."""
    sent = _instant_or_none(batch.sent_at)
    accepted: list[Incoming] = []
    rejected: list[Rejected] = []
    for index, raw in enumerate(batch.batch):
        try:
            accepted.append(translate_call(raw, received, sent=sent, index=index, zone_trait=zone_trait))
        except EventError as error:
            rejected.append(Rejected(index=index, code=error.code, reason=str(error), raw=bytes(raw)))
    return accepted, rejected


def translate_call(
    raw: bytes | Raw,
    received: Instant,
    *,
    kind: str | None = None,
    sent: Instant | None = None,
    index: int = 0,
    zone_trait: str = "zone",
) -> Incoming:
    """Return what one call means.

    Args:
        raw: the call's JSON.
        received: when it arrived.
        kind: the call's type where the address says it (``/v1/track``); else the call's own ``type``.
        sent: the batch's ``sentAt``, for calls without their own.
        index: its place in the batch; tells apart equal calls without a ``messageId``.
        zone_trait: the trait that ``context.timezone`` states.

    Raises:
        EventError: with the stable code ``event_too_large``, ``bad_json``, ``bad_shape``, ``bad_timestamp``,
            ``unknown_type``, ``missing_identifier``, ``missing_event_name`` or ``missing_group_id``.
    """
    if memoryview(raw).nbytes > CALL_BYTES_MAX:
        raise EventError("event_too_large", f"The event is larger than {CALL_BYTES_MAX} bytes.")
    try:
        call = decode_call(raw)
    except _UNREADABLE as error:
        raise _misunderstood(error) from None
    kind = kind or call.type or ""
    event_id = EventId(call.message_id or derive(NAME, received, index, bytes(raw).decode(errors="replace")))
    at = happened_at(call, received, sent)
    return Incoming(
        identifiers=_identifiers(call, kind),
        event=_event(call, kind, event_id, at, zone_trait),
        event_id=event_id,
        at=at,
        source=NAME,
    )


def happened_at(call: Call, received: Instant, sent: Instant | None = None) -> Instant:
    """Return when the call happened by our clock.

    A device's clock may be wrong, but it is wrong by the same amount when it stamps and when it sends; so the time
    between stamping and sending is trusted and counted back from the moment of arrival. Never later than that.
    """
    stamp = call.original_timestamp or call.timestamp
    if stamp is None:
        return received
    try:
        at = parse_instant(stamp)
    except SegueError:
        raise EventError("bad_timestamp", "The timestamp is not ISO 8601.") from None
    if call.sent_at is not None and (own := _instant_or_none(call.sent_at)) is not None:
        sent = own
    if sent is not None:
        at = Instant(at + received - sent)
    return at if at < received else received


@lru_cache(maxsize=4096)
def snake_case(name: str) -> str:
    """Return the name of an event, a trait or a property as expressions write it.

    >>> snake_case("Order Completed"), snake_case("productViewed"), snake_case("checkout_started")
    ('order_completed', 'product_viewed', 'checkout_started')
    """
    humps = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[\W_]+", "_", humps.lower()).strip("_")


def _identifiers(call: Call, kind: str) -> tuple[Identifier, ...]:
    keys = []
    if user := _text(call.user_id):
        keys.append(Identifier("user_id", user))
    if kind == "alias":
        return (*keys, *_previous(call))
    if anonymous := _text(call.anonymous_id):
        keys.append(Identifier("anonymous_id", anonymous))
    if kind == "identify" and (email := _email(call)):
        keys.append(email_identifier(email))
    if not keys:
        raise EventError("missing_identifier", "The event has neither a userId nor an anonymousId.")
    return tuple(keys)


def _previous(call: Call) -> tuple[Identifier, ...]:
    """Return what an alias says the user was before: clients put an earlier user id or an anonymous id in one field,
    so it counts as both.
    """
    previous = _text(call.previous_id)
    if not previous or not _text(call.user_id):
        raise EventError("missing_identifier", "An alias needs a userId and a previousId.")
    return Identifier("anonymous_id", previous), Identifier("user_id", previous)


def _event(call: Call, kind: str, event_id: EventId, at: Instant, zone_trait: str) -> Event | None:
    match kind:
        case "track":
            name = snake_case(call.event or "")
            if not name:
                raise EventError("missing_event_name", "A track call needs the name of its event.")
            return _tracked(name, event_id, at, named(call.properties), _context_traits(call.context, zone_trait))
        case "page" | "screen":
            stated = {key: text for key, text in (("name", call.name), ("category", call.category)) if text}
            properties = named(call.properties) | stated
            traits = _context_traits(call.context, zone_trait)
            return _tracked(f"{kind}_viewed", event_id, at, properties, traits)
        case "identify":
            traits = _context_traits(call.context, zone_trait) | named(call.traits)
            return Identified(event_id=event_id, customer_id=_NOBODY, at=at, traits=traits)
        case "group":
            group = _text(call.group_id)
            if not group:
                raise EventError("missing_group_id", "A group call needs a groupId.")
            traits = _context_traits(call.context, zone_trait) | {"group_id": group}
            return _tracked("group_joined", event_id, at, named(call.traits) | {"group_id": group}, traits)
        case "alias":
            return None
        case _:
            raise EventError("unknown_type", "The type is not track, identify, page, screen, group or alias.")


def _tracked(name: str, event_id: EventId, at: Instant, properties: dict[str, Any], traits: dict[str, Any]) -> Tracked:
    return Tracked(event_id=event_id, customer_id=_NOBODY, at=at, name=name, properties=properties, traits=traits)


def named(values: dict[str, Any] | None) -> dict[str, Any]:
    """Return ``values`` under the names that expressions use; the same dictionary where it has them already."""
    if not values:
        return {}
    names = _names(tuple(values))
    return values if names is None else dict(zip(names, values.values(), strict=True))


@lru_cache(maxsize=4096)
def _names(keys: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the names of ``keys``, None where they are the same: the calls of one kind mostly have the same keys."""
    names = tuple(snake_case(key) or key for key in keys)
    return None if names == keys else names


def _context_traits(context: Context | None, zone_trait: str) -> dict[str, Any]:
    if context is None or (context.traits is None and context.timezone is None):
        return {}
    traits = named(context.traits)
    return {zone_trait: context.timezone} | traits if context.timezone else traits


def _email(call: Call) -> str:
    stated = (call.traits or {}).get("email") or (call.context and (call.context.traits or {}).get("email"))
    return stated if isinstance(stated, str) and "@" in stated else ""


def _text(value: str | int | None) -> str:
    return value if type(value) is str else "" if value is None else str(value)


def _instant_or_none(value: object) -> Instant | None:
    """Return the instant of ``sentAt``; it only corrects clocks, so one that cannot be read is worth no event."""
    try:
        return parse_instant(value) if isinstance(value, str) else None
    except SegueError:
        return None


def _misunderstood(error: Exception) -> EventError:
    """Return the coded form of a decoding error; msgspec's messages name types and places, never values."""
    if not isinstance(error, ValidationError):
        return EventError("bad_json", "The body is not valid JSON, or nested too deep.")
    message = str(error)
    code = "bad_timestamp" if "timestamp`" in message.lower() else "bad_shape"
    return EventError(code, f"{message}.")
