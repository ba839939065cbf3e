"""Health, metrics, the page, and what the log says."""

import logging
import re
import time
from pathlib import Path

import httpx2
import pytest

from segue.model.errors import StoreError
from segue.server import ingest
from segue.stores.sqlite import SqliteStore
from tests.server.harness import Served, serving, write_workspace


def test_health_is_open_and_says_nothing_else(stranger: httpx2.Client) -> None:
    answer = stranger.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_store_that_fails_is_503_for_health_and_for_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError):
        let_the_store_fail(tmp_path, monkeypatch)


def let_the_store_fail(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise StoreError("The disk is full.", "Make room.")

    with (
        serving(write_workspace(folder)) as served,
        httpx2.Client(base_url=served.url, headers={"authorization": f"Bearer {served.key}"}) as http,
    ):
        assert http.get("/healthz").status_code == 200
        monkeypatch.setattr(SqliteStore, "commit", refuse)
        for _ in range(2):
            answer = http.post("/v1/track", json={"userId": "u", "event": "E"})
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert answer.headers["retry-after"] == "5"
        health = http.get("/healthz")
        assert (health.status_code, health.json()["code"]) == (503, "unhealthy")


def test_metrics_count_requests_by_route_never_by_path_and_events_by_kind(served: Served, http: httpx2.Client) -> None:
    http.post("/v1/track", json={"userId": "metrics-user", "event": "E"})
    http.get("/v1/customers/metrics-user?secret=1")
    text = http.get("/metrics").text
    assert re.search(r'^segue_http_requests_total\{method="POST",route="/v1/track",status="200"\} [1-9]', text, re.M)
    assert re.search(r'^segue_events_total\{kind="tracked"\} [1-9]', text, re.M)
    assert 'route="/v1/customers/{customer_id}",status="404"' in text
    assert "metrics-user" not in text
    assert "secret" not in text


def test_metrics_are_well_formed(http: httpx2.Client) -> None:
    http.post("/v1/track", json={"userId": "u", "event": "E"})
    lines = http.get("/metrics").text.splitlines()
    sample = re.compile(r'^[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [0-9.e+-]+$')
    assert [line for line in lines if not line.startswith("# ") and not sample.match(line)] == []
    for name in {line.split()[2] for line in lines if line.startswith("# TYPE") and line.endswith("histogram")}:
        for labels in {match[1] for line in lines if (match := re.match(rf"{name}_bucket\{{(.*?),?le=", line))}:
            counts = [int(line.split()[-1]) for line in lines if line.startswith(f"{name}_bucket{{{labels}")]
            assert counts == sorted(counts)


def test_the_page_says_what_runs_here(stranger: httpx2.Client) -> None:
    page = stranger.get("/")
    assert "corner_shop" in page.text
    assert "/openapi.json" in page.text


def test_the_log_names_routes_but_no_ids_tokens_or_queries(
    http: httpx2.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="segue.access"):
        http.get("/v1/customers/log-user?email=ann@example.com")
        http.get("/unsubscribe/log-token")
        http.get("/no/such/path")
        lines = access_lines_up_to("GET unknown 404 _ms", caplog)
    # A line is written after its answer is sent: that of the test before may still come first.
    assert lines[-3:] == [
        "GET /v1/customers/{customer_id} 404 _ms",
        "GET /unsubscribe/{token} 404 _ms",
        "GET unknown 404 _ms",
    ]
    assert not any(secret in line for line in lines for secret in ("log-user", "log-token", "ann@example.com", "such"))


def access_lines_up_to(last: str, caplog: pytest.LogCaptureFixture, seconds: float = 5.0) -> list[str]:
    until = time.monotonic() + seconds
    while True:
        lines = [
            re.sub(r"[\d.]+ms", "_ms", record.message) for record in caplog.records if record.name == "segue.access"
        ]
        if lines[-1:] == [last] or time.monotonic() > until:
            return lines
        time.sleep(0.01)


def test_an_unexpected_error_is_told_without_its_words(
    http: httpx2.Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("ann@example.com broke it")

    monkeypatch.setattr(ingest, "translate_call", fail)
    answer = http.post("/v1/track", json={"userId": "u", "event": "E"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "ann" not in answer.text
    assert "RuntimeError" in caplog.text
    assert "ann@example.com" not in caplog.text
