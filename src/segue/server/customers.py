"""Customers and decisions, for people and tools that have to understand what happened."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response

from segue.core.arbitration.rules.frequency import CapPlan, count_uses
from segue.core.expressions.states import feature_type
from segue.core.profiles import zone_of
from segue.core.world import World
from segue.model.customers import Customer
from segue.model.ids import CustomerId, DecisionId, RunId
from segue.model.time import HOUR, NEVER, SECOND, Clock, Instant, format_instant
from segue.ports.store import Entry
from segue.runtimes.embedded import Embedded
from segue.server.access import Access
from segue.server.decisions import decision_view, explanation_of
from segue.server.naming import identifiers_of
from segue.server.problems import Problem

TIMELINE_MAX = 500


class Happening(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry of the timeline: an event and what it led to.

    Attributes:
        event: its fields; instants as RFC 3339 text.
        decisions: the ids of the decisions it caused, for ``/v1/decisions/{decision_id}``.
    """

    seq: int
    at: str
    kind: str
    event: dict[str, Any]
    decisions: tuple[DecisionId, ...] = ()


class JourneyRun(Struct, frozen=True, kw_only=True):
    """A run in progress; ``wakes_at`` is null while only an event can end the step."""

    run_id: RunId
    journey: str
    version: int
    key: str
    step: str
    entered_at: str
    step_at: str
    wakes_at: str | None


class ConsentWord(Struct, frozen=True, kw_only=True):
    """The last word about a channel and a purpose."""

    channel: str
    purpose: str
    granted: bool
    at: str
    source: str


class CapUse(Struct, frozen=True, kw_only=True):
    """How much of a cap is used up now; ``of`` is the channel, category, ... that it counts, "" for all;
    ``window`` is "168h", or a calendar "week".
    """

    cap: str
    of: str
    used: int
    limit: int
    window: str


class CustomerView(Struct, frozen=True, kw_only=True):
    """All that is known about a customer. Latest first in ``timeline``."""

    customer_id: CustomerId
    version: int
    first_seen: str
    last_seen: str
    group: str | None
    absorbed: tuple[CustomerId, ...]
    traits: dict[str, Any]
    features: dict[str, Any]
    consents: tuple[ConsentWord, ...]
    journeys: tuple[JourneyRun, ...]
    caps: tuple[CapUse, ...]
    timeline: tuple[Happening, ...]


class Customers:
    """Answers questions about customers and decisions."""

    def __init__(self, runtime: Embedded, access: Access, clock: Clock) -> None:
        self._runtime = runtime
        self._access = access
        self._clock = clock

    async def show(self, request: Request) -> Response:
        """``GET /v1/customers/{customer_id}``."""
        self._access.require(request, "read")
        return await self._answer(CustomerId(request.path_params["customer_id"]), request)

    async def find(self, request: Request) -> Response:
        """``GET /v1/customers?user_id=...``: by any one identifier."""
        self._access.require(request, "read")
        named = {kind: value for kind, value in request.query_params.items() if kind != "limit"}
        for identifier in identifiers_of(named):
            if (found := self._runtime.find(identifier)) is not None:
                return await self._answer(found, request)
        raise _unknown_customer()

    async def decision(self, request: Request) -> Response:
        """``GET /v1/decisions/{decision_id}``."""
        self._access.require(request, "read")
        decision = await self._runtime.decision(DecisionId(request.path_params["decision_id"]))
        if decision is None:
            raise Problem(404, "unknown_decision", "There is no such decision.")
        return _json(decision_view(decision, explanation_of(decision, self._runtime.world)))

    async def _answer(self, customer_id: CustomerId, request: Request) -> Response:
        customer = self._runtime.customer(customer_id)
        if customer is None:
            raise _unknown_customer()
        timeline = await self._runtime.timeline(customer.customer_id, _limit(request))
        return _json(customer_view(customer, timeline, self._runtime.world, self._clock()))


def _readable(features: dict[str, Any], world: World) -> dict[str, Any]:
    """Return feature values as people read them: instants as RFC 3339 text, durations as ISO 8601 text."""
    shown: dict[str, Any] = {}
    for name, value in features.items():
        kind = feature_type(name, world.workspace.features[name])
        if value is not None and kind == "instant":
            value = format_instant(value)
        elif value is not None and kind == "duration":
            value = f"PT{value / SECOND:g}S"
        shown[name] = value
    return shown


def customer_view(customer: Customer, timeline: Sequence[Entry], world: World, now: Instant) -> CustomerView:
    """Return ``customer`` as people read it, its features as of ``now``."""
    profile, zone = customer.profile, zone_of(customer.profile, world.workspace)
    return CustomerView(
        customer_id=customer.customer_id,
        version=customer.version,
        first_seen=format_instant(profile.first_seen),
        last_seen=format_instant(profile.last_seen),
        group=customer.assignment.group if customer.assignment else None,
        absorbed=customer.absorbed,
        traits=profile.traits,
        features=_readable(world.profile.read(profile.features, now), world),
        consents=tuple(
            ConsentWord(
                channel=word.channel,
                purpose=word.purpose,
                granted=word.granted,
                at=format_instant(word.at),
                source=word.source,
            )
            for word in profile.consents
        ),
        journeys=tuple(
            JourneyRun(
                run_id=run.run_id,
                journey=run.journey,
                version=run.version,
                key=run.key,
                step=run.step,
                entered_at=format_instant(run.entered_at),
                step_at=format_instant(run.step_at),
                wakes_at=None if run.wake_at >= NEVER else format_instant(run.wake_at),
            )
            for run in customer.enrollments.runs
        ),
        caps=tuple(use for plan in world.contact_rules.caps for use in cap_uses(plan, customer, now, zone)),
        timeline=tuple(_happening(entry) for entry in timeline),
    )


def cap_uses(plan: CapPlan, customer: Customer, now: Instant, zone: str) -> list[CapUse]:
    """Return how much of a cap is used up, once for each thing it counts for itself."""
    window = plan.calendar or f"{plan.window // HOUR}h"
    return [
        CapUse(cap=plan.name, of=of, used=used, limit=plan.limit, window=window)
        for of, used in sorted(count_uses(plan, customer.contacts.ledger, now, zone).items())
    ]


def _happening(entry: Entry) -> Happening:
    event = msgspec.structs.asdict(entry.event)
    event.pop("customer_id")
    if "absorbed" in event:
        event.pop("absorbed")  # the other customer's whole state, encoded: nothing to read
    return Happening(
        seq=entry.seq,
        at=format_instant(entry.event.at),
        kind=str(entry.event.__struct_config__.tag),
        event=event | {"at": format_instant(entry.event.at)},
        decisions=tuple(decision.decision_id for decision in entry.decisions),
    )


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", "50")
    if not text.isdecimal() or not 0 <= int(text) <= TIMELINE_MAX:
        raise Problem(400, "bad_limit", f"limit is a number from 0 to {TIMELINE_MAX}.")
    return int(text)


def _unknown_customer() -> Problem:
    return Problem(404, "unknown_customer", "There is no such customer.")


def _json(view: Struct) -> Response:
    return Response(msgspec.json.encode(view), media_type="application/json")
