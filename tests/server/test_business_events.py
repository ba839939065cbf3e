"""What happened to the business is told to every customer it concerns, over HTTP."""

import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.server.harness import Served, serving, write_workspace

AUDIENCES = {
    "audiences__spenders_yaml": "audience: spenders\nwhen: revenue_30d >= 50\n",
    "audiences__ads_yaml": "audience: ads\n",
}
DEEP: Any = 1
for _ in range(70):
    DEEP = [DEEP]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(write_workspace(tmp_path_factory.mktemp("shop"), **AUDIENCES)) as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def customers(http: httpx2.Client) -> None:
    """Ten customers; the last five have spent."""
    calls = [
        {"type": "track", "userId": f"u{n}", "event": "Order Completed", "properties": {"revenue": n * 10}}
        for n in range(10)
    ]
    assert http.post("/v1/batch", json={"batch": calls}).status_code == 200


def post(http: httpx2.Client, **body: Any) -> httpx2.Response:
    return http.post("/v1/business-events", json={"messageId": "n1", "event": "prices_fall", **body})


def ended(http: httpx2.Client, message_id: str) -> dict[str, Any]:
    """Wait for the end and return the progress."""
    deadline = time.monotonic() + 20
    while True:
        progress: dict[str, Any] = http.get(f"/v1/business-events/{message_id}").json()
        if progress["status"] != "running" or time.monotonic() > deadline:
            return progress
        time.sleep(0.01)


def events_of(http: httpx2.Client, user: str) -> list[dict[str, Any]]:
    timeline = http.get("/v1/customers", params={"user_id": user}).json()["timeline"]
    return [happening["event"] for happening in timeline if happening["event"].get("name", "").startswith("prices")]


def test_it_is_accepted_at_once_and_reaches_everybody_once(http: httpx2.Client) -> None:
    answer = post(http, event="Prices Fall", properties={"percent": 20})
    assert (answer.status_code, answer.json()["status"], answer.json()["customers"]) == (202, "running", 10)
    progress = ended(http, "n1")
    assert (progress["status"], progress["considered"], progress["reached"]) == ("done", 10, 10)
    assert progress["endedAt"] >= progress["acceptedAt"]
    assert post(http, properties={"percent": 20}).json()["status"] == "done"
    assert [[event["properties"] for event in events_of(http, f"u{n}")] for n in range(10)] == [[{"percent": 20}]] * 10


def test_an_audience_narrows_it(http: httpx2.Client) -> None:
    assert post(http, messageId="n2", event="prices_rise", audience="spenders").status_code == 202
    assert ended(http, "n2")["reached"] == 5
    told = [f"u{n}" for n in range(10) if any(event["name"] == "prices_rise" for event in events_of(http, f"u{n}"))]
    assert told == ["u5", "u6", "u7", "u8", "u9"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"messageId": "n3", "audience": "nobody_knows"}, 404, "unknown_audience"),
        ({"messageId": "n3", "audience": "ads"}, 409, "audience_without_condition"),
        ({"messageId": "n3", "properties": {"deep": DEEP}}, 400, "event_too_deep"),
        ({"messageId": ""}, 400, "bad_shape"),
        ({"messageId": "a/b"}, 400, "bad_shape"),
        ({"event": ""}, 400, "bad_shape"),
        ({"messageId": "n3", "event": "!?"}, 400, "missing_event_name"),
        ({"messageId": "n1", "event": "another"}, 409, "message_id_reused"),
    ],
)
def test_what_makes_no_sense_is_refused(http: httpx2.Client, body: dict[str, Any], status: int, code: str) -> None:
    if body.get("messageId") == "n1":
        post(http, properties={"percent": 20})
    answer = post(http, **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_nobody_knows_what_was_never_accepted(http: httpx2.Client) -> None:
    answer = http.get("/v1/business-events/nothing")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_business_event")


def test_a_key_for_events_does_not_reach_everybody(served: Served, stranger: httpx2.Client) -> None:
    stranger.headers["authorization"] = f"Bearer {served.key_for('ingest', 'decide', 'read')}"
    assert post(stranger, messageId="n9").status_code == 403
