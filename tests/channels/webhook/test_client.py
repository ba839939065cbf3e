"""Webhooks against a real HTTP server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from standardwebhooks import Webhook

from segue.channels.context import ChannelContext
from segue.channels.registry import channel_spec, settings_type
from segue.channels.settings import parse_settings
from segue.channels.webhook.client import WebhookChannel
from segue.model.commands import Deliver
from segue.model.deliveries import DeliveryStatus
from segue.model.errors import ChannelError
from segue.model.ids import CustomerId, DecisionId, DeliveryId
from segue.model.time import SECOND, Instant
from tests.channels.certificates import write_certificate
from tests.channels.endpoint import Endpoint

SECRET = "whsec_" + "c2VndWUta2l0LXNlY3JldC1vZi0zMi1ieXRlcyEh"
NEXT_SECRET = "whsec_" + "YW5vdGhlci1zZWNyZXQtb2YtMzItYnl0ZXMhISEh"
COMMAND = Deliver(
    delivery_id=DeliveryId("d1"),
    decision_id=DecisionId("x1"),
    customer_id=CustomerId("c1"),
    channel="push",
    action="reorder",
    template="",
    address="",
    data={
        "customer": {"name": "Jane", "email": "jane@kit.example"},
        "event": {"cart": 7},
        "action": {"title": "Hi {{ customer.name }}"},
    },
    decided_at=Instant(1_300_000_000_000_000),
    expires_at=Instant(1_300_000_600_000_000),
)


@asynccontextmanager
async def running(folder: Path, endpoint: Endpoint, **settings: Any) -> AsyncIterator[WebhookChannel]:
    await endpoint.start()
    values = {
        "url": f"http://localhost:{endpoint.port}/hook",
        "secret": "${SECRET}",
        "ports": [endpoint.port],
        "allow_hosts": ["localhost"],
        "timeout": 0.5,
        **{
            key: value.replace("PORT", str(endpoint.port)) if key == "url" else value for key, value in settings.items()
        },
    }
    context = ChannelContext(workspace=folder, state=folder, environment={"SECRET": SECRET, "NEXT": NEXT_SECRET})
    schema = settings_type("webhook")
    channel = WebhookChannel(
        channel_spec("push", "webhook", values), parse_settings("push", values, schema), context, resolver=_here
    )
    await channel.start()
    try:
        yield channel
    finally:
        await channel.stop()
        await endpoint.stop()


async def _here(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


async def test_a_message_is_posted_signed_and_without_what_was_not_asked_for(tmp_path: Path) -> None:
    endpoint = Endpoint()
    async with running(tmp_path, endpoint) as channel:
        outcome = await channel.deliver(COMMAND)
    [call] = endpoint.calls
    body = Webhook(SECRET).verify(call.body, call.headers)
    assert outcome.status is DeliveryStatus.ACCEPTED
    assert (call.method, call.target, call.headers["host"]) == ("POST", "/hook", f"localhost:{endpoint.port}")
    assert call.headers["webhook-id"] == "d1"
    assert body["type"] == "message.deliver"
    assert body["timestamp"] == "2011-03-13T07:06:40Z"
    assert body["data"]["content"] == {"title": "Hi Jane"}
    assert "customer" not in body["data"]
    assert b"jane@kit.example" not in call.body


async def test_traits_and_facts_are_sent_when_asked_for(tmp_path: Path) -> None:
    endpoint = Endpoint()
    async with running(tmp_path, endpoint, include=["customer", "event"]) as channel:
        await channel.deliver(COMMAND)
    data = msgspec.json.decode(endpoint.calls[0].body)["data"]
    assert (data["customer"]["name"], data["event"]) == ("Jane", {"cart": 7})


async def test_both_secrets_sign_while_receivers_change_over(tmp_path: Path) -> None:
    endpoint = Endpoint()
    async with running(tmp_path, endpoint, next_secret={"env": "NEXT"}) as channel:
        await channel.deliver(COMMAND)
    [call] = endpoint.calls
    for secret in (SECRET, NEXT_SECRET):
        assert Webhook(secret).verify(call.body, call.headers)


async def test_connections_are_reused_and_attempts_have_the_same_body(tmp_path: Path) -> None:
    endpoint = Endpoint()
    async with running(tmp_path, endpoint) as channel:
        for attempt in (1, 2, 3):
            await channel.deliver(replace(COMMAND, attempt=attempt))
    assert endpoint.connections == 1
    assert len({call.body for call in endpoint.calls}) == 1


@pytest.mark.parametrize(
    ("status", "headers", "expected", "retry_after"),
    [
        (204, {}, DeliveryStatus.ACCEPTED, 0),
        (302, {"location": "http://169.254.169.254/"}, DeliveryStatus.REJECTED, 0),
        (307, {"location": "/elsewhere"}, DeliveryStatus.REJECTED, 0),
        (400, {}, DeliveryStatus.REJECTED, 0),
        (404, {}, DeliveryStatus.REJECTED, 0),
        (410, {}, DeliveryStatus.REJECTED, 0),
        (408, {}, DeliveryStatus.RETRYABLE, 0),
        (429, {"retry-after": "7"}, DeliveryStatus.RETRYABLE, 7 * SECOND),
        (500, {}, DeliveryStatus.RETRYABLE, 0),
        (503, {"retry-after": "never"}, DeliveryStatus.RETRYABLE, 0),
    ],
)
async def test_each_status_has_its_meaning_and_redirects_are_not_followed(
    tmp_path: Path, status: int, headers: dict[str, str], expected: DeliveryStatus, retry_after: int
) -> None:
    endpoint = Endpoint()
    endpoint.status, endpoint.headers = status, headers
    async with running(tmp_path, endpoint) as channel:
        outcome = await channel.deliver(COMMAND)
    assert (outcome.status, outcome.retry_after) == (expected, retry_after)
    assert outcome.may_have_arrived is (status >= 500), "an endpoint that broke down may have done it"
    assert len(endpoint.calls) == 1
    assert ("endpoint_disabled" in outcome.detail) == (status == 410)


async def test_a_lost_connection_and_an_endless_answer_do_no_harm(tmp_path: Path) -> None:
    endpoint = Endpoint()
    async with running(tmp_path, endpoint) as channel:
        endpoint.drops = True
        lost = await channel.deliver(COMMAND)
        assert (lost.status, lost.may_have_arrived) == (DeliveryStatus.RETRYABLE, True)
        endpoint.drops = False
        endpoint.body = b"x" * 3_000_000
        assert (await channel.deliver(COMMAND)).status is DeliveryStatus.ACCEPTED
        endpoint.body = b"ok"
        assert (await channel.deliver(COMMAND)).status is DeliveryStatus.ACCEPTED


async def test_an_oversized_message_is_rejected_before_it_is_sent(tmp_path: Path) -> None:
    endpoint = Endpoint()
    async with running(tmp_path, endpoint) as channel:
        outcome = await channel.deliver(replace(COMMAND, data={"action": {"text": "x" * 300_000}}))
    assert outcome.detail.startswith("too_large")
    assert endpoint.calls == []


async def test_an_address_inside_the_network_is_rejected_and_never_connected_to(tmp_path: Path) -> None:
    endpoint = Endpoint()
    async with running(tmp_path, endpoint, url="http://shop.example:PORT/hook") as channel:
        outcome = await channel.deliver(COMMAND)
        [finding] = await channel.check()
    assert outcome.status is DeliveryStatus.REJECTED
    assert outcome.detail.startswith("forbidden_address")
    assert finding.severity == "error"
    assert endpoint.connections == 0


async def test_tls_checks_the_name_though_the_connection_goes_to_an_address(tmp_path: Path) -> None:
    certificate, tls = write_certificate(tmp_path, "hooks.example")
    settings = {"ca_file": certificate.name, "allow_hosts": ["hooks.example", "other.example"]}
    async with running(tmp_path, Endpoint(tls), url="https://hooks.example:PORT/", **settings) as channel:
        assert (await channel.deliver(COMMAND)).status is DeliveryStatus.ACCEPTED
    async with running(tmp_path, Endpoint(tls), url="https://other.example:PORT/", **settings) as channel:
        refused = await channel.deliver(COMMAND)
        assert (refused.status, refused.may_have_arrived) == (DeliveryStatus.RETRYABLE, False)


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "ftp://a.example"},
        {"url": "https://user:hunter2@a.example/"},
        {"url": "https:///path"},
        {"url": "https://a.example:99999/"},
        {"secret": "whsec_hunter2"},
        {"secret": {"env": "MISSING"}},
        {"ports": [0]},
        {"include": ["everything"]},
    ],
)
async def test_wrong_settings_are_an_error_that_repeats_no_secret(tmp_path: Path, settings: dict[str, Any]) -> None:
    endpoint = Endpoint()
    with pytest.raises(ChannelError) as caught:
        async with running(tmp_path, endpoint, **settings):
            pass
    await endpoint.stop()
    assert caught.value.instruction
    assert "hunter2" not in str(caught.value)
