"""Programs ask over HTTP for customers to enter journeys."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.server.harness import Served, serving, write_workspace

JOURNEYS = {
    "journeys__trial_yaml": """
journey: trial
entry: {on: {kind: api}}
reentry: parallel
steps:
  - {kind: wait, id: settle, after: 7d}
""",
    "journeys__welcome_back_yaml": """
journey: welcome_back
entry: {on: {kind: event, event: signed_up}}
steps:
  - {kind: wait, id: settle, after: 7d}
""",
    "journeys__old_yaml": """
journey: old
status: draining
entry: {on: {kind: api}}
steps:
  - {kind: wait, id: settle, after: 7d}
""",
}

DEEP: Any = 1
for _ in range(70):
    DEEP = [DEEP]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(write_workspace(tmp_path_factory.mktemp("shop"), **JOURNEYS)) as running:
        yield running


def enter(http: httpx2.Client, journey: str = "trial", **body: Any) -> httpx2.Response:
    return http.post(f"/v1/journeys/{journey}/enter", json=body)


def runs(http: httpx2.Client, user: str) -> list[str]:
    found = http.get("/v1/customers", params={"user_id": user}).json()
    return [run["journey"] for run in found["journeys"]]


def test_the_customer_is_in_the_journey_when_the_answer_comes(served: Served, http: httpx2.Client) -> None:
    answer = enter(http, userId="ann", facts={"planName": "team"})
    assert (answer.status_code, answer.json()["success"], answer.json()["duplicate"]) == (200, True, False)
    customer = served.site.runtime.customer(answer.json()["customer_id"])
    assert customer is not None
    assert [(run.journey, run.facts) for run in customer.enrollments.runs] == [("trial", {"plan_name": "team"})]


def test_the_same_message_id_counts_once(http: httpx2.Client) -> None:
    first = enter(http, userId="bob", messageId="crm-17").json()
    again = enter(http, userId="bob", messageId="crm-17").json()
    assert again == first | {"duplicate": True}
    assert runs(http, "bob") == ["trial"]
    enter(http, userId="bob", messageId="crm-18")
    assert runs(http, "bob") == ["trial", "trial"]


def test_all_identifiers_are_evidence_for_one_customer(http: httpx2.Client) -> None:
    anonymous = enter(http, anonymousId="browser-9").json()["customer_id"]
    known = enter(http, userId="cleo", anonymousId="browser-9", customer={"loyalty_card": "7"}).json()["customer_id"]
    assert http.get("/v1/customers", params={"loyalty_card": "7"}).json()["customer_id"] == known
    assert anonymous in {known, *http.get(f"/v1/customers/{known}").json()["absorbed"]}


@pytest.mark.parametrize(
    ("journey", "body", "status", "code"),
    [
        ("nowhere", {"userId": "u"}, 404, "unknown_journey"),
        ("welcome_back", {"userId": "u"}, 409, "not_by_request"),
        ("old", {"userId": "u"}, 409, "journey_closed"),
        ("trial", {}, 400, "missing_identifier"),
        ("trial", {"userId": "null"}, 400, "no_identifier"),
        ("trial", {"userId": "u", "colour": 1}, 400, "bad_shape"),
        (
            "trial",
            {"userId": "u", "facts": {"a": DEEP}},
            400,
            "event_too_deep",
        ),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(
    http: httpx2.Client, journey: str, body: dict[str, Any], status: int, code: str
) -> None:
    answer = enter(http, journey, **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_how_to_open_a_journey_to_requests_is_told(http: httpx2.Client) -> None:
    assert "kind: api" in enter(http, "welcome_back", userId="u").json()["detail"]


def test_entering_needs_the_scope_that_events_need(served: Served, stranger: httpx2.Client) -> None:
    assert enter(stranger, userId="u").status_code == 401
    stranger.headers["authorization"] = f"Bearer {served.key_for('decide')}"
    assert enter(stranger, userId="u").status_code == 403
    stranger.headers["authorization"] = f"Bearer {served.key_for('ingest')}"
    assert enter(stranger, userId="u").status_code == 200
