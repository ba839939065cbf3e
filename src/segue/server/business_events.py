"""Business events: something happened that concerns many customers, and becomes an event of each of them.

The answer is 202 once the job is durable; the customers get their events behind it (`runtimes.embedded.broadcast`). It
takes the scope ``manage``: a key for events may lie in a web page, and this one reaches everybody.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from msgspec.json import Decoder
from starlette.requests import Request
from starlette.responses import Response

from segue.model.errors import EventError
from segue.model.events import Tracked
from segue.model.ids import CustomerId, EventId
from segue.model.time import Instant, format_instant
from segue.runtimes.embedded import Embedded
from segue.runtimes.embedded.broadcast import Broadcast
from segue.runtimes.nesting import require_shallow
from segue.server.access import Access
from segue.server.bodies import read_json
from segue.server.problems import Problem
from segue.sources.segment.translate import named, snake_case

BODY_BYTES_MAX = 32 * 1024


class BusinessEvent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """What happened, and to whom it is told.

    Attributes:
        message_id: names it; the same id is the same business event, once.
        event: the name of the customers' event; names become lower snake case, as in a Segment call.
        audience: a computed audience (one with ``when``); everybody without.
    """

    message_id: Annotated[str, Meta(min_length=1, max_length=128, pattern=r"^[^\s/]+$")]
    event: Annotated[str, Meta(min_length=1, max_length=128)]
    properties: dict[str, Any] = {}
    audience: str = ""


class BusinessEventProgress(Struct, frozen=True, kw_only=True, rename="camel"):
    """How far it has come.

    Attributes:
        status: ``running``, ``done``, or ``failed`` for the reason ``detail``.
        customers: how many there are to consider; ``considered``: how many were; ``reached``: how many got the event.
    """

    message_id: str
    event: str
    audience: str
    status: str
    accepted_at: str
    ended_at: str | None
    customers: int
    considered: int
    reached: int
    detail: str


_decoder = Decoder(BusinessEvent)


class BusinessEvents:
    """Takes business events, and tells how far they have come."""

    def __init__(self, runtime: Embedded, access: Access) -> None:
        self._runtime = runtime
        self._access = access

    async def accept(self, request: Request) -> Response:
        """``POST /v1/business-events``."""
        self._access.require(request, "manage")
        asked = await read_json(request, _decoder, BODY_BYTES_MAX)
        self._require_audience(asked.audience)
        require_shallow(_example(asked))
        broadcast = Broadcast(
            message_id=asked.message_id,
            event=snake_case(asked.event),
            properties=named(asked.properties),
            audience=asked.audience,
        )
        if not broadcast.event:
            raise Problem(400, "missing_event_name", "The name of the event has neither letters nor digits.")
        try:
            accepted = await self._runtime.broadcasts.accept(broadcast)
        except EventError as error:
            raise Problem(409, error.code, str(error)) from None
        return _json(accepted, 202)

    async def show(self, request: Request) -> Response:
        """``GET /v1/business-events/{message_id}``."""
        self._access.require(request, "read")
        broadcast = self._runtime.broadcasts.find(request.path_params["message_id"])
        if broadcast is None:
            raise Problem(404, "unknown_business_event", "There is no such business event, or it ended long ago.")
        return _json(broadcast, 200)

    def _require_audience(self, name: str) -> None:
        if not name:
            return
        audiences = self._runtime.world.workspace.audiences
        audience = next((each for each in audiences if each.audience == name), None)
        if audience is None:
            raise Problem(404, "unknown_audience", "The workspace has no audience of this name.")
        if audience.when is None:
            told = "This audience is not computed: only its channel knows who is in it. Give it a `when`."
            raise Problem(409, "audience_without_condition", told)


def _example(asked: BusinessEvent) -> Tracked:
    """Return the event that each customer will get."""
    return Tracked(
        event_id=EventId(asked.message_id),
        customer_id=CustomerId(""),
        at=Instant(0),
        name=asked.event,
        properties=asked.properties,
    )


def _json(broadcast: Broadcast, status: int) -> Response:
    progress = BusinessEventProgress(
        message_id=broadcast.message_id,
        event=broadcast.event,
        audience=broadcast.audience,
        status=broadcast.status,
        accepted_at=format_instant(broadcast.at),
        ended_at=format_instant(broadcast.ended_at) if broadcast.ended_at else None,
        customers=broadcast.customers,
        considered=broadcast.considered,
        reached=broadcast.reached,
        detail=broadcast.detail,
    )
    return Response(msgspec.json.encode(progress), status, media_type="application/json")
