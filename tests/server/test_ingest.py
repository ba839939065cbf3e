"""The Segment-compatible routes over real HTTP: 200 exactly, and only when it is durable."""

import base64
import gzip
import json
from typing import Any

import httpx2
import pytest

from segue.model.events import Tracked
from segue.model.identities import Identifier
from tests.server.harness import Served

DONE = b'{"success":true}'


def call(user: str, **more: Any) -> dict[str, Any]:
    return {"type": "track", "event": "Order Completed", "userId": user, "messageId": f"m-{user}", **more}


def names_of(served: Served, user: str) -> list[str]:
    """Return the names of the user's events in the log, oldest first."""
    customer_id = served.site.runtime.find(Identifier("user_id", user))
    assert customer_id is not None
    entries = served.ask(served.site.runtime.timeline(customer_id, 100))
    return [entry.event.name for entry in reversed(entries) if isinstance(entry.event, Tracked)]


def test_a_batch_is_answered_with_exactly_200_and_lies_in_the_log(served: Served, http: httpx2.Client) -> None:
    answer = http.post("/v1/batch", json={"batch": [call("b1"), call("b1", messageId="m-b1-2")]})
    assert (answer.status_code, answer.content) == (200, DONE)
    assert names_of(served, "b1") == ["order_completed", "order_completed"]


@pytest.mark.parametrize(
    "path", ["track", "t", "page", "p", "screen", "s", "group", "g", "identify", "i", "alias", "a"]
)
def test_every_call_has_its_route_and_its_short_form(http: httpx2.Client, path: str) -> None:
    body = {"userId": "r1", "event": "E", "groupId": "g", "previousId": "r0", "messageId": f"route-{path}"}
    answer = http.post(f"/v1/{path}", json=body)
    assert (answer.status_code, answer.content) == (200, DONE)


def test_the_same_message_twice_is_one_event(served: Served, http: httpx2.Client) -> None:
    for _ in range(2):
        assert http.post("/v1/track", json=call("twice")).status_code == 200
    assert names_of(served, "twice") == ["order_completed"]


@pytest.mark.parametrize(
    "headers",
    [
        {"content-encoding": "gzip", "content-type": "application/json"},
        {"content-encoding": "gzip", "content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/octet-stream"},
    ],
)
def test_gzip_is_recognised_whatever_the_headers_say(http: httpx2.Client, headers: dict[str, str]) -> None:
    body = gzip.compress(json.dumps({"batch": [call("gz")]}).encode())
    assert http.post("/v1/batch", content=body, headers=headers).content == DONE


def test_text_plain_is_read_as_json(http: httpx2.Client) -> None:
    answer = http.post("/v1/t", content=json.dumps(call("plain")), headers={"content-type": "text/plain"})
    assert answer.content == DONE


@pytest.mark.parametrize("form", ["basic", "bare", "bearer", "body"])
def test_the_write_key_is_taken_from_wherever_clients_put_it(
    served: Served, stranger: httpx2.Client, form: str
) -> None:
    key = served.key_for("ingest")
    headers = {
        "basic": {"authorization": "Basic " + base64.b64encode(f"{key}:".encode()).decode()},
        "bare": {"authorization": f"Basic {key}"},
        "bearer": {"authorization": f"Bearer {key}"},
        "body": {},
    }[form]
    in_body = {"writeKey": key} if form == "body" else {}
    for path, body in (("/v1/track", call("k") | in_body), ("/v1/batch", {"batch": [call("k")]} | in_body)):
        assert stranger.post(path, json=body, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/v1/track", "/v1/batch", "/v1/b"])
def test_without_a_key_nothing_is_taken(served: Served, stranger: httpx2.Client, path: str) -> None:
    body = call("nokey") if path == "/v1/track" else {"batch": [call("nokey")]}
    answer = stranger.post(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert served.site.runtime.find(Identifier("user_id", "nokey")) is None


def test_a_key_without_the_scope_is_forbidden(served: Served, stranger: httpx2.Client) -> None:
    headers = {"authorization": f"Bearer {served.key_for('read')}"}
    answer = stranger.post("/v1/track", json=call("x"), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_errors_are_problem_json_with_code_and_message_as_the_clients_need_them(http: httpx2.Client) -> None:
    answer = http.post("/v1/batch", content=b"{")
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code == 400
    assert problem["type"] == "urn:segue:problem:bad_json"
    assert problem["code"] == "bad_json"
    assert problem["message"] == problem["detail"]


def test_one_bad_call_of_a_batch_is_set_aside_and_listed_and_the_others_are_taken(
    served: Served, http: httpx2.Client
) -> None:
    answer = http.post("/v1/batch", json={"batch": [call("mixed"), {"type": "track"}, {"type": "nonsense"}]})
    assert answer.status_code == 200
    assert answer.json()["success"] is True
    assert [(r["index"], r["code"]) for r in answer.json()["rejected"]] == [
        (1, "missing_identifier"),
        (2, "missing_identifier"),
    ]
    assert names_of(served, "mixed") == ["order_completed"]
    letters = served.ask(served.site.runtime.dead_letters())
    assert {(letter.code, letter.source) for letter in letters} == {("missing_identifier", "segment")}


def test_a_single_bad_call_is_400(http: httpx2.Client) -> None:
    answer = http.post("/v1/track", json={"userId": "u"})
    assert (answer.status_code, answer.json()["code"]) == (400, "missing_event_name")


def test_too_much_at_once_is_400(http: httpx2.Client) -> None:
    long = {"x": "y" * 33_000}
    assert http.post("/v1/track", json=call("big", properties=long)).json()["code"] == "body_too_large"
    rejected = http.post("/v1/batch", json={"batch": [call("big", properties=long)]}).json()["rejected"]
    assert rejected[0]["code"] == "event_too_large"
    many = {"batch": [{"type": "track"}] * 2501}
    assert http.post("/v1/batch", json=many).json()["code"] == "batch_too_long"
    huge = http.post("/v1/batch", content=b"[" * 600_000)
    assert (huge.status_code, huge.json()["code"]) == (400, "body_too_large")


def test_a_small_gzip_that_unpacks_to_much_is_400_and_a_broken_one_too(http: httpx2.Client) -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    assert len(bomb) < 500 * 1024
    assert http.post("/v1/batch", content=bomb).json()["code"] == "body_too_large"
    whole = gzip.compress(json.dumps({"batch": [call("cut")]}).encode())
    assert http.post("/v1/batch", content=whole[:-9]).json()["code"] == "bad_gzip"
    assert http.post("/v1/batch", content=b"\x1f\x8bnonsense").json()["code"] == "bad_gzip"


def test_a_browser_may_ask_first_and_read_every_answer(stranger: httpx2.Client) -> None:
    asking = {
        "origin": "https://shop.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type",
    }
    answer = stranger.options("/v1/t", headers=asking)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == "authorization,content-type"
    refused = stranger.post("/v1/t", json=call("x"), headers={"origin": "https://shop.example"})
    assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, "*")


def test_routes_for_operators_stay_closed_to_scripts_of_other_origins(http: httpx2.Client) -> None:
    answer = http.get("/v1/customers/x", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_the_browser_client_is_told_to_send_to_this_server(served: Served, stranger: httpx2.Client) -> None:
    key = served.key_for("ingest")
    settings = stranger.get(f"/v1/projects/{key}/settings").json()
    assert settings["integrations"]["Segment.io"] == {
        "apiKey": key,
        "apiHost": served.url.removeprefix("http://") + "/v1",
        "protocol": "http",
        "bundlingStatus": "bundled",
    }
    assert stranger.get("/v1/projects/nothing/settings").status_code == 401
