"""Receipts: what became of a delivery, told by whoever knows: a provider, a mail server's log, a web page.

A message is named by its delivery, what a placement showed by its decision. A receipt counts once: its id is what the
sender calls it, or is derived from delivery, status and time. Receipts about what nobody knows are listed as such; they
are no reason to refuse the others.
"""

import asyncio
from collections.abc import Mapping, Sequence
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
from segue.ports.channel import AnyChannel, ReadsReceipts
from segue.ports.channel import Receipt as ProviderReceipt
from segue.runtimes.embedded import Embedded
from segue.server.access import Access
from segue.server.bodies import read_body, read_json
from segue.server.decide import carried_out
from segue.server.problems import Problem

BODY_BYTES_MAX = 500 * 1024
RECEIPTS_MAX = 2500


class Receipt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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

    receipts: Annotated[tuple[Receipt, ...], Meta(max_length=RECEIPTS_MAX)]


class ReceiptsAnswer(Struct, frozen=True, kw_only=True):
    """How many were taken, and the places in the list of those about unknown deliveries."""

    taken: int
    unknown: tuple[int, ...]


class _Claim(Struct, frozen=True):
    """A receipt, whoever told it; ``event_id`` is what makes a repetition the same fact, "" to derive it."""

    delivery_id: str
    decision_id: str
    status: str
    at: Instant | None
    event_id: str
    detail: str
    provider_id: str = ""


_decoder = Decoder(ReceiptsRequest)


class Receipts:
    """Takes receipts."""

    def __init__(self, runtime: Embedded, access: Access, channels: Mapping[str, AnyChannel], clock: Clock) -> None:
        self._runtime = runtime
        self._access = access
        self._readers = {name: channel for name, channel in channels.items() if isinstance(channel, ReadsReceipts)}
        self._clock = clock
        self._turn = asyncio.Lock()  # the runtime refuses no receipts; so they queue here, one request at a time

    async def receive(self, request: Request) -> Response:
        """``POST /v1/receipts``: in our own form, with a key."""
        self._access.require(request, "receipts")
        told = await read_json(request, _decoder, BODY_BYTES_MAX)
        return await self._take([_claim(receipt) for receipt in told.receipts])

    async def receive_for_channel(self, request: Request) -> Response:
        """``POST /v1/channels/{channel}/receipts``: in the provider's form, with its signature as the authority."""
        name = request.path_params["channel"]
        channel = self._readers.get(name)
        if channel is None:
            raise Problem(404, "unknown_channel", "No channel of that name reads receipts.")
        body = await read_body(request, BODY_BYTES_MAX)
        receipts = channel.read_receipts(request.headers, body, now=self._clock())
        return await self._take([_provider_claim(receipt) for receipt in receipts], only=name)

    async def _take(self, claims: Sequence[_Claim], *, only: str = "") -> Response:
        """Report what is known of ``claims``; ``only``: a provider speaks for the deliveries of its own channel."""
        now = self._clock()
        known: dict[str, list[DeliveryReported]] = {}
        unknown: list[int] = []
        async with self._turn:
            for index, claim in enumerate(claims):
                channel, event = await self._as_event(claim, now)
                if event is None or (only and channel != only):
                    unknown.append(index)
                else:
                    known.setdefault(channel, []).append(event)
            for channel, events in known.items():
                await self._runtime.report(events, channel=channel)
        answer = ReceiptsAnswer(taken=len(claims) - len(unknown), unknown=tuple(unknown))
        return Response(msgspec.json.encode(answer), media_type="application/json")

    async def _as_event(self, claim: _Claim, now: Instant) -> tuple[str, DeliveryReported | None]:
        """Return the channel and the claim as a fact about a customer; None when nobody knows what it is about."""
        row = await self._runtime.delivery(DeliveryId(claim.delivery_id)) if claim.delivery_id else None
        if row is not None:
            return row.channel, _fact(claim, row.customer_id, row.delivery_id, row.attempt, now)
        decision = await self._runtime.decision(DecisionId(claim.decision_id)) if claim.decision_id else None
        shown = carried_out(decision) if decision is not None else None
        if decision is None or shown is None:
            return "", None
        return shown.channel, _fact(claim, decision.customer_id, decision.delivery_id, 1, now)


def _claim(receipt: Receipt) -> _Claim:
    at = None if receipt.at is None else from_datetime(receipt.at)
    event_id = derive("receipt", receipt.receipt_id) if receipt.receipt_id else ""
    return _Claim(receipt.delivery_id, receipt.decision_id, receipt.status, at, event_id, receipt.detail)


def _provider_claim(receipt: ProviderReceipt) -> _Claim:
    event_id = derive("receipt", receipt.receipt_id)
    return _Claim(receipt.delivery_id, "", receipt.status, receipt.at, event_id, receipt.detail, receipt.provider_id)


def _fact(
    claim: _Claim, customer_id: CustomerId, delivery_id: DeliveryId, attempt: int, now: Instant
) -> DeliveryReported:
    """Return a claim as a fact: what claims to come from the future happened now; without a time and an id of its own
    it counts once per status.
    """
    when = "" if claim.at is None else claim.at
    return DeliveryReported(
        event_id=EventId(claim.event_id or derive("receipt", delivery_id, claim.status, when)),
        customer_id=customer_id,
        at=now if claim.at is None else min(claim.at, now),
        delivery_id=delivery_id,
        status=DeliveryStatus(claim.status),
        attempt=attempt,
        detail=claim.detail,
        provider_id=claim.provider_id,
    )
