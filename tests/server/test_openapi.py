"""The OpenAPI document is valid, committed, and about the routes that exist."""

import json
from pathlib import Path

import httpx2
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from segue.server.openapi import openapi_document
from segue.server.operations import OPERATIONS, Operation

COMMITTED = Path(__file__).parents[2] / "docs/reference/openapi.json"


def test_the_document_is_valid_openapi_3_1() -> None:
    validate(openapi_document(), cls=OpenAPIV31SpecValidator)


def test_the_committed_document_is_the_one_that_is_served(stranger: httpx2.Client) -> None:
    """After a change: `python -m segue.server.openapi > docs/reference/openapi.json`."""
    assert json.loads(COMMITTED.read_text()) == stranger.get("/openapi.json").json()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.operation_id)
def test_every_operation_has_a_route_and_asks_for_its_scope(stranger: httpx2.Client, operation: Operation) -> None:
    body = {"batch": []} if operation.operation_id == "batch" else {}
    answer = stranger.request(operation.method, operation.path, json=body if operation.method == "post" else None)
    code = answer.json().get("code") if "json" in answer.headers["content-type"] else ""
    assert answer.status_code != 405
    assert (answer.status_code, code) != (404, "not_found") or operation.operation_id.startswith("unsubscribe")
    assert (answer.status_code == 401) == (operation.scope is not None or operation.operation_id == "browser_settings")
