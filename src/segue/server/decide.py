"""Decide: what should this placement show this customer now? An action with its content, or silence.

The decision is logged before the answer is given. Its text comes from the placement's channel, rendered here from the
variant's content; what cannot be rendered is told as ``content: null`` with its reason, and the page shows its own.

A page does not wait: where the decision is not there in time, or cannot be made, the answer is what the placement shows
by default, with the reason. A decision that comes later stays in the log, marked as withdrawn: it was not shown.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from msgspec.json import Decoder
from starlette.requests import Request
from starlette.responses import Response

from segue.model.catalogue import Variant
from segue.model.decisions import SILENCE, Considered, Decision
from segue.model.deliveries import DeliveryStatus
from segue.model.errors import EventError, StoreError
from segue.model.events import DecisionRequested, DeliveryReported, Incoming
from segue.model.ids import CustomerId, DecisionId, DeliveryId, EventId, derive
from segue.model.time import SECOND, Clock, Duration, Instant
from segue.model.workspace import Workspace
from segue.ports.channel import AnyChannel, PlacementChannel
from segue.runtimes.embedded import Embedded
from segue.server.access import Access
from segue.server.bodies import read_json
from segue.server.naming import Identifiers, identifiers_of
from segue.server.problems import Problem

BODY_BYTES_MAX = 64 * 1024


class DecideRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A placement's question.

    Attributes:
        customer: one or more identifiers: ``{"user_id": "u1"}``.
        context: what the page knows (the product shown, the basket's value); conditions read it as ``event.NAME``.
        n: how many places there are to fill.
    """

    customer: Identifiers
    placement: str
    context: dict[str, Any] = {}
    n: Annotated[int, Meta(ge=1, le=20)] = 1


class ChosenAction(Struct, frozen=True, kw_only=True):
    """One place filled. Report what became of it to ``/v1/receipts`` with ``delivery_id``.

    Attributes:
        content: the variant's content, rendered; null where that failed, with the reason in ``detail``.
        probability: with which the policy chose it.
    """

    decision_id: DecisionId
    delivery_id: DeliveryId
    action: str
    channel: str
    content: dict[str, Any] | None
    probability: float
    detail: str = ""


class LosingCandidate(Struct, frozen=True, kw_only=True):
    """A candidate that was not chosen, with its first failing reason."""

    action: str
    channel: str
    reason: str
    detail: str = ""


class DecideAnswer(Struct, frozen=True, kw_only=True):
    """What to show.

    Attributes:
        decision_id: of the first decision; null when there was nothing to decide about.
        actions: empty for silence.
        silence: nothing is to be shown; on purpose, or because nothing was left.
        fallback: why there is no decision, "" where there is one: ``timeout``, ``engine_error``.
        default: then, what the placement shows by default (``placements.NAME.default``); null for nothing.
        reasons: why the others were not chosen.
    """

    customer_id: CustomerId | None
    placement: str
    decision_id: DecisionId | None
    silence: bool
    actions: tuple[ChosenAction, ...]
    reasons: tuple[LosingCandidate, ...]
    fallback: str = ""
    default: dict[str, Any] | None = None


_decoder = Decoder(DecideRequest)
_encode = msgspec.json.Encoder().encode


TIMEOUT, FAILED = "timeout", "engine_error"
WITHIN = Duration(250_000)
log = logging.getLogger(__name__)


class Decide:
    """Answers placements.

    Args:
        within: how long a placement waits for its decision.
    """

    def __init__(
        self,
        runtime: Embedded,
        access: Access,
        channels: Mapping[str, AnyChannel],
        clock: Clock,
        *,
        within: Duration = WITHIN,
    ) -> None:
        self._runtime = runtime
        self._seconds = within / SECOND
        self._late: set[asyncio.Task[None]] = set()
        self._access = access
        # Asked once: whether an object has a Protocol's methods takes longer than a decision's arithmetic.
        self._channels = {name: channel for name, channel in channels.items() if isinstance(channel, PlacementChannel)}
        self._clock = clock
        self._workspace = runtime.world.workspace
        self._placements = placements_of(self._workspace)

    async def decide(self, request: Request) -> Response:
        """``POST /v1/decide``."""
        self._access.require(request, "decide")
        asked = await read_json(request, _decoder, BODY_BYTES_MAX)
        if not self._knows(asked.placement):
            raise Problem(404, "unknown_placement", "No action of the workspace has a variant for this placement.")
        incoming = self._as_incoming(asked)
        making = asyncio.ensure_future(self._runtime.decide(incoming))
        try:
            decided = await asyncio.wait_for(asyncio.shield(making), self._seconds)
        except TimeoutError:
            late = asyncio.create_task(self._withdraw(making), name="segue-late-decision")
            self._late.add(late)
            late.add_done_callback(self._late.discard)
            return self._fall_back(asked.placement, TIMEOUT)
        except EventError as error:
            if error.code != FAILED:
                raise
            return self._fall_back(asked.placement, FAILED)
        return self._answer(asked, incoming, decided)

    def _answer(self, asked: DecideRequest, incoming: Incoming, decided: Sequence[Decision]) -> Response:
        decisions = tuple(decision for decision in decided if placement_of(decision) == asked.placement)
        customer_id = decisions[0].customer_id if decisions else self._customer_of(incoming)
        customer = self._runtime.customer(customer_id)
        traits = customer.profile.traits if customer is not None else {}
        data = {"customer": traits, "event": asked.context, "context": asked.context}
        actions = tuple(
            self._chosen(decision, winner, data)
            for decision in decisions
            if (winner := carried_out(decision)) is not None
        )
        return Response(
            _encode(
                DecideAnswer(
                    customer_id=customer_id,
                    placement=asked.placement,
                    decision_id=decisions[0].decision_id if decisions else None,
                    silence=not actions,
                    actions=actions,
                    reasons=tuple(loser for decision in decisions[-1:] for loser in losers(decision)),
                )
            ),
            media_type="application/json",
        )

    def _fall_back(self, placement: str, reason: str) -> Response:
        """Return what the placement shows by default, else silence."""
        self._runtime.fallbacks["placement", reason] += 1  # no decision says so
        default = self._runtime.world.workspace.placements.get(placement, {}).get("default")
        answer = DecideAnswer(
            customer_id=None,
            placement=placement,
            decision_id=None,
            silence=default is None,
            actions=(),
            reasons=(),
            fallback=reason,
            default=default,
        )
        return Response(_encode(answer), media_type="application/json")

    async def _withdraw(self, making: "asyncio.Future[tuple[Decision, ...]]") -> None:
        """Wait for a decision that nobody waits for any more, and say in the log that it was not shown."""
        try:
            decided = await making
            for decision in decided:
                if (winner := carried_out(decision)) is not None:
                    await self._runtime.report([_not_shown(decision, self._clock())], channel=winner.channel)
        except (EventError, StoreError) as error:
            log.warning("A decision that came too late could not be marked as not shown: %s", error)

    def _knows(self, placement: str) -> bool:
        workspace = self._runtime.world.workspace
        if workspace is not self._workspace:  # another one was published
            self._workspace, self._placements = workspace, placements_of(workspace)
        return placement in self._placements

    def _as_incoming(self, asked: DecideRequest) -> Incoming:
        event_id, at = EventId(f"decide-{token_hex(12)}"), self._clock()
        event = DecisionRequested(
            event_id=event_id,
            customer_id=CustomerId(""),
            at=at,
            placement=asked.placement,
            context=asked.context,
            count=asked.n,
        )
        identifiers = identifiers_of(asked.customer)
        return Incoming(identifiers=identifiers, event=event, event_id=event_id, at=at, source="decide")

    def _customer_of(self, incoming: Incoming) -> CustomerId:
        """Return whose request it was, when there was nothing to decide about."""
        found = (self._runtime.find(identifier) for identifier in incoming.identifiers)
        return next(customer_id for customer_id in found if customer_id is not None)

    def _chosen(self, decision: Decision, winner: Considered, data: Mapping[str, Any]) -> ChosenAction:
        plan = self._runtime.world.variants.get((winner.action, winner.channel))
        # It may have been published away since the decision: then the caller shows its fallback.
        content, detail = self._render(plan.variant, data) if plan is not None else (None, "gone")
        return ChosenAction(
            decision_id=decision.decision_id,
            delivery_id=decision.delivery_id,
            action=winner.action,
            channel=winner.channel,
            content=content,
            probability=decision.probability,
            detail=detail,
        )

    def _render(self, variant: Variant, data: Mapping[str, Any]) -> tuple[dict[str, Any] | None, str]:
        channel = self._channels.get(variant.channel)
        if channel is None:
            return dict(variant.content), ""
        shown = channel.present(variant.content, data)
        return (None, shown.detail) if shown.detail else (shown.content, "")


def placements_of(workspace: Workspace) -> frozenset[str]:
    """Return the placements that may be asked for: those declared, and those that some action can fill."""
    named = {variant.placement for action in workspace.actions for variant in action.variants if variant.placement}
    return frozenset(named | set(workspace.placements))


def placement_of(decision: Decision) -> str:
    """Return the placement that a decision is about, "" for another slot; ``#2`` and so on are its further places."""
    kind, _, name = decision.slot.partition("#")[0].partition(":")
    return name if kind == "placement" else ""


def carried_out(decision: Decision) -> Considered | None:
    """Return the candidate to show; None for silence, and for a held-out customer's ghost."""
    if decision.chosen == SILENCE or decision.is_ghost:
        return None
    return next(candidate for candidate in decision.considered if candidate.key == decision.chosen)


def _not_shown(decision: Decision, now: Instant) -> DeliveryReported:
    return DeliveryReported(
        event_id=EventId(derive("not shown", decision.decision_id)),
        customer_id=decision.customer_id,
        at=now,
        delivery_id=decision.delivery_id,
        status=DeliveryStatus.WITHDRAWN,
        detail=TIMEOUT,
    )


def losers(decision: Decision) -> tuple[LosingCandidate, ...]:
    """Return what was not chosen, and why; without silence itself."""
    return tuple(
        LosingCandidate(action=c.action, channel=c.channel, reason=c.suppressed, detail=c.detail)
        for c in decision.considered
        if c.suppressed is not None and c.key != SILENCE
    )
