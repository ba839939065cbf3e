"""The kit of the message family: what every channel that sends must do."""

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from enum import Enum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from segue.channels.manifest import load_manifest
from segue.model.commands import Deliver
from segue.model.deliveries import DeliveryStatus
from segue.model.ids import CustomerId, DecisionId, DeliveryId
from segue.model.time import DAY, NEVER, Instant
from segue.ports.channel import MessageChannel
from segue.testing.conformance.channel import (
    PUBLIC_URL,
    Case,
    Harness,
    NotApplicable,
    check_manifest_is_complete,
    check_readme_is_there,
    check_settings_are_strict,
    check_spec_agrees,
    check_start_and_stop_repeat,
    recorded_logs,
)

ADDRESS = "kit.customer@recipient.example"
DECIDED_AT = Instant(1_300_000_000_000_000)
MAIL = """---
subject: "For {{ customer.name }}"
---
<html><body><p>Dear {{ customer.name }}, your {{ action.thing }} is ready.</p></body></html>
"""


class Mood(Enum):
    """How the provider behaves."""

    WELL = "well"
    DOWN = "down"  # nobody listens
    SLOW = "slow"  # takes the message and never answers
    REFUSING = "refusing"  # says no, for good


class Received(Struct, frozen=True, kw_only=True):
    """One message in the provider's own record.

    Attributes:
        key: what the provider recognises a resend by: an idempotency key, a Message-ID, a file's name.
        content: the bytes as they came, for "the same at every attempt".
        headers: where the medium has them, names in lower case.
    """

    key: str
    subject: str
    text: str
    html: str
    content: bytes
    headers: dict[str, str] = {}


class MessageHarness(Harness):
    """Runs a message channel.

    Subclasses list the moods that their provider can have, and why it cannot have the others.
    """

    no_mood: dict[Mood, str] = {}
    address: str = ADDRESS

    @abstractmethod
    def received(self) -> list[Received]:
        """Return the provider's record, oldest first."""

    @abstractmethod
    async def set_mood(self, mood: Mood) -> None:
        """Make the provider behave so from now on."""

    async def behave(self, mood: Mood) -> None:
        """Set the mood, or say that this provider cannot have it."""
        if mood in self.no_mood:
            raise NotApplicable(self.no_mood[mood])
        await self.set_mood(mood)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[MessageChannel]:
        """Give the channel, started."""
        channel = self.open()
        assert isinstance(channel, MessageChannel)
        await channel.start()
        try:
            yield channel
        finally:
            await channel.stop()

    def command(self, delivery_id: str = "kit-1", template: str = "", **changes: Any) -> Deliver:
        """Return a command whose template is `MAIL` and whose data fits it."""
        data = {"customer": {"name": "Jane"}, "event": {}, "action": {"thing": "order"}}
        command = Deliver(
            delivery_id=DeliveryId(delivery_id),
            decision_id=DecisionId("decision-1"),
            customer_id=CustomerId("customer-1"),
            channel="kit",
            action="reorder",
            template=template or self.template("kit.html", MAIL),
            address=self.address,
            data=data,
            decided_at=DECIDED_AT,
            expires_at=Instant(DECIDED_AT + DAY),
        )
        return replace(command, **changes)

    def named(self, name: Any, delivery_id: str = "kit-1") -> Deliver:
        """Return a command for a customer of this name."""
        return self.command(delivery_id, data={"customer": {"name": name}, "event": {}, "action": {"thing": "order"}})


async def _one_arrives(harness: MessageHarness) -> None:
    async with harness.running() as channel:
        outcome = await channel.deliver(harness.command())
    assert (outcome.status, outcome.delivery_id) == (DeliveryStatus.ACCEPTED, "kit-1")
    [message] = harness.received()
    assert "Dear Jane, your order is ready." in message.text
    assert "<p>Dear Jane, your order is ready.</p>" in message.html
    assert message.subject == "For Jane"


async def _extremes(harness: MessageHarness) -> None:
    command = harness.command(expires_at=NEVER, decided_at=Instant(0), decision_id="", customer_id="c" * 500)
    long_id = harness.command("d/../" + "x" * 150, purpose="a purpose\r\nX-Evil: 1", action="a" * 64)
    async with harness.running() as channel:
        for each in (command, long_id):
            assert (await channel.deliver(each)).status is DeliveryStatus.ACCEPTED
    assert len(harness.received()) == 2
    assert not any("x-evil" in message.headers for message in harness.received())


async def _resend_is_recognisable(harness: MessageHarness) -> None:
    async with harness.running() as channel:
        for attempt in (1, 2):
            outcome = await channel.deliver(harness.command(attempt=attempt))
            assert outcome.status is DeliveryStatus.ACCEPTED
        await channel.deliver(harness.command("kit-2"))
    first, *others = harness.received()
    again = [message for message in others if message.key == first.key]
    assert all(message.content == first.content for message in again)
    assert len({message.key for message in harness.received()}) == 2
    if load_manifest(harness.type).capabilities["idempotency"] is not True:
        assert len(again) == 1


async def _unicode_survives(harness: MessageHarness) -> None:
    name = "Zoë 李雷 \N{OGHAM SPACE MARK}\N{PILE OF POO} ÅÇß " + "é" * 120
    async with harness.running() as channel:
        outcome = await channel.deliver(harness.named(name))
    assert outcome.status is DeliveryStatus.ACCEPTED
    [message] = harness.received()
    assert "Zoë 李雷" in message.text
    assert "\N{PILE OF POO} ÅÇß " + "é" * 120 in message.html
    assert message.subject.endswith("é" * 120)


async def _no_header_injection(harness: MessageHarness) -> None:
    attempts = (
        "Jane\r\nBcc: evil@example.org",
        "Jane\nX-Evil: 1",
        "Jane\r\n\r\n<b>body</b>",
        "Jane\x00\x85\u2028X-Evil: 1",
    )
    async with harness.running() as channel:
        for index, name in enumerate(attempts):
            outcome = await channel.deliver(harness.named(name, f"kit-{index}"))
            assert outcome.status is DeliveryStatus.ACCEPTED
    for message in harness.received():
        assert "bcc" not in message.headers
        assert "x-evil" not in message.headers
        assert "<b>body</b>" not in message.html
        assert message.subject.startswith("For Jane")
        assert len(message.subject.splitlines()) == 1


async def _no_address_injection(harness: MessageHarness) -> None:
    if not load_manifest(harness.type).contact_trait:
        raise NotApplicable("it needs no address")
    attempts = (
        "a@b.example\r\nRCPT TO:<evil@b.example>",
        "a@b.example>\r\nDATA",
        "a@b.example, evil@b.example",
        "<a@b.example> <evil@b.example>",
        "not an address",
        "",
    )
    async with harness.running() as channel:
        for address in attempts:
            outcome = await channel.deliver(harness.command(address=address))
            assert outcome.status is DeliveryStatus.REJECTED, address
            assert outcome.detail.startswith("invalid_address")
    assert harness.received() == []


async def _rejects(harness: MessageHarness, command: Deliver, detail: str) -> str:
    async with harness.running() as channel:
        outcome = await channel.deliver(command)
    assert outcome.status is DeliveryStatus.REJECTED
    assert outcome.detail.startswith(detail)
    assert harness.received() == []
    return outcome.detail


async def _missing_attribute(harness: MessageHarness) -> None:
    for name in ({}, {"name": None}):
        data = {"customer": name, "event": {}, "action": {"thing": "order"}}
        detail = await _rejects(harness, harness.command(data=data), "render_missing_attribute")
        assert "customer.name" in detail


async def _abort(harness: MessageHarness) -> None:
    template = harness.template("abort.html", "---\nsubject: Hi\n---\n{% abort 'nothing in stock' %}")
    detail = await _rejects(harness, harness.command(template=template), "render_abort")
    assert "nothing in stock" in detail


async def _broken_templates(harness: MessageHarness) -> None:
    broken = (
        "{% if %}",
        "{{ customer.name | no_such_filter }}",
        "---\nsubject: [\n---\nHi",
        "---\nno_such_part: x\n---\nHi",
        "{% render 'no_such_file' %}",
        "{% include '../../segue.yaml' %}",
        '---\nsubject: Hi\n---\n<a href="javascript:alert(1)">x</a>',
        "---\nsubject: Hi\n---\n<script>alert(1)</script>",
    )
    for index, content in enumerate(broken):
        template = harness.template(f"broken_{index}.html", content)
        await _rejects(harness, harness.command(template=template), "render_abort")
    for name in ("no_such_template.html", "../outside.html", "/etc/passwd", "broken\x00.html"):
        await _rejects(harness, harness.command(template=name), "render_abort")


async def _oversized(harness: MessageHarness) -> None:
    body = "---\nsubject: Hi\n---\n{% for a in (1..9000) %}" + "x" * 1000 + "{% endfor %}"
    endless = "---\nsubject: Hi\n---\n{% for a in (1..100000) %}{% for b in (1..100000) %}{% endfor %}{% endfor %}"
    for name, content in (("big.html", body), ("endless.html", endless)):
        await _rejects(harness, harness.command(template=harness.template(name, content)), "render_abort")


async def _values_are_escaped(harness: MessageHarness) -> None:
    async with harness.running() as channel:
        await channel.deliver(harness.named('<img src=x onerror="alert(1)">'))
    [message] = harness.received()
    assert "<img" not in message.html
    assert "&lt;img" in message.html


async def _down(harness: MessageHarness) -> None:
    async with harness.running() as channel:
        await harness.behave(Mood.DOWN)
        outcome = await channel.deliver(harness.command())
        assert (outcome.status, bool(outcome.detail)) == (DeliveryStatus.RETRYABLE, True)
        await harness.behave(Mood.WELL)
        outcome = await channel.deliver(harness.command(attempt=2))
        assert outcome.status is DeliveryStatus.ACCEPTED
    assert len(harness.received()) == 1


async def _slow(harness: MessageHarness) -> None:
    await harness.behave(Mood.SLOW)
    async with harness.running() as channel:
        outcome = await asyncio.wait_for(channel.deliver(harness.command()), 30)
    expected = load_manifest(harness.type).capabilities["on_timeout"]
    assert (outcome.status, outcome.may_have_arrived) == (expected, expected == DeliveryStatus.RETRYABLE)


async def _refusing(harness: MessageHarness) -> None:
    await harness.behave(Mood.REFUSING)
    await _rejects(harness, harness.command(), "")


async def _cancelled(harness: MessageHarness) -> None:
    async with harness.running() as channel:
        await harness.behave(Mood.SLOW)
        task = asyncio.create_task(channel.deliver(harness.command("kit-cancelled")))
        await asyncio.sleep(0.2)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
            raise AssertionError("cancellation did not come through")
        await harness.behave(Mood.WELL)
        outcome = await channel.deliver(harness.command("kit-after"))
    assert outcome.status is DeliveryStatus.ACCEPTED


async def _nothing_leaks(harness: MessageHarness) -> None:
    seen: list[str] = []
    with recorded_logs(harness) as logs:
        async with harness.running() as channel:
            seen += [repr(channel), repr(channel.__dict__), repr(harness.context())]
            for mood in Mood:
                with suppress(NotApplicable):
                    await harness.behave(mood)
                    seen.append(repr(await channel.deliver(harness.command(f"kit-{mood.value}"))))
                    seen.append(repr(await channel.check()))
            seen.append(repr(await channel.deliver(harness.command(address=f"{harness.address}\r\nx"))))
    secrets = [*harness.environment.values(), harness.address, "Dear Jane", "kit-secret"]
    for text in (*seen, *logs):
        assert [secret for secret in secrets if secret in text] == []


async def _many_at_once(harness: MessageHarness) -> None:
    async with harness.running() as channel:
        outcomes = await asyncio.gather(*(channel.deliver(harness.command(f"kit-{index}")) for index in range(20)))
    assert {outcome.status for outcome in outcomes} == {DeliveryStatus.ACCEPTED}
    assert [outcome.delivery_id for outcome in outcomes] == [f"kit-{index}" for index in range(20)]
    assert len({message.key for message in harness.received()}) == len(harness.received()) == 20


async def _a_way_out(harness: MessageHarness) -> None:
    template = harness.template("out.html", MAIL.replace("is ready.", "is ready. {{ unsubscribe_url | default: '' }}"))
    async with harness.running() as channel:
        await channel.deliver(harness.command("kit-promo", template))
        await channel.deliver(harness.command("kit-bill", template, is_transactional=True))
    promo, bill = harness.received()
    assert f"{PUBLIC_URL}/unsubscribe/" in promo.text
    assert PUBLIC_URL not in bill.text
    if promo.headers:
        assert promo.headers["list-unsubscribe"].startswith(f"<{PUBLIC_URL}/unsubscribe/")
        assert promo.headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"
        assert not any(name.startswith("list-unsubscribe") for name in bill.headers)


async def _check_finds(harness: MessageHarness) -> None:
    async with harness.running() as channel:
        assert [finding for finding in await channel.check() if finding.severity == "error"] == []
        assert harness.received() == []


Check = Callable[[MessageHarness], Awaitable[None]]


def _case(number: str, says: str, check: Check) -> Case[MessageHarness]:
    return Case(number, says, check)


CASES: tuple[Case[MessageHarness], ...] = (
    _case("CH-01", "one message arrives, accepted, with subject, text and HTML", _one_arrives),
    _case("CH-02", "a resend has the same key and the same bytes", _resend_is_recognisable),
    _case("CH-03", "every script survives, in subject and body", _unicode_survives),
    _case("CH-04", "no value starts a header or a body of its own", _no_header_injection),
    _case("CH-05", "an address that is not exactly one address is rejected", _no_address_injection),
    _case("CH-06", "a missing or null attribute rejects the message and is named", _missing_attribute),
    _case("CH-07", "a template's abort rejects the message with its reason", _abort),
    _case("CH-08", "a template that is broken, unsafe or absent rejects the message", _broken_templates),
    _case("CH-09", "oversized and endless content is rejected", _oversized),
    _case("CH-10", "values are escaped in HTML", _values_are_escaped),
    _case("CH-11", "a provider that is down is retryable, and nothing is lost after", _down),
    _case("CH-12", "a provider that falls silent has the outcome that the manifest says", _slow),
    _case("CH-13", "a provider's final no is rejected", _refusing),
    _case("CH-14", "a cancelled delivery leaves the channel usable", _cancelled),
    _case("CH-15", "no secret, address or body in reprs, logs, outcomes or findings", _nothing_leaks),
    _case("CH-16", "twenty at once arrive once each", _many_at_once),
    _case("CH-17", "marketing carries a way out, transactional messages none", _a_way_out),
    _case("CH-18", "a check of a healthy channel finds no error and sends nothing", _check_finds),
    _case("CH-19", "stop and start may be repeated", check_start_and_stop_repeat),
    _case("CH-20", "manifest is complete", check_manifest_is_complete),
    _case("CH-21", "README explains settings, outcomes and gaps", check_readme_is_there),
    _case("CH-22", "settings are strict", check_settings_are_strict),
    _case("CH-23", "channel and registry agree; missing secrets are named", check_spec_agrees),
    _case("CH-24", "odd ids, the first and the last instant do no harm", _extremes),
)
