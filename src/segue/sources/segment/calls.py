"""Segment calls as they come over the wire: typed, lenient about what we ignore, strict about what we use.

Limits are the ones that Segment documents for its HTTP API: 32 KB a call, 500 KB and 2,500 calls a batch.
"""

from typing import Annotated, Any, TypeAlias

from msgspec import Meta, Raw, Struct
from msgspec.json import Decoder

CALL_BYTES_MAX = 32 * 1024
BATCH_BYTES_MAX = 500 * 1024
BATCH_CALLS_MAX = 2500

CALL_TYPES = ("track", "identify", "page", "screen", "group", "alias")

Text: TypeAlias = Annotated[str, Meta(max_length=512)]
Id: TypeAlias = Text | int | None
"""An id as clients send it: text, a number (some server libraries pass their database's), or null."""


class Context(Struct, frozen=True, kw_only=True, rename="camel"):
    """What Segue reads of a call's context; the rest (library, IP address, user agent, ...) is not even decoded."""

    traits: dict[str, Any] | None = None
    timezone: Text | None = None


class Call(Struct, frozen=True, kw_only=True, rename="camel"):
    """One call of the Segment specification. Unknown fields are ignored, null means absent."""

    type: str | None = None
    message_id: Annotated[str, Meta(max_length=256)] | None = None
    user_id: Id = None
    anonymous_id: Id = None
    previous_id: Id = None
    group_id: Id = None
    event: Text | None = None
    name: Text | None = None
    category: Text | None = None
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: Context | None = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    sent_at: Any = None


class Batch(Struct, frozen=True, kw_only=True, rename="camel"):
    """A batch whose calls are still bytes, so that one that cannot be understood does not spoil the others."""

    batch: list[Raw]
    sent_at: Any = None
    write_key: Any = None


class BatchShape(Struct, frozen=True, kw_only=True, rename="camel"):
    """A batch as it is described to others; `Batch` is how it is read."""

    batch: list[Call]
    sent_at: Any = None
    write_key: Any = None


class WriteKey(Struct, frozen=True, kw_only=True, rename="camel"):
    """The one thing that is read of a call before it is known who sent it."""

    write_key: Any = None


decode_call = Decoder(Call).decode
decode_key = Decoder(WriteKey).decode
decode_batch = Decoder(Batch).decode
