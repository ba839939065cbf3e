"""Placements ask over HTTP and get actions or silence."""

from pathlib import Path
from typing import Any

import httpx2
import pytest

from segue.model.events import DecisionRequested
from segue.model.ids import CustomerId
from tests.server.harness import FILES, Served, serving, write_workspace


def ask(http: httpx2.Client, user: str, **more: Any) -> dict[str, Any]:
    answer = http.post("/v1/decide", json={"customer": {"user_id": user}, "placement": "hero", **more})
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_the_answer_is_the_best_action_rendered_with_what_is_known(http: httpx2.Client) -> None:
    http.post("/v1/identify", json={"userId": "ann", "traits": {"firstName": "Ann"}})
    answer = ask(http, "ann")
    (shown,) = answer["actions"]
    assert (shown["action"], shown["channel"], shown["content"]) == ("tea", "site", {"title": "Tea for Ann"})
    assert answer["silence"] is False
    assert answer["decision_id"] == shown["decision_id"]
    assert [(loser["action"], loser["reason"]) for loser in answer["reasons"]] == [("coffee", "lost_arbitration")]


def test_the_context_decides_with_it(http: httpx2.Client) -> None:
    answer = ask(http, "rich", context={"cart_value": 250})
    assert [shown["action"] for shown in answer["actions"]] == ["coffee"]
    assert ("tea", "ineligible") in [(loser["action"], loser["reason"]) for loser in answer["reasons"]]


def test_several_places_get_different_actions(http: httpx2.Client) -> None:
    answer = ask(http, "wide", n=3)
    assert [shown["action"] for shown in answer["actions"]] == ["tea", "coffee"]
    assert len({shown["decision_id"] for shown in answer["actions"]}) == 2


def test_the_decision_is_in_the_log_before_the_answer(served: Served, http: httpx2.Client) -> None:
    answer = ask(http, "logged")
    entries = served.ask(served.site.runtime.timeline(CustomerId(answer["customer_id"]), 10))
    assert isinstance(entries[0].event, DecisionRequested)
    assert entries[0].decisions[0].decision_id == answer["decision_id"]


def test_a_held_out_customer_gets_silence_and_the_ghost_is_logged(tmp_path: Path) -> None:
    folder = write_workspace(tmp_path, segue_yaml=FILES["segue.yaml"] + "groups: {holdout: 0.99}\n")
    with (
        serving(folder) as served,
        httpx2.Client(base_url=served.url, headers={"authorization": f"Bearer {served.key}"}) as http,
    ):
        answer = ask(http, "ghost")
        assert (answer["silence"], answer["actions"]) == (True, [])
        decision = http.get(f"/v1/decisions/{answer['decision_id']}").json()
        assert decision["is_ghost"] is True
        assert decision["chosen"].endswith("tea/site")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"customer": {}, "placement": "hero"}, 400, "missing_identifier"),
        ({"customer": {"user_id": "null"}, "placement": "hero"}, 400, "no_identifier"),
        ({"customer": {"user_id": "u"}, "placement": "nowhere"}, 404, "unknown_placement"),
        ({"customer": {"user_id": "u"}, "placement": "hero", "n": 0}, 400, "bad_shape"),
        ({"customer": {"user_id": "u"}, "placement": "hero", "colour": 1}, 400, "bad_shape"),
        ({"customer": {"user_id": 7}, "placement": "hero"}, 400, "bad_shape"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    http: httpx2.Client, body: dict[str, Any], status: int, code: str
) -> None:
    answer = http.post("/v1/decide", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_deciding_needs_its_scope(served: Served, stranger: httpx2.Client) -> None:
    headers = {"authorization": f"Bearer {served.key_for('ingest')}"}
    answer = stranger.post("/v1/decide", json={"customer": {"user_id": "u"}, "placement": "hero"}, headers=headers)
    assert answer.status_code == 403
