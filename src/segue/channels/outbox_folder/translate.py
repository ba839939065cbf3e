"""A rendered message as a file: its name and its bytes. Pure."""

from typing import Any
from urllib.parse import quote

import msgspec

from segue.channels.mime import Mailbox, build_mail
from segue.channels.rendering import Rendered
from segue.model.commands import Deliver
from segue.model.time import format_instant


def to_mail(
    command: Deliver, rendered: Rendered, sender: Mailbox, recipient: Mailbox, unsubscribe_url: str
) -> tuple[str, bytes]:
    """Return name and content of a message that has a subject."""
    mail = build_mail(command, rendered, sender=sender, recipient=recipient, unsubscribe_url=unsubscribe_url)
    return file_name(command, "eml"), mail


def to_json(command: Deliver, rendered: Rendered | None, content: Any) -> tuple[str, bytes]:
    """Return name and content of a message without a subject, such as a text message."""
    body = {
        "delivery_id": command.delivery_id,
        "decision_id": command.decision_id,
        "channel": command.channel,
        "action": command.action,
        "address": command.address,
        "decided_at": format_instant(command.decided_at),
        "text": rendered.text if rendered else "",
        "html": rendered.html if rendered else "",
        "content": content,
    }
    return file_name(command, "json"), msgspec.json.format(msgspec.json.encode(body)) + b"\n"


def file_name(command: Deliver, ending: str) -> str:
    """Return the file's name: one file a delivery, however often it is attempted."""
    return f"{quote(command.delivery_id, safe='')}.{ending}"
