"""Bodies: read one whole, never more than the limit, and never trust what its headers say about it.

Clients in use send gzip under ``application/x-www-form-urlencoded`` and JSON under ``text/plain``; so the content type
is ignored and gzip is recognised by its first two bytes.
"""

import zlib
from typing import TypeVar

import msgspec
from msgspec.json import Decoder
from starlette.requests import ClientDisconnect, Request

from segue.server.problems import Problem

T = TypeVar("T")

_GZIP_MAGIC = b"\x1f\x8b"
_DRAINED_PER_LIMIT = 8  # so much of an oversized body is read away, so that the client gets to see the answer


async def read_body(request: Request, limit: int) -> bytes:
    """Return the request's body, unpacked.

    Args:
        limit: bytes it may have at most, before and after unpacking.

    Raises:
        Problem: 400 ``body_too_large`` or ``bad_gzip``.
    """
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size <= limit:
                chunks.append(chunk)
            elif size > limit * _DRAINED_PER_LIMIT:
                break
    except ClientDisconnect:
        raise Problem(400, "disconnected", "The connection ended within the body.") from None
    if size > limit:
        raise _too_large(limit)
    body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
    return gunzip(body, limit) if body.startswith(_GZIP_MAGIC) else body


def gunzip(packed: bytes, limit: int) -> bytes:
    """Unpack gzip without ever holding more than ``limit`` bytes of the result.

    Raises:
        Problem: 400 ``body_too_large`` or ``bad_gzip``.
    """
    unpacker = zlib.decompressobj(wbits=31)
    try:
        body = unpacker.decompress(packed, limit + 1)
    except zlib.error:
        raise Problem(400, "bad_gzip", "The body is not valid gzip.") from None
    if len(body) > limit:
        raise _too_large(limit)
    if not unpacker.eof:
        raise Problem(400, "bad_gzip", "The gzip body is cut off.")
    return body


async def read_json(request: Request, decoder: "Decoder[T]", limit: int) -> T:
    """Return the request's body, decoded.

    Raises:
        Problem: 400 ``bad_json``, ``bad_shape``, ``body_too_large`` or ``bad_gzip``.
    """
    body = await read_body(request, limit)
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Problem(400, "bad_shape", f"{error}.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Problem(400, "bad_json", "The body is not valid JSON, or nested too deep.") from None


def _too_large(limit: int) -> Problem:
    return Problem(400, "body_too_large", f"The body is larger than {limit} bytes.")
