"""Receipts arrive over HTTP and become facts, once each."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from standardwebhooks import Webhook

from segue.model.commands import Deliver
from segue.model.deliveries import DeliveryStatus
from segue.model.events import DeliveryReported
from segue.model.identities import Identifier
from tests.server.harness import FILES, Served, serving, write_workspace

SECRET = "whsec_" + "c2VndWUtdGVzdC1zZWNyZXQtb2YtMjQtYnl0ZXM="


def deliver_welcome(served: Served, http: httpx2.Client, user: str) -> Deliver:
    """Sign ``user`` up and return the command of the welcome mail, carried out."""
    http.post("/v1/identify", json={"userId": user, "traits": {"email": f"{user}@example.com"}})
    http.post("/v1/track", json={"userId": user, "event": "Signed Up"})
    served.ask(served.site.runtime.drain())
    commands = [command for entry in timeline(served, user) for command in entry.commands]
    assert len(commands) == 1
    assert isinstance(commands[0], Deliver)
    return commands[0]


def timeline(served: Served, user: str) -> list[Any]:
    customer_id = served.site.runtime.find(Identifier("user_id", user))
    assert customer_id is not None
    return served.ask(served.site.runtime.timeline(customer_id, 100))


def statuses(served: Served, user: str) -> list[str]:
    """Return what was reported about the user's deliveries, oldest first."""
    events = [entry.event for entry in reversed(timeline(served, user))]
    return [event.status.value for event in events if isinstance(event, DeliveryReported)]


def test_receipts_move_the_ledger_and_reach_the_customer(served: Served, http: httpx2.Client) -> None:
    command = deliver_welcome(served, http, "dora")
    receipts = [{"delivery_id": command.delivery_id, "status": status} for status in ("delivered", "opened")]
    answer = http.post("/v1/receipts", json={"receipts": receipts})
    assert (answer.status_code, answer.json()) == (200, {"taken": 2, "unknown": []})
    assert statuses(served, "dora") == ["accepted", "delivered", "opened"]
    row = served.ask(served.site.runtime.delivery(command.delivery_id))
    assert row is not None
    assert row.status is DeliveryStatus.OPENED


def test_a_receipt_told_twice_counts_once(served: Served, http: httpx2.Client) -> None:
    command = deliver_welcome(served, http, "emil")
    receipt = {"delivery_id": command.delivery_id, "status": "clicked", "at": "2011-03-04T09:30:00Z"}
    for _ in range(2):
        http.post("/v1/receipts", json={"receipts": [receipt, receipt]})
    assert statuses(served, "emil") == ["accepted", "clicked"]


def test_a_click_on_a_placement_is_reported_by_its_decision(served: Served, http: httpx2.Client) -> None:
    asked = {"customer": {"user_id": "fay"}, "placement": "hero"}
    decision_id = http.post("/v1/decide", json=asked).json()["decision_id"]
    answer = http.post("/v1/receipts", json={"receipts": [{"decision_id": decision_id, "status": "clicked"}]})
    assert answer.json() == {"taken": 1, "unknown": []}
    assert statuses(served, "fay") == ["clicked"]


def test_receipts_about_nothing_known_are_listed_and_stop_nobody(served: Served, http: httpx2.Client) -> None:
    command = deliver_welcome(served, http, "gus")
    receipts = [
        {"delivery_id": "nothing", "status": "opened"},
        {"delivery_id": command.delivery_id, "status": "opened"},
        {"status": "opened"},
        {"decision_id": "nothing", "status": "opened"},
    ]
    assert http.post("/v1/receipts", json={"receipts": receipts}).json() == {"taken": 1, "unknown": [0, 2, 3]}


def test_a_receipt_from_the_future_happened_now(served: Served, http: httpx2.Client) -> None:
    command = deliver_welcome(served, http, "hal")
    receipt = {"delivery_id": command.delivery_id, "status": "opened", "at": "2999-01-01T00:00:00Z"}
    http.post("/v1/receipts", json={"receipts": [receipt]})
    assert timeline(served, "hal")[0].event.at <= time.time() * 1_000_000


@pytest.fixture
def hooked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """A server whose welcome message goes out through a webhook to a port where nobody listens."""
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    channels = "  hook: {type: webhook, url: 'http://127.0.0.1:9/', secret: '${HOOK_SECRET}', "
    channels += "allow_hosts: [127.0.0.1], ports: [9], contact_trait: email}\n"
    segue = FILES["segue.yaml"].replace("placements:", channels + "placements:")
    welcome = FILES["actions/welcome.yaml"].replace("channel: mail", "channel: hook")
    with serving(write_workspace(tmp_path, segue_yaml=segue, actions__welcome_yaml=welcome)) as served:
        yield served


def test_a_provider_tells_receipts_in_its_own_form_with_its_signature(hooked: Served) -> None:
    with httpx2.Client(base_url=hooked.url, headers={"authorization": f"Bearer {hooked.key}"}) as http:
        command = deliver_welcome(hooked, http, "ivy")
        body = json.dumps({"delivery_id": command.delivery_id, "status": "delivered"})
        for _ in range(2):
            answer = http.post("/v1/channels/hook/receipts", content=body, headers=signed(body))
            assert (answer.status_code, answer.json()) == (200, {"taken": 1, "unknown": []})
        assert statuses(hooked, "ivy")[-1] == "delivered"
        assert statuses(hooked, "ivy").count("delivered") == 1
        forged = http.post(
            "/v1/channels/hook/receipts", content=body.replace("delivered", "clicked"), headers=signed(body)
        )
        assert (forged.status_code, forged.json()["code"]) == (401, "forged_receipt")
        assert http.post("/v1/channels/site/receipts", content=body).json()["code"] == "unknown_channel"


def signed(body: str) -> dict[str, str]:
    """Return the headers of a call signed as Standard Webhooks."""
    now = datetime.now(UTC)
    return {
        "webhook-id": "call-1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("call-1", now, body),
    }


def test_what_is_no_receipt_is_refused(http: httpx2.Client) -> None:
    for receipts in ([{"delivery_id": "d", "status": "accepted"}], [{"delivery_id": "d"}], {}):
        answer = http.post("/v1/receipts", json={"receipts": receipts})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_shape")
