"""The application: one table of routes, and what every request passes through."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope as AsgiScope

from segue.model.time import Clock, parse_duration
from segue.ports.channel import AnyChannel
from segue.runtimes.embedded import Embedded, wall_clock
from segue.server import unsubscribe
from segue.server.access import Access
from segue.server.auth import Keys
from segue.server.browsers import for_browsers
from segue.server.business_events import BusinessEvents
from segue.server.customers import Customers
from segue.server.decide import Decide
from segue.server.ingest import SHORT_FORMS, Ingest
from segue.server.journeys import Journeys
from segue.server.metrics import RequestMetrics
from segue.server.observe import Observed
from segue.server.openapi import openapi_document
from segue.server.problems import EXPECTED, answer_expected, answer_http
from segue.server.publishing import Publishing
from segue.server.receipts import Receipts
from segue.server.scores import Scoring
from segue.server.status import Status
from segue.server.traffic import TrafficView
from segue.server.unsubscribe import Unsubscribe
from segue.sources.segment.calls import CALL_TYPES
from segue.workspace import LoadedWorkspace

DITTOFEED_BATCH = "/api/public/apps/batch"
"""Where Dittofeed's clients send a Segment batch; nothing else differs."""


class NamedRoute(Route):
    """A route that leaves its template in the scope, for metrics and the log."""

    def matches(self, scope: AsgiScope) -> tuple[Match, AsgiScope]:
        match, child = super().matches(scope)
        if match is not Match.NONE:
            child["segue.route"] = self.path
        return match, child


def create_app(
    runtime: Embedded,
    loaded: LoadedWorkspace,
    keys: Keys,
    *,
    channels: Mapping[str, AnyChannel],
    clock: Clock = wall_clock,
    open_access: bool = False,
) -> Starlette:
    """Return the ASGI application.

    Args:
        runtime: started; the application neither starts nor stops it.
        channels: the runtime's; placements are rendered through theirs.
        open_access: let programs and pages of this machine in without a key. Only `serve.serve` sets it, and only
            where the server listens on the loopback interface.
    """
    access = Access(keys, is_open=open_access)
    metrics = RequestMetrics()
    workspace = loaded.workspace
    ingest = Ingest(runtime, access, clock, workspace.zone_trait)
    decide = Decide(runtime, access, channels, clock, within=parse_duration(loaded.server.decide_within))
    receipts = Receipts(runtime, access, channels, clock)
    customers = Customers(runtime, access, clock)
    journeys = Journeys(runtime, access, clock)
    business_events = BusinessEvents(runtime, access)
    traffic, publishing = TrafficView(runtime, access), Publishing(runtime, access, loaded)
    scoring = Scoring(runtime, access, clock)
    unsubscribing = Unsubscribe(runtime, keys.secret, workspace.name, clock)
    status = Status(runtime, access, metrics, workspace)
    routes: Sequence[Route] = [
        *_for_browsers(ingest, decide),
        NamedRoute("/v1/journeys", traffic.show, methods=["GET"]),
        NamedRoute("/v1/admin/apply", publishing.apply, methods=["POST"]),
        NamedRoute("/v1/admin/scores", scoring.accept, methods=["POST"]),
        NamedRoute("/v1/journeys/{journey}/enter", journeys.enter, methods=["POST"]),
        NamedRoute("/v1/business-events", business_events.accept, methods=["POST"]),
        NamedRoute("/v1/business-events/{message_id}", business_events.show, methods=["GET"]),
        NamedRoute("/v1/receipts", receipts.receive, methods=["POST"]),
        NamedRoute("/v1/channels/{channel}/receipts", receipts.receive_for_channel, methods=["POST"]),
        NamedRoute("/v1/customers", customers.find, methods=["GET"]),
        NamedRoute("/v1/customers/{customer_id}", customers.show, methods=["GET"]),
        NamedRoute("/v1/decisions/{decision_id}", customers.decision, methods=["GET"]),
        NamedRoute(unsubscribe.PATH, unsubscribing.ask, methods=["GET"]),
        NamedRoute(unsubscribe.PATH, unsubscribing.withdraw, methods=["POST"]),
        NamedRoute("/healthz", status.health, methods=["GET"]),
        NamedRoute("/metrics", status.metrics, methods=["GET"]),
        NamedRoute("/openapi.json", _serve_document(), methods=["GET"]),
        NamedRoute("/", status.home, methods=["GET"]),
    ]
    handlers: dict[Any, Any] = dict.fromkeys(EXPECTED, answer_expected) | {HTTPException: answer_http}
    return Starlette(routes=routes, exception_handlers=handlers, middleware=[Middleware(Observed, metrics=metrics)])


def _for_browsers(ingest: Ingest, decide: Decide) -> list[Route]:
    """Return the routes that pages of other sites may call."""
    methods = ["POST", "OPTIONS"]
    calls = {f"/v1/{kind}": ingest.call for kind in CALL_TYPES}
    calls |= {f"/v1/{short}": ingest.batch if short == "b" else ingest.call for short in SHORT_FORMS}
    calls |= {"/v1/batch": ingest.batch, DITTOFEED_BATCH: ingest.batch, "/v1/decide": decide.decide}
    return [
        *(NamedRoute(path, for_browsers(endpoint), methods=methods) for path, endpoint in calls.items()),
        NamedRoute("/v1/projects/{write_key}/settings", for_browsers(ingest.settings), methods=["GET", "OPTIONS"]),
    ]


def _serve_document() -> Callable[[Request], Awaitable[Response]]:
    document = msgspec.json.encode(openapi_document())

    async def openapi(_request: Request) -> Response:
        return Response(document, media_type="application/json")

    return openapi
