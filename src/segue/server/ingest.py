"""Ingest: the Segment-compatible routes.

The answer is exactly 200 ``{"success": true}``, and it is given when everything accepted is durable: official clients
take any other status, 202 and 204 too, for a failure and send again.

A single call that makes no sense is answered with 400. In a batch it is set aside as a dead letter with its reason and
listed under ``rejected``, and the rest is taken: clients do not repair and resend, so a 400 would lose the good ones.
"""

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from segue.model.ids import EventId, derive
from segue.model.time import Clock, Instant
from segue.ports.store import DeadLetter
from segue.runtimes.embedded import Embedded
from segue.server.access import Access
from segue.server.bodies import read_body
from segue.server.problems import Problem
from segue.sources.segment.calls import BATCH_BYTES_MAX, BATCH_CALLS_MAX, CALL_BYTES_MAX
from segue.sources.segment.translate import NAME, Rejected, open_batch, translate_batch, translate_call, write_key

SHORT_FORMS = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias", "b": "batch"}
"""The browser client's: ``/v1/t`` is ``/v1/track``."""

_DONE = b'{"success":true}'


class RejectedCall(Struct, frozen=True, kw_only=True):
    """A call of a batch that was set aside."""

    index: int
    code: str
    message: str


class Accepted(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to calls that are durable."""

    success: bool
    rejected: tuple[RejectedCall, ...] = ()


class Ingest:
    """Takes calls over HTTP and hands what they mean to the runtime."""

    def __init__(self, runtime: Embedded, access: Access, clock: Clock, zone_trait: str) -> None:
        self._runtime = runtime
        self._access = access
        self._clock = clock
        self._zone_trait = zone_trait

    async def batch(self, request: Request) -> Response:
        """``POST /v1/batch``."""
        body = await read_body(request, BATCH_BYTES_MAX)
        received = self._clock()
        batch = open_batch(body)
        self._access.require(request, "ingest", key_in_body=batch.write_key)
        if len(batch.batch) > BATCH_CALLS_MAX:
            raise Problem(400, "batch_too_long", f"The batch has more than {BATCH_CALLS_MAX} events.")
        accepted, rejected = translate_batch(batch, received, self._zone_trait)
        if accepted:
            await self._runtime.submit(accepted)
        if rejected:
            await self._runtime.set_aside([_dead_letter(call, received) for call in rejected])
            listed = tuple(RejectedCall(index=r.index, code=r.code, message=r.reason) for r in rejected)
            return _json(msgspec.json.encode(Accepted(success=True, rejected=listed)))
        return _json(_DONE)

    async def call(self, request: Request) -> Response:
        """``POST /v1/track`` and its siblings; the last part of the path says which one."""
        body = await read_body(request, CALL_BYTES_MAX)
        received = self._clock()
        self._access.require(request, "ingest", key_in_body=write_key(body))
        name = request.url.path.rpartition("/")[2]
        kind = SHORT_FORMS.get(name, name)
        incoming = translate_call(body, received, kind=kind, zone_trait=self._zone_trait)
        await self._runtime.submit([incoming])
        return _json(_DONE)

    async def settings(self, request: Request) -> Response:
        """``GET /v1/projects/{key}/settings``: what the browser client loads first; sends it back to this server."""
        key = request.path_params["write_key"]
        self._access.require(request, "ingest", key_in_body=key)
        host = f"{request.url.netloc}/v1"
        segment = {"apiKey": key, "apiHost": host, "protocol": request.url.scheme, "bundlingStatus": "bundled"}
        plan = {"track": {"__default": {"enabled": True, "integrations": {}}}}
        return _json(msgspec.json.encode({"integrations": {"Segment.io": segment}, "plan": plan}))


def _dead_letter(call: Rejected, received: Instant) -> DeadLetter:
    event_id = EventId(derive("dead_letter", NAME, received, call.index, call.raw.decode(errors="replace")))
    return DeadLetter(
        event_id=event_id,
        at=received,
        code=call.code,
        source=NAME,
        detail=call.reason,
        body=msgspec.msgpack.encode(call.raw),
    )


def _json(body: bytes) -> Response:
    return Response(body, media_type="application/json")
