"""Receipts: what became of a delivery, told by whoever knows: a provider's adapter, a mail server's log, a web page.

A message is named by its delivery, what a placement showed by its decision. A receipt counts once: its id is what the
sender calls it, or is derived from delivery, status and time. Receipts about what nobody knows are listed as such; they
are no reason to refuse the others.
"""

import asyncio
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct
from msgspec.json import Decoder
from starlette.requests import Request
from starlette.responses import Response

from segue.model.deliveries import DeliveryStatus
from segue.model.events import DeliveryReported
from segue.model.ids import CustomerId, DecisionId, DeliveryId, EventId, derive
from segue.model.time import Clock, Instant, from_datetime
from segue.runtimes.embedded import Embedded
from segue.server.access import Access
from segue.server.bodies import read_json
from segue.server.decide import carried_out

BODY_BYTES_MAX = 500 * 1024
RECEIPTS_MAX = 2500


class ReceiptTold(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One receipt.

    Attributes:
        delivery_id: the send key of a message.
        decision_id: instead of it, for what a placement showed: from the answer to ``/v1/decide``.
        at: when it happened; the time of arrival where it is not said, or lies in the future.
        receipt_id: unique per fact; lets a repetition count once.
        detail: a short cause, such as an SMTP status code; never an address.
    """

    delivery_id: Annotated[str, Meta(max_length=128)] = ""
    decision_id: Annotated[str, Meta(max_length=128)] = ""
    status: Literal["delivered", "bounced", "complained", "opened", "clicked"]
    at: Annotated[datetime, Meta(tz=True)] | None = None
    receipt_id: Annotated[str, Meta(max_length=256)] = ""
    detail: Annotated[str, Meta(max_length=200)] = ""


class ReceiptsRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Receipts, in any order."""

    receipts: Annotated[tuple[ReceiptTold, ...], Meta(max_length=RECEIPTS_MAX)]


class ReceiptsAnswer(Struct, frozen=True, kw_only=True):
    """How many were taken, and the places in the list of those about unknown deliveries."""

    taken: int
    unknown: tuple[int, ...]


_decoder = Decoder(ReceiptsRequest)


class Receipts:
    """Takes receipts."""

    def __init__(self, runtime: Embedded, access: Access, clock: Clock) -> None:
        self._runtime = runtime
        self._access = access
        self._clock = clock
        self._turn = asyncio.Lock()  # the runtime refuses no receipts; so they queue here, one request at a time

    async def receive(self, request: Request) -> Response:
        """``POST /v1/receipts``."""
        self._access.require(request, "receipts")
        told = await read_json(request, _decoder, BODY_BYTES_MAX)
        now = self._clock()
        known: dict[str, list[DeliveryReported]] = {}
        unknown: list[int] = []
        async with self._turn:
            for index, receipt in enumerate(told.receipts):
                channel, event = await self._as_event(receipt, now)
                if event is None:
                    unknown.append(index)
                else:
                    known.setdefault(channel, []).append(event)
            for channel, events in known.items():
                await self._runtime.report(events, channel=channel)
        answer = ReceiptsAnswer(taken=len(told.receipts) - len(unknown), unknown=tuple(unknown))
        return Response(msgspec.json.encode(answer), media_type="application/json")

    async def _as_event(self, receipt: ReceiptTold, now: Instant) -> tuple[str, DeliveryReported | None]:
        """Return the channel and the receipt as a fact about a customer; None when nobody knows what it is about."""
        row = await self._runtime.delivery(DeliveryId(receipt.delivery_id)) if receipt.delivery_id else None
        if row is not None:
            return row.channel, as_event(receipt, row.customer_id, row.delivery_id, row.attempt, now)
        decision = await self._runtime.decision(DecisionId(receipt.decision_id)) if receipt.decision_id else None
        shown = carried_out(decision) if decision is not None else None
        if decision is None or shown is None:
            return "", None
        return shown.channel, as_event(receipt, decision.customer_id, decision.delivery_id, 1, now)


def as_event(
    receipt: ReceiptTold, customer_id: CustomerId, delivery_id: DeliveryId, attempt: int, now: Instant
) -> DeliveryReported:
    """Return a receipt as a fact; what claims to come from the future happened now."""
    at = now if receipt.at is None else min(from_datetime(receipt.at), now)
    return DeliveryReported(
        event_id=receipt_id(receipt, delivery_id),
        customer_id=customer_id,
        at=Instant(at),
        delivery_id=delivery_id,
        status=DeliveryStatus(receipt.status),
        attempt=attempt,
        detail=receipt.detail,
    )


def receipt_id(receipt: ReceiptTold, delivery_id: DeliveryId) -> EventId:
    """Return the id under which a receipt counts once. Without a time of its own it counts once per status."""
    if receipt.receipt_id:
        return EventId(derive("receipt", receipt.receipt_id))
    when = "" if receipt.at is None else from_datetime(receipt.at)
    return EventId(derive("receipt", delivery_id, receipt.status, when))
