"""E-mail against a real SMTP server: what each way of failing means."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from segue.channels.context import ChannelContext
from segue.channels.registry import load_channel
from segue.channels.unsubscribe import Subscription, UnsubscribeLinks, verify
from segue.model.commands import Deliver
from segue.model.deliveries import DeliveryStatus
from segue.model.errors import ChannelError
from segue.model.ids import CustomerId, DecisionId, DeliveryId
from segue.model.time import Instant
from segue.ports.channel import MessageChannel
from tests.channels.certificates import write_certificate
from tests.channels.smtp_relay import Relay, parse

SECRET = b"a secret of at least 16 bytes"
COMMAND = Deliver(
    delivery_id=DeliveryId("d1"),
    decision_id=DecisionId("x1"),
    customer_id=CustomerId("c1"),
    channel="email",
    action="reorder",
    template="mail.mjml",
    address="jane@recipient.example",
    data={"customer": {"name": "Jane"}},
    decided_at=Instant(1_300_000_000_000_000),
    expires_at=Instant(2**60),
)
MAIL = """---
subject: Time for more, {{ customer.name }}?
preheader: Until Sunday
---
<mjml><mj-body><mj-section><mj-column>
<mj-text>Dear {{ customer.name }}</mj-text>
<mj-text><a href="{{ unsubscribe_url }}">Unsubscribe</a></mj-text>
</mj-column></mj-section></mj-body></mjml>
"""


@asynccontextmanager
async def running(folder: Path, relay: Relay, **settings: Any) -> AsyncIterator[MessageChannel]:
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / "mail.mjml").write_text(MAIL)
    await relay.start()
    context = ChannelContext(
        workspace=folder,
        state=folder / "state",
        unsubscribe=UnsubscribeLinks("https://segue.example", SECRET),
        environment={"SMTP_PASSWORD": "hunter2"},
    )
    defaults = {
        "host": "localhost",
        "port": relay.port,
        "security": "plain",
        "sender": "Shop <s@sender.example>",
        "timeout": 0.5,
    }
    channel = load_channel("email", "email_smtp", {**defaults, **settings}, context)
    assert isinstance(channel, MessageChannel)
    await channel.start()
    try:
        yield channel
    finally:
        await channel.stop()
        await relay.stop()


async def test_a_mjml_mail_arrives_with_both_parts_and_a_way_out_that_verifies(tmp_path: Path) -> None:
    relay = Relay()
    async with running(
        tmp_path, relay, return_path="bounces@sender.example", reply_to="care@sender.example"
    ) as channel:
        outcome = await channel.deliver(COMMAND)
    [taken] = relay.mails
    mail = parse(taken)
    assert outcome.status is DeliveryStatus.ACCEPTED
    assert outcome.provider_id == mail["message-id"]
    assert (taken.mail_from, taken.rcpt_tos) == ("bounces@sender.example", ["jane@recipient.example"])
    assert (mail["from"], mail["to"]) == ("Shop <s@sender.example>", "jane@recipient.example")
    assert mail["reply-to"] == "care@sender.example"
    assert "Until Sunday" in mail.get_body(("html",)).get_content()
    assert "Until Sunday" not in mail.get_body(("plain",)).get_content()
    token = mail["list-unsubscribe"].strip("<>").rpartition("/")[2]
    assert verify(SECRET, token) == Subscription(CustomerId("c1"), "email", "marketing")


@pytest.mark.parametrize("implicit_tls", [True, False])
async def test_a_password_goes_over_tls_that_is_verified(tmp_path: Path, implicit_tls: bool) -> None:
    certificate, tls = write_certificate(tmp_path, "localhost")
    relay = Relay(tls=tls, implicit_tls=implicit_tls, password="hunter2")
    settings = {"security": "tls" if implicit_tls else "starttls", "username": "shop", "password": "${SMTP_PASSWORD}"}
    async with running(tmp_path, relay, ca_file=certificate.name, **settings) as channel:
        assert (await channel.deliver(COMMAND)).status is DeliveryStatus.ACCEPTED
        assert await channel.check() == ()
    assert len(relay.mails) == 1


async def test_a_certificate_that_nobody_vouches_for_is_retryable_and_gets_no_password(tmp_path: Path) -> None:
    _, tls = write_certificate(tmp_path, "localhost")
    relay = Relay(tls=tls, password="hunter2")
    settings = {"security": "starttls", "username": "shop", "password": "${SMTP_PASSWORD}"}
    async with running(tmp_path, relay, **settings) as channel:
        outcome = await channel.deliver(COMMAND)
        [finding] = await channel.check()
    assert outcome.status is DeliveryStatus.RETRYABLE
    assert finding.severity == "error"
    assert relay.mails == []


async def test_starttls_is_never_given_up(tmp_path: Path) -> None:
    relay = Relay()
    async with running(tmp_path, relay, security="starttls") as channel:
        outcome = await channel.deliver(COMMAND)
    assert outcome.status is DeliveryStatus.RETRYABLE
    assert relay.mails == []


async def test_a_wrong_password_is_retryable_because_a_person_can_put_it_right(tmp_path: Path) -> None:
    relay = Relay(password="another")
    async with running(tmp_path, relay, username="shop", password={"env": "SMTP_PASSWORD"}) as channel:
        outcome = await channel.deliver(COMMAND)
        [finding] = await channel.check()
    assert (outcome.status, outcome.detail) == (DeliveryStatus.RETRYABLE, "the relay refused the connection: 535 5.7.8")
    assert finding.instruction == "Check user name and password."


@pytest.mark.parametrize(
    ("verb", "answer", "status", "detail"),
    [
        ("RCPT", "550 5.1.1 <jane@recipient.example> unknown", DeliveryStatus.REJECTED, "hard_bounce: 550 5.1.1"),
        ("RCPT", "550 no such user", DeliveryStatus.REJECTED, "hard_bounce: 550"),
        ("RCPT", "550 5.7.1 blocked", DeliveryStatus.REJECTED, "the relay refused: 550 5.7.1"),
        ("RCPT", "452 4.2.2 mailbox full", DeliveryStatus.RETRYABLE, "the relay deferred: 452 4.2.2"),
        ("RCPT", "450 greylisted", DeliveryStatus.RETRYABLE, "the relay deferred: 450"),
        ("MAIL", "553 5.1.8 sender unknown", DeliveryStatus.REJECTED, "the relay refused: 553 5.1.8"),
        ("MAIL", "421 4.3.2 closing", DeliveryStatus.RETRYABLE, "the relay deferred: 421 4.3.2"),
        ("DATA", "554 5.6.0 spam", DeliveryStatus.REJECTED, "the relay refused: 554 5.6.0"),
        ("DATA", "451 4.3.0 later", DeliveryStatus.RETRYABLE, "the relay deferred: 451 4.3.0"),
    ],
)
async def test_each_answer_has_its_meaning(
    tmp_path: Path, verb: str, answer: str, status: DeliveryStatus, detail: str
) -> None:
    relay = Relay()
    relay.answers = {verb: answer}
    async with running(tmp_path, relay) as channel:
        outcome = await channel.deliver(COMMAND)
        relay.answers = {}
        after = await channel.deliver(replace(COMMAND, delivery_id=DeliveryId("d2")))
    assert (outcome.status, outcome.detail) == (status, detail)
    assert after.status is DeliveryStatus.ACCEPTED
    assert len(relay.mails) == 1


async def test_a_lost_connection_after_data_is_unknown(tmp_path: Path) -> None:
    relay = Relay()
    relay.drop_after_data = True
    async with running(tmp_path, relay) as channel:
        outcome = await channel.deliver(COMMAND)
    assert outcome.status is DeliveryStatus.UNKNOWN
    assert len(relay.mails) == 1, "the relay has it: a resend would be a duplicate"


async def test_silence_after_data_is_unknown(tmp_path: Path) -> None:
    relay = Relay()
    relay.silent_after_data = True
    async with running(tmp_path, relay) as channel:
        outcome = await channel.deliver(COMMAND)
    assert (outcome.status, outcome.detail) == (DeliveryStatus.UNKNOWN, "the relay fell silent after DATA (timeout)")


async def test_a_host_that_does_not_resolve_or_listen_is_retryable(tmp_path: Path) -> None:
    for host in ("no-such-host.invalid", "127.0.0.1"):
        relay = Relay()
        async with running(tmp_path, relay, host=host, port=1) as channel:
            outcome = await channel.deliver(COMMAND)
        assert outcome.status is DeliveryStatus.RETRYABLE
        assert outcome.detail.startswith("no connection to the relay")


async def test_a_relay_that_never_greets_is_retryable(tmp_path: Path) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with running(tmp_path, Relay(), host="127.0.0.1", port=port) as channel:
        outcome = await channel.deliver(COMMAND)
    server.close()
    assert outcome.status is DeliveryStatus.RETRYABLE


async def test_an_idle_connection_that_the_relay_closed_costs_no_message(tmp_path: Path) -> None:
    relay = Relay()
    async with running(tmp_path, relay) as channel:
        assert (await channel.deliver(COMMAND)).status is DeliveryStatus.ACCEPTED
        relay.drop_connections()
        second = await channel.deliver(replace(COMMAND, delivery_id=DeliveryId("d2")))
    assert second.status is DeliveryStatus.ACCEPTED
    assert len(relay.mails) == 2


async def test_connections_are_reused_also_after_a_refusal_and_limited(tmp_path: Path) -> None:
    relay = Relay()
    async with running(tmp_path, relay, connections=2) as channel:
        await asyncio.gather(
            *(channel.deliver(replace(COMMAND, delivery_id=DeliveryId(str(index)))) for index in range(12))
        )
        relay.answers = {"RCPT": "550 5.1.1 unknown"}
        await channel.deliver(COMMAND)
        relay.answers = {}
        await channel.deliver(COMMAND)
    assert len(relay.mails) == 13
    assert relay.sessions == 2


async def test_an_address_beyond_ascii_needs_a_relay_that_takes_it(tmp_path: Path) -> None:
    relay = Relay()
    async with running(tmp_path, relay) as channel:
        outcome = await channel.deliver(replace(COMMAND, address="zoë@bücher.example"))
    assert outcome.status is DeliveryStatus.ACCEPTED
    assert relay.mails[0].rcpt_tos == ["zoë@xn--bcher-kva.example"]


@pytest.mark.parametrize(
    "settings",
    [
        {"sender": "no address"},
        {"sender": "a@b.example\r\nBcc: c@d.example"},
        {"return_path": "x"},
        {"security": "ssl"},
        {"port": 0},
        {"password": "hunter2"},
        {"connections": 0},
    ],
)
async def test_wrong_settings_are_an_error_that_repeats_no_value(tmp_path: Path, settings: dict[str, Any]) -> None:
    with pytest.raises(ChannelError) as caught:
        async with running(tmp_path, Relay(), **settings):
            pass
    assert caught.value.instruction
    assert "hunter2" not in str(caught.value)


async def test_a_password_is_never_sent_in_the_clear_to_another_machine(tmp_path: Path) -> None:
    with pytest.raises(ChannelError, match="in the clear"):
        async with running(tmp_path, Relay(), host="relay.example", username="shop", password="${SMTP_PASSWORD}"):
            pass
