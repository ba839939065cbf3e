"""The official Python clients of Segment and RudderStack against a running server: each message lands exactly once."""

from collections.abc import Callable
from typing import Any

import pytest
import rudderstack.analytics
import segment.analytics

from segue.model.identities import Identifier
from tests.compat.faults import Fault, Faults
from tests.compat.landed import landed
from tests.server.harness import Served

FAULTS = {
    "none": [],
    "500 before it is stored": [Fault(500)],
    "500 after it is stored": [Fault(500, "after")],
    "503 twice": [Fault(503, "after"), Fault(503)],
    "429 with Retry-After": [Fault(429, retry_after="1")],
}


def segment_client(served: Served, key: str, **more: Any) -> Any:
    return segment.analytics.Client(key, host=served.url, gzip=more.pop("gzip", False), **more)


def segment_gzip_client(served: Served, key: str, **more: Any) -> Any:
    return segment_client(served, key, gzip=True, **more)


def rudder_client(served: Served, key: str, **more: Any) -> Any:
    return rudderstack.analytics.Client(key, host=served.url, **more)


CLIENTS = [segment_client, segment_gzip_client, rudder_client]


def send_everything(client: Any, user: str) -> list[str]:
    """Make one call of every kind and return the message ids of those that are events."""
    calls = [
        client.identify(user, {"email": f"{user}@example.com", "firstName": "Ann"}),
        client.track(user, "Order Completed", {"revenue": 12.5}),
        client.page(user, "Docs", "Home", {"path": "/"}),
        client.screen(user, "App", "Start"),
        client.group(user, "g1", {"plan": "pro"}),
    ]
    client.alias(f"before-{user}", user)
    client.flush()
    assert all(taken for taken, _ in calls)
    return [message["messageId"] for _, message in calls]


@pytest.mark.parametrize("faults_met", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("make", CLIENTS)
def test_each_message_lands_exactly_once_whatever_the_answer_was(
    served: Served, faults: Faults, make: Callable[..., Any], faults_met: list[Fault]
) -> None:
    errors: list[Any] = []
    client = make(served, served.key, on_error=lambda *told: errors.append(told))
    faults.inject(*faults_met)
    user = f"{make.__name__}-{list(FAULTS.values()).index(faults_met)}"
    sent = send_everything(client, user)
    client.join()
    assert errors == []
    assert faults.left == 0, "the client met every fault"
    assert [landed(served)[message_id] for message_id in sent] == [1, 1, 1, 1, 1]
    customer_id = served.site.runtime.find(Identifier("user_id", user))
    assert customer_id == served.site.runtime.find(Identifier("user_id", f"before-{user}"))
    assert customer_id is not None
    customer = served.site.runtime.customer(customer_id)
    assert customer is not None
    assert customer.profile.traits == {
        "email": f"{user}@example.com",
        "first_name": "Ann",
        "group_id": "g1",
    }


@pytest.mark.parametrize("make", CLIENTS)
def test_a_refusal_is_understood_and_not_repeated(served: Served, faults: Faults, make: Callable[..., Any]) -> None:
    """Without ``code`` and ``message`` in the answer the Rudder client sends a hopeless request ten more times."""
    errors: list[Any] = []
    client = make(served, "not-a-key", on_error=lambda error, _batch: errors.append(error))
    faults.inject()
    client.track("u", "E")
    client.flush()
    client.join()
    assert faults.posts == 1
    assert [(error.status, error.code) for error in errors] == [(401, "unauthorized")]
