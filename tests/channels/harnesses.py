"""One harness for each channel there is: its provider, run for real."""

import json
from email import message_from_bytes
from email.policy import default
from typing import Any

from standardwebhooks import Webhook

from segue.testing.conformance.audience_channel import AudienceHarness
from segue.testing.conformance.channel import Harness
from segue.testing.conformance.message_channel import MessageHarness, Mood, Received
from segue.testing.conformance.placement_channel import PlacementHarness
from tests.channels.endpoint import Endpoint
from tests.channels.smtp_relay import Relay

SIGNING_SECRET = "whsec_" + "c2VndWUta2l0LXNlY3JldC1vZi0zMi1ieXRlcyEh"


def received_mail(key: str, content: bytes) -> Received:
    """Return a mail as its reader sees it."""
    mail = message_from_bytes(content, policy=default)
    html = mail.get_body(("html",))
    text = mail.get_body(("plain",))
    assert text is not None
    return Received(
        key=key,
        subject=str(mail["subject"]),
        text=text.get_content(),
        html=html.get_content() if html else "",
        content=content,
        headers={name.lower(): str(value) for name, value in mail.items()},
    )


class OutboxFolderHarness(MessageHarness):
    """A folder."""

    type = "outbox_folder"
    no_mood = {Mood.SLOW: "a folder does not fall silent", Mood.REFUSING: "a folder does not refuse"}

    def received(self) -> list[Received]:
        files = sorted((self.state / "kit").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [received_mail(file.name, file.read_bytes()) for file in files]

    async def set_mood(self, mood: Mood) -> None:
        folder, aside = self.state / "kit", self.state / "aside"
        if mood is Mood.DOWN:
            folder.rename(aside)
            folder.write_text("not a folder")
        elif aside.exists():
            folder.unlink()
            aside.rename(folder)


class EmailSmtpHarness(MessageHarness):
    """An SMTP server that wants a password."""

    type = "email_smtp"
    environment = {"KIT_SMTP_PASSWORD": "hunter2-smtp-password"}
    provider_loggers = ("mail.log", "mail.debug")

    async def __aenter__(self) -> "EmailSmtpHarness":
        self.relay = Relay(password=self.environment["KIT_SMTP_PASSWORD"])
        await self.relay.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.relay.stop()

    def settings(self) -> dict[str, Any]:
        return {
            "host": "127.0.0.1",
            "port": self.relay.port,
            "security": "plain",
            "username": "kit",
            "password": "${KIT_SMTP_PASSWORD}",
            "sender": "Kit Shop <shop@sender.example>",
            "timeout": 1.0,
        }

    def received(self) -> list[Received]:
        return [
            received_mail(str(message_from_bytes(mail.content)["message-id"]), mail.content)
            for mail in self.relay.mails
        ]

    async def set_mood(self, mood: Mood) -> None:
        self.relay.silent_after_data = mood is Mood.SLOW
        self.relay.answers = (
            {"RCPT": "550 5.1.1 <kit.customer@recipient.example> unknown"} if mood is Mood.REFUSING else {}
        )
        await self.relay.stop()
        if mood is not Mood.DOWN:
            await self.relay.start()


class WebhookHarness(MessageHarness):
    """An HTTP endpoint that verifies signatures."""

    type = "webhook"
    environment = {"KIT_WEBHOOK_SECRET": SIGNING_SECRET}

    async def __aenter__(self) -> "WebhookHarness":
        self.endpoint = Endpoint()
        await self.endpoint.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.endpoint.stop()

    def settings(self) -> dict[str, Any]:
        return {
            "url": f"http://127.0.0.1:{self.endpoint.port}/hook?a=1",
            "secret": {"env": "KIT_WEBHOOK_SECRET"},
            "ports": [self.endpoint.port],
            "allow_hosts": ["127.0.0.1"],
            "timeout": 1.0,
        }

    def received(self) -> list[Received]:
        messages = []
        for call in self.endpoint.calls:
            data = Webhook(SIGNING_SECRET).verify(call.body, call.headers)["data"]
            assert call.headers["webhook-id"] == data["delivery_id"]
            messages.append(
                Received(
                    key=call.headers["webhook-id"],
                    subject=data["subject"],
                    text=data["text"],
                    html=data["html"],
                    content=call.body,
                )
            )
        # a receiver counts one message for each id, and this is what it would keep
        return list({message.key: message for message in messages if self.endpoint.status < 400}.values())

    async def set_mood(self, mood: Mood) -> None:
        self.endpoint.is_silent = mood is Mood.SLOW
        self.endpoint.status = 400 if mood is Mood.REFUSING else 200
        await self.endpoint.stop()
        if mood is not Mood.DOWN:
            await self.endpoint.start()


class DisplayAudienceHarness(AudienceHarness):
    """A folder that a platform imports from."""

    type = "display_audience"

    def members(self, audience: str) -> list[str]:
        path = self.state / "kit" / f"{audience}.members.csv"
        rows = path.read_text().splitlines()[1:] if path.exists() else []
        return [row.split(",")[0].strip('"') for row in rows]

    def changes(self, audience: str) -> list[str]:
        path = self.state / "kit" / f"{audience}.changes.jsonl"
        changes = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [f"{change['change']} {change['email']}" for change in changes]

    def written(self) -> bytes:
        return b"".join(path.read_bytes() for path in sorted(self.state.rglob("*")) if path.is_file())

    def fail(self, is_failing: bool) -> None:
        folder, aside = self.state / "kit", self.state / "aside"
        if is_failing:
            folder.rename(aside)
            folder.write_text("not a folder")
        else:
            folder.unlink()
            aside.rename(folder)


class WebsiteHarness(PlacementHarness):
    """Nothing to run."""

    type = "website"


HARNESSES: tuple[type[Harness], ...] = (
    OutboxFolderHarness,
    EmailSmtpHarness,
    WebhookHarness,
    DisplayAudienceHarness,
    WebsiteHarness,
)
