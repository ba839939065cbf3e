"""The routes as a table: what each takes and answers, for the OpenAPI document."""

from msgspec import Struct

from segue.server.auth import Scope
from segue.server.business_events import BusinessEvent, BusinessEventProgress
from segue.server.customers import CustomerView
from segue.server.decide import DecideAnswer, DecideRequest
from segue.server.decisions import DecisionView
from segue.server.ingest import SHORT_FORMS, Accepted
from segue.server.journeys import EnterAnswer, EnterRequest
from segue.server.publishing import Applied
from segue.server.receipts import ReceiptsAnswer, ReceiptsRequest
from segue.server.traffic import JourneysTraffic
from segue.server.unsubscribe import PATH as UNSUBSCRIBE
from segue.sources.segment.calls import CALL_TYPES, BatchShape, Call


class Operation(Struct, frozen=True, kw_only=True):
    """One row of the table.

    Attributes:
        scope: what the key has to allow; None for a route without keys.
        reads, writes: the struct of the request's and of the answer's body; a media type where it is no JSON.
        queries: names of query parameters.
        status: of the answer when all is well.
    """

    method: str
    path: str
    operation_id: str
    summary: str
    scope: Scope | None = None
    reads: type[Struct] | None = None
    writes: type[Struct] | str = "application/json"
    queries: tuple[str, ...] = ()
    errors: tuple[int, ...] = ()
    status: int = 200


_TAKEN = (400, 401, 403, 429, 503)
_SHORT = {kind: short for short, kind in SHORT_FORMS.items()}


def _call(kind: str) -> Operation:
    return Operation(
        method="post",
        path=f"/v1/{kind}",
        operation_id=kind,
        summary=f"Take one Segment {kind} call. Also: /v1/{_SHORT[kind]}.",
        scope="ingest",
        reads=Call,
        writes=Accepted,
        errors=_TAKEN,
    )


OPERATIONS: tuple[Operation, ...] = (
    *map(_call, CALL_TYPES),
    Operation(
        method="post",
        path="/v1/batch",
        operation_id="batch",
        summary="Take a batch of Segment calls. Also: /v1/b.",
        scope="ingest",
        reads=BatchShape,
        writes=Accepted,
        errors=_TAKEN,
    ),
    Operation(
        method="get",
        path="/v1/projects/{write_key}/settings",
        operation_id="browser_settings",
        summary="What the browser client loads first; the key in the path is the authority.",
        errors=(401, 403),
    ),
    Operation(
        method="post",
        path="/v1/journeys/{journey}/enter",
        operation_id="enter_journey",
        summary="Ask for a customer to enter a journey whose entry is of kind api.",
        scope="ingest",
        reads=EnterRequest,
        writes=EnterAnswer,
        errors=(400, 401, 403, 404, 409, 429, 503),
    ),
    Operation(
        method="get",
        path="/v1/journeys",
        operation_id="journeys",
        summary="How many are at which step of which journey, what came there, and how it left.",
        scope="read",
        writes=JourneysTraffic,
        errors=(401, 403),
    ),
    Operation(
        method="post",
        path="/v1/admin/apply",
        operation_id="apply",
        summary="Read the workspace's files again and go over to them, without a stop.",
        scope="manage",
        writes=Applied,
        errors=(401, 403, 409, 503),
    ),
    Operation(
        method="post",
        path="/v1/decide",
        operation_id="decide",
        summary="What should this placement show this customer now? Actions with their content, or silence.",
        scope="decide",
        reads=DecideRequest,
        writes=DecideAnswer,
        errors=(400, 401, 403, 404, 429, 503),
    ),
    Operation(
        method="post",
        path="/v1/business-events",
        operation_id="business_event",
        summary="Tell all customers, or those in a computed audience, what happened; each gets the event once.",
        scope="manage",
        reads=BusinessEvent,
        writes=BusinessEventProgress,
        status=202,
        errors=(400, 401, 403, 404, 409, 429, 503),
    ),
    Operation(
        method="get",
        path="/v1/business-events/{message_id}",
        operation_id="business_event_progress",
        summary="How many customers a business event has reached.",
        scope="read",
        writes=BusinessEventProgress,
        errors=(401, 403, 404),
    ),
    Operation(
        method="post",
        path="/v1/receipts",
        operation_id="receipts",
        summary="Tell what became of deliveries, and of what placements showed.",
        scope="receipts",
        reads=ReceiptsRequest,
        writes=ReceiptsAnswer,
        errors=_TAKEN,
    ),
    Operation(
        method="post",
        path="/v1/channels/{channel}/receipts",
        operation_id="channel_receipts",
        summary="Receipts in a provider's own form; its signature is the authority.",
        writes=ReceiptsAnswer,
        errors=(400, 404, 503),
    ),
    Operation(
        method="get",
        path="/v1/customers",
        operation_id="find_customer",
        summary="One customer, by any one identifier.",
        scope="read",
        writes=CustomerView,
        queries=("user_id", "anonymous_id", "email", "limit"),
        errors=(400, 401, 403, 404),
    ),
    Operation(
        method="get",
        path="/v1/customers/{customer_id}",
        operation_id="customer",
        summary="One customer: traits, features, consents, journeys, caps used, timeline.",
        scope="read",
        writes=CustomerView,
        queries=("limit",),
        errors=(400, 401, 403, 404),
    ),
    Operation(
        method="get",
        path="/v1/decisions/{decision_id}",
        operation_id="decision",
        summary="One decision: what was considered, what lost and why, what was chosen with which probability.",
        scope="read",
        writes=DecisionView,
        errors=(401, 403, 404),
    ),
    Operation(
        method="get",
        path=UNSUBSCRIBE,
        operation_id="unsubscribe_page",
        summary="A page that asks whether to unsubscribe. It changes nothing.",
        writes="text/html",
        errors=(404,),
    ),
    Operation(
        method="post",
        path=UNSUBSCRIBE,
        operation_id="unsubscribe",
        summary="Withdraw consent: by the page's button, or with List-Unsubscribe=One-Click (RFC 8058).",
        writes="text/html",
        errors=(404, 429, 503),
    ),
    Operation(
        method="get",
        path="/healthz",
        operation_id="health",
        summary="200 while events can be stored.",
        errors=(503,),
    ),
    Operation(
        method="get",
        path="/metrics",
        operation_id="metrics",
        summary="Counters and histograms in Prometheus' text format.",
        scope="read",
        writes="text/plain",
        errors=(401, 403),
    ),
)
