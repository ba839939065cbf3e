"""Journeys by request: a program asks for a customer to enter a journey whose entry is of kind ``api``.

The request is an event like any other: it goes through the writer, and the answer is given when it is durable. What the
journey makes of it is the journey's affair: its condition, re-entry, rate and pause hold here too.
"""

from secrets import token_hex
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from msgspec.json import Decoder
from starlette.requests import Request
from starlette.responses import Response

from segue.model.errors import EventError
from segue.model.events import Enroll, Incoming
from segue.model.identities import Identifier
from segue.model.ids import CustomerId, EventId, derive
from segue.model.journeys import Journey
from segue.model.time import Clock
from segue.model.triggers import ApiTrigger
from segue.runtimes.embedded import Embedded
from segue.server.access import Access
from segue.server.bodies import read_json
from segue.server.naming import Identifiers, identifiers_of
from segue.server.problems import Problem
from segue.sources.segment.translate import named

BODY_BYTES_MAX = 32 * 1024


class EnterRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    """Who shall enter, and with what.

    Attributes:
        user_id, anonymous_id: who it is, as in a Segment call; at least one of them, or ``customer``.
        customer: further identifiers, by kind, as in ``/v1/decide``.
        message_id: the same id is the same request, once; without one every request counts.
        facts: what conditions and templates read as ``run.NAME``; names become lower snake case.
    """

    user_id: Annotated[str, Meta(max_length=512)] = ""
    anonymous_id: Annotated[str, Meta(max_length=512)] = ""
    customer: Identifiers = {}
    message_id: Annotated[str, Meta(max_length=256)] = ""
    facts: dict[str, Any] = {}


class EnterAnswer(Struct, frozen=True, kw_only=True):
    """The request is durable; ``duplicate``: it was before."""

    success: bool
    customer_id: CustomerId
    duplicate: bool


_decoder = Decoder(EnterRequest)


class Journeys:
    """Takes requests to enter."""

    def __init__(self, runtime: Embedded, access: Access, clock: Clock) -> None:
        self._runtime = runtime
        self._access = access
        self._clock = clock

    async def enter(self, request: Request) -> Response:
        """``POST /v1/journeys/{journey}/enter``."""
        self._access.require(request, "ingest")
        journey = self._open_journey(request.path_params["journey"])
        asked = await read_json(request, _decoder, BODY_BYTES_MAX)
        incoming = self._as_incoming(journey.journey, asked)
        (receipt,) = await self._runtime.submit([incoming])
        if receipt.status == "dead":
            raise EventError(receipt.reason, f"The request was not taken: {receipt.reason}.", "Correct it.")
        customer_id = receipt.customer_id or self._customer_of(incoming.identifiers)
        answer = EnterAnswer(success=True, customer_id=customer_id, duplicate=receipt.status == "duplicate")
        return Response(msgspec.json.encode(answer), media_type="application/json")

    def _open_journey(self, name: str) -> Journey:
        """Return the journey that can be entered by request.

        Raises:
            Problem: 404 there is none of that name; 409 it is entered in another way, or takes nobody in any more.
        """
        workspace = self._runtime.world.workspace
        journey = next((each for each in workspace.journeys if each.journey == name), None)
        if journey is None:
            raise Problem(404, "unknown_journey", "The workspace has no journey of this name.")
        entry = journey.entry
        trigger = entry.on if entry.on is not None else workspace.triggers.get(entry.trigger or "")
        if not isinstance(trigger, ApiTrigger):
            told = "This journey is not entered by request; write `entry: {on: {kind: api}}`, or send what triggers it."
            raise Problem(409, "not_by_request", told)
        if journey.status in ("draining", "stopped"):
            told = f"This journey is {journey.status}: nobody gets in; its `status` has to be live."
            raise Problem(409, "journey_closed", told)
        return journey

    def _as_incoming(self, journey: str, asked: EnterRequest) -> Incoming:
        top = {"user_id": asked.user_id, "anonymous_id": asked.anonymous_id}
        identifiers = identifiers_of(asked.customer | {kind: value for kind, value in top.items() if value})
        told_as = derive("enter", journey, asked.message_id) if asked.message_id else f"enter-{token_hex(12)}"
        event_id, at = EventId(told_as), self._clock()
        event = Enroll(event_id=event_id, customer_id=CustomerId(""), at=at, journey=journey, facts=named(asked.facts))
        return Incoming(identifiers=identifiers, event=event, event_id=event_id, at=at, source="api")

    def _customer_of(self, identifiers: tuple[Identifier, ...]) -> CustomerId:
        """Return whose request it was, the first time; "" where that is not remembered."""
        found = (self._runtime.find(identifier) for identifier in identifiers)
        return next((customer_id for customer_id in found if customer_id is not None), CustomerId(""))
