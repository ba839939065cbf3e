"""Placements ask over HTTP and get actions or silence."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from segue.model.deliveries import DeliveryStatus
from segue.model.events import DecisionRequested, DeliveryReported
from segue.model.ids import CustomerId
from segue.stores.sqlite import SqliteStore
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


# -- fallbacks ---------------------------------------------------------------------------------------------------

BRIEF = "server: {decide_within: 400ms}\n"
WITH_DEFAULT = FILES["segue.yaml"].replace("hero: {}", "hero: {default: {title: Welcome}}\n  plain: {}") + BRIEF


@contextmanager
def a_slow_disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let no commit end before the event is set."""
    gate, commit = threading.Event(), SqliteStore.commit

    def slowly(self: SqliteStore, *arguments: Any) -> None:
        assert gate.wait(20)
        commit(self, *arguments)

    monkeypatch.setattr(SqliteStore, "commit", slowly)
    try:
        yield gate
    finally:
        gate.set()


@contextmanager
def shop(folder: Path) -> Iterator[tuple[Served, httpx2.Client]]:
    with (
        serving(write_workspace(folder, segue_yaml=WITH_DEFAULT), open_access=True) as served,
        httpx2.Client(base_url=served.url) as http,
    ):
        yield served, http


def test_a_placement_that_waits_too_long_shows_its_default_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shop(tmp_path) as (_, http):
        decided = ask(http, "ann")
        assert (decided["fallback"], decided["default"]) == ("", None)
        with a_slow_disk(monkeypatch):
            began = time.monotonic()
            answer = ask(http, "ann")
            assert time.monotonic() - began < 5
        assert answer == {
            "customer_id": None,
            "placement": "hero",
            "decision_id": None,
            "silence": False,
            "actions": [],
            "reasons": [],
            "fallback": "timeout",
            "default": {"title": "Welcome"},
        }
        metrics = http.get("/metrics").text
        assert 'segue_fallbacks_total{policy="placement",reason="timeout"} 1' in metrics


def test_a_decision_that_comes_too_late_stays_in_the_log_marked_as_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with shop(tmp_path) as (served, http):
        customer_id = CustomerId(ask(http, "ann")["customer_id"])
        with a_slow_disk(monkeypatch) as gate:
            assert ask(http, "ann")["fallback"] == "timeout"
            gate.set()
        for _ in range(200):
            latest = served.ask(served.site.runtime.timeline(customer_id, 10))[0].event
            if isinstance(latest, DeliveryReported):
                break
            time.sleep(0.02)
        entries = served.ask(served.site.runtime.timeline(customer_id, 10))
        report, request = entries[0].event, entries[1]
        assert isinstance(report, DeliveryReported)
        assert (report.status, report.detail) == (DeliveryStatus.WITHDRAWN, "timeout")
        assert isinstance(request.event, DecisionRequested)
        assert request.decisions[0].delivery_id == report.delivery_id
        deliveries = served.site.runtime.stats().deliveries
        assert deliveries["site"] == {"withdrawn": 1}


def test_without_a_default_the_answer_is_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_workspace(tmp_path, segue_yaml=FILES["segue.yaml"] + BRIEF)
    with serving(folder, open_access=True) as served, httpx2.Client(base_url=served.url) as http:
        with a_slow_disk(monkeypatch):
            answer = ask(http, "ann")
        assert (answer["silence"], answer["default"], answer["fallback"]) == (True, None, "timeout")


def test_a_decision_that_cannot_be_made_at_all_shows_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    with shop(tmp_path) as (_, http):
        with monkeypatch.context() as broken:
            broken.setattr("segue.runtimes.population.settle", fails)
            answer = ask(http, "ann")
        assert (answer["fallback"], answer["default"]) == ("engine_error", {"title": "Welcome"})
        assert 'segue_fallbacks_total{policy="placement",reason="engine_error"} 1' in http.get("/metrics").text
        assert ask(http, "ann")["fallback"] == ""


def test_silence_on_purpose_is_no_reason_to_show_the_default(tmp_path: Path) -> None:
    with shop(tmp_path) as (_, http):
        answer = http.post("/v1/decide", json={"customer": {"user_id": "u"}, "placement": "plain"}).json()
        assert (answer["silence"], answer["fallback"], answer["default"]) == (True, "", None)


def test_a_question_that_makes_no_sense_is_refused_and_not_answered_with_the_default(tmp_path: Path) -> None:
    with shop(tmp_path) as (_, http):
        body = {"customer": {"user_id": "null"}, "placement": "hero"}
        assert http.post("/v1/decide", json=body).status_code == 400
