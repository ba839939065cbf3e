"""The OpenAPI 3.1 document: from the table of routes, and the structs that read and write their bodies.

``docs/reference/openapi.json`` is this document; a test fails when the two differ.
"""

from typing import Any

import msgspec
from msgspec import Struct

from segue import __version__
from segue.server.operations import OPERATIONS, Operation
from segue.server.problems import MEDIA_TYPE as PROBLEM
from segue.server.problems import ProblemBody

_REFERENCE = "#/components/schemas/{name}"
_PROBLEMS = {
    400: "The request cannot be understood; the code says why. Do not repeat it.",
    401: "There is no valid key.",
    403: "The key lacks the scope.",
    404: "There is no such thing.",
    409: "It contradicts what there is; the code says what.",
    429: "More arrives than can be stored; repeat after Retry-After seconds.",
    503: "Events cannot be stored at the moment; repeat after Retry-After seconds.",
}


def openapi_document() -> dict[str, Any]:
    """Return the document."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _describe(operation)
    _, schemas = msgspec.json.schema_components(_bodies(), ref_template=_REFERENCE)
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


def _bodies() -> tuple[type[Struct], ...]:
    """Return every struct that a body is made of."""
    used = [body for operation in OPERATIONS for body in (operation.reads, operation.writes)]
    return tuple(dict.fromkeys([ProblemBody, *(body for body in used if isinstance(body, type))]))


def _describe(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {"operationId": operation.operation_id, "summary": operation.summary}
    parameters = [_parameter(name, "path") for name in _path_parameters(operation.path)]
    parameters += [_parameter(name, "query") for name in operation.queries]
    if parameters:
        described["parameters"] = parameters
    if operation.reads is not None:
        described["requestBody"] = {"required": True, "content": _content(operation.reads)}
    described["responses"] = {
        str(operation.status): {"description": "Done.", "content": _content(operation.writes)}
    } | {
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
