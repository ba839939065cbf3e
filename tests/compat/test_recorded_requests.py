"""Requests recorded from real clients, sent again byte for byte as far as the recording kept them."""

import gzip
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from segue.server.app import DITTOFEED_BATCH
from segue.server.ingest import SHORT_FORMS
from segue.sources.segment.calls import CALL_TYPES
from tests.compat.landed import landed
from tests.server.harness import Served

SHARED = Path(__file__).parents[2] / "../shared/conformance"
RECORDED = SHARED / "recorded_client_requests.jsonl"
FIXTURES = SHARED / "segment_fixtures.tar.gz"

SEGMENT_PATHS = {f"/v1/{name}" for name in (*CALL_TYPES, *SHORT_FORMS, "batch")} | {DITTOFEED_BATCH}
OTHER_PROTOCOLS = {
    "/batch/": "PostHog capture",
    "/flags/": "PostHog feature flags",
    "/com.snowplowanalytics.snowplow/tp2": "Snowplow tracker protocol",
    "/ofrep/v1/evaluate/flags/my-flag": "OpenFeature remote evaluation",
    "/api/features/sdk-abc": "GrowthBook features",
    "/track": "Mixpanel",
    "/engage": "Mixpanel profiles",
    "/2/httpapi": "Amplitude",
    "/api/client/register": "Unleash",
    "/api/client/features": "Unleash",
    "/api/client/metrics": "Unleash",
}
"""Paths that are no Segment calls, and what they are. None of them is answered here."""

HOP_HEADERS = {"content-length", "connection", "accept-encoding", "authorization", "host"}

pytestmark = pytest.mark.skipif(not RECORDED.exists(), reason="the conformance data lies beside the repository")


def recorded() -> list[dict[str, Any]]:
    return [json.loads(line) for line in RECORDED.read_text().splitlines()] if RECORDED.exists() else []


@pytest.fixture(scope="module")
def http(served: Served) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=served.url) as client:
        yield client


def path_of(request: dict[str, Any]) -> str:
    return str(request["path"]).partition("?")[0]


def named(request: dict[str, Any]) -> str:
    return f"{request['client']} {request['method']} {path_of(request)} {request['seq']}"


SEGMENT_SHAPED = [request for request in recorded() if path_of(request) in SEGMENT_PATHS]


def messages_of(body: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = body.get("batch") or [body]
    return found


@pytest.mark.parametrize("request_", SEGMENT_SHAPED, ids=named)
def test_every_recorded_segment_request_is_accepted_whole(
    served: Served, http: httpx2.Client, request_: dict[str, Any]
) -> None:
    headers = {name: value for name, value in request_["headers"].items() if name.lower() not in HOP_HEADERS}
    body = json.dumps(request_["body"]).encode()
    answer = http.request(
        request_["method"],
        request_["path"],
        content=gzip.compress(body) if request_["gzip"] else body,
        headers=headers | {"authorization": f"Bearer {served.key}"},
    )
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    counts = landed(served)
    events = [message["messageId"] for message in messages_of(request_["body"]) if message.get("type") != "alias"]
    assert {message_id: counts[message_id] for message_id in events} == dict.fromkeys(events, 1)


def test_every_recorded_request_is_either_segment_shaped_or_a_protocol_that_we_know_by_name() -> None:
    others = {path_of(request) for request in recorded()} - SEGMENT_PATHS
    assert others == set(OTHER_PROTOCOLS)
    assert len(SEGMENT_SHAPED) == 15


def test_every_segment_fixture_is_accepted(served: Served, http: httpx2.Client) -> None:
    with tarfile.open(FIXTURES) as archive:
        files = [member for member in archive.getmembers() if member.name.endswith(".json")]
        for member in files:
            file = archive.extractfile(member)
            assert file is not None
            body = json.loads(file.read())
            answer = http.post(f"/v1/{body['type']}", json=body, headers={"authorization": f"Bearer {served.key}"})
            assert (member.name, answer.status_code, answer.text) == (member.name, 200, '{"success":true}')
    assert len(files) == 11
