"""The OpenAPI 3.1 document: the routes as a table, the bodies from the structs that read and write them.

``docs/reference/openapi.json`` is this document; a test fails when the two differ.
"""

from typing import Any

import msgspec
from msgspec import Struct

from segue import __version__
from segue.server.auth import Scope
from segue.server.customers import CustomerView, DecisionView
from segue.server.decide import DecideAnswer, DecideRequest
from segue.server.ingest import SHORT_FORMS, Accepted
from segue.server.problems import MEDIA_TYPE as PROBLEM
from segue.server.problems import ProblemBody
from segue.server.receipts import ReceiptsAnswer, ReceiptsRequest
from segue.server.unsubscribe import PATH as UNSUBSCRIBE
from segue.sources.segment.calls import CALL_TYPES, BatchShape, Call

_SCHEMAS = (
    Accepted,
    BatchShape,
    Call,
    CustomerView,
    DecideAnswer,
    DecideRequest,
    DecisionView,
    ProblemBody,
    ReceiptsAnswer,
    ReceiptsRequest,
)
_REFERENCE = "#/components/schemas/{name}"
_PROBLEMS = {
    400: "The request cannot be understood; the code says why. Do not repeat it.",
    401: "There is no valid key.",
    403: "The key lacks the scope.",
    404: "There is no such thing.",
    429: "More arrives than can be stored; repeat after Retry-After seconds.",
    503: "Events cannot be stored at the moment; repeat after Retry-After seconds.",
}


class Operation(Struct, frozen=True, kw_only=True):
    """One row of the table.

    Attributes:
        scope: what the key has to allow; None for a route without keys.
        reads, writes: the struct of the request's and of the answer's body; a media type where it is no JSON.
        queries: names of query parameters.
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


def openapi_document() -> dict[str, Any]:
    """Return the document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations():
        paths.setdefault(operation.path, {})[operation.method] = _describe(operation)
    _, schemas = msgspec.json.schema_components(_SCHEMAS, ref_template=_REFERENCE)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Segue",
            "version": __version__,
            "summary": "Events in, decisions out, receipts and withdrawals back.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "A key from `segue keys create`."},
                "basic": {"type": "http", "scheme": "basic", "description": "The key as user, with no password."},
            },
        },
    }
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document))  # tuples become arrays
    return plain


def operations() -> tuple[Operation, ...]:
    """Return every operation, in the order of the document."""
    taken = (400, 401, 403, 429, 503)
    calls = tuple(
        Operation(
            method="post",
            path=f"/v1/{kind}",
            operation_id=kind,
            summary=f"Take one Segment {kind} call. Also: /v1/{short}.",
            scope="ingest",
            reads=Call,
            writes=Accepted,
            errors=taken,
        )
        for short, kind in SHORT_FORMS.items()
        if kind in CALL_TYPES
    )
    return (
        *calls,
        Operation(
            method="post",
            path="/v1/batch",
            operation_id="batch",
            summary="Take a batch of Segment calls. Also: /v1/b.",
            scope="ingest",
            reads=BatchShape,
            writes=Accepted,
            errors=taken,
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
            path="/v1/receipts",
            operation_id="receipts",
            summary="Tell what became of deliveries, and of what placements showed.",
            scope="receipts",
            reads=ReceiptsRequest,
            writes=ReceiptsAnswer,
            errors=taken,
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


def _describe(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {"operationId": operation.operation_id, "summary": operation.summary}
    parameters = [_parameter(name, "path") for name in _path_parameters(operation.path)]
    parameters += [_parameter(name, "query") for name in operation.queries]
    if parameters:
        described["parameters"] = parameters
    if operation.reads is not None:
        described["requestBody"] = {"required": True, "content": _content(operation.reads)}
    described["responses"] = {"200": {"description": "Done.", "content": _content(operation.writes)}} | {
        str(status): {"description": _PROBLEMS[status], "content": {PROBLEM: {"schema": _reference(ProblemBody)}}}
        for status in operation.errors
    }
    described["security"] = [{"bearer": []}, {"basic": []}] if operation.scope else []
    if operation.scope:
        described["description"] = f"Needs a key with the scope `{operation.scope}`."
    return described


def _content(body: type[Struct] | str) -> dict[str, Any]:
    if isinstance(body, str):
        return {body: {}}
    return {"application/json": {"schema": _reference(body)}}


def _reference(struct: type[Struct]) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(name=struct.__name__)}


def _parameter(name: str, place: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 0, "maximum": 500} if name == "limit" else {"type": "string"}
    return {"name": name, "in": place, "required": place == "path", "schema": schema}


def _path_parameters(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


if __name__ == "__main__":
    import sys

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(openapi_document()), indent=2).decode() + "\n")
