"""A command becomes a letter; a relay's answer becomes an outcome. Pure.

What an answer means depends on how far the conversation had come: until DATA the relay has nothing, and afterwards
silence leaves the fate of the message open. Details carry the relay's codes, never its words, which like to quote the
address.
"""

import re
import ssl
from enum import Enum

from aiosmtplib import SMTPException, SMTPNotSupported, SMTPRecipientRefused, SMTPResponseException, SMTPTimeoutError
from msgspec import Struct

from segue.channels.liquid_strict import Refusal
from segue.channels.mime import Mailbox, build_mail, message_id, parse_mailbox
from segue.channels.outcomes import rejected, retryable, unknown
from segue.channels.rendering import Rendered
from segue.model.commands import Deliver
from segue.model.decisions import Reason
from segue.model.deliveries import Outcome

HARD_BOUNCE = "hard_bounce"
"""Starts the detail of a rejection that says the mailbox itself does not exist."""

INVALID_ADDRESS = "invalid_address"


class Stage(Enum):
    """How far a conversation with the relay has come."""

    CONNECTING = "connecting"
    ENVELOPE = "envelope"
    CONTENT = "content"


class Correspondents(Struct, frozen=True):
    """Who writes, and where answers and returns go, as the settings say."""

    sender: Mailbox
    return_path: Mailbox
    reply_to: Mailbox | None = None
    unsubscribe_address: str = ""


class Letter(Struct, frozen=True):
    """An envelope and what is in it."""

    sender: str
    recipient: str
    content: bytes
    message_id: str
    needs_utf8: bool


def to_letter(
    command: Deliver, rendered: Rendered, correspondents: Correspondents, unsubscribe_url: str
) -> Letter | Refusal | None:
    """Return the letter of a rendered command; a `Refusal` when it has no subject or no valid sender; None when the
    address cannot be one.
    """
    recipient = parse_mailbox(command.address)
    if recipient is None:
        return None
    sender = parse_mailbox(rendered.sender) if rendered.sender else correspondents.sender
    reply_to = parse_mailbox(rendered.reply_to) if rendered.reply_to else correspondents.reply_to
    if sender is None or (rendered.reply_to and reply_to is None):
        return Refusal(Reason.RENDER_ABORT, "`from` or `reply_to` of the template is not an address")
    if not rendered.subject:
        return Refusal(Reason.RENDER_ABORT, "the template has no subject")
    content = build_mail(
        command,
        rendered,
        sender=sender,
        recipient=recipient,
        reply_to=reply_to,
        unsubscribe_url=unsubscribe_url,
        unsubscribe_address="" if command.is_transactional else correspondents.unsubscribe_address,
    )
    return Letter(
        sender=correspondents.return_path.address,
        recipient=recipient.address,
        content=content,
        message_id=message_id(command, sender),
        needs_utf8=recipient.needs_utf8 or sender.needs_utf8,
    )


def to_outcome(command: Deliver, stage: Stage, error: Exception) -> Outcome:
    """Return what it means that ``error`` came at ``stage``."""
    if isinstance(error, SMTPNotSupported) and stage is not Stage.CONNECTING:
        return rejected(command, f"{INVALID_ADDRESS}: the relay does not take addresses beyond ASCII")
    if isinstance(error, SMTPResponseException) and 400 <= error.code < 600:
        return _refusal_outcome(command, stage, error)
    if stage is Stage.CONTENT:
        return unknown(command, f"the relay fell silent after DATA ({_kind(error)})")
    return retryable(command, f"no connection to the relay ({_kind(error)})")


def _refusal_outcome(command: Deliver, stage: Stage, error: SMTPResponseException) -> Outcome:
    codes = _codes(error)
    if stage is Stage.CONNECTING:  # it turned us away, not the message; a person can put that right
        return retryable(command, f"the relay refused the connection: {codes}")
    if error.code < 500:
        return retryable(command, f"the relay deferred: {codes}")
    is_hard = isinstance(error, SMTPRecipientRefused) and error.code in (550, 551, 553) and is_mailbox_gone(codes)
    return rejected(command, f"{HARD_BOUNCE if is_hard else 'the relay refused'}: {codes}")


def is_mailbox_gone(codes: str) -> bool:
    """Tell whether codes such as "550 5.1.1" say that the mailbox does not exist; 5.7.x is about policy instead."""
    return " " not in codes or re.search(r" 5\.1\.(1|2|3|6|10)$", codes) is not None


def _codes(error: SMTPResponseException) -> str:
    enhanced = re.match(r"\s*([245]\.\d{1,3}\.\d{1,3})\b", error.message)
    return f"{error.code} {enhanced[1]}" if enhanced else str(error.code)


def _kind(error: Exception) -> str:
    """Name an error without its words."""
    cause = error.__cause__ if isinstance(error.__cause__, OSError) else error
    if isinstance(cause, ssl.SSLError):
        return "TLS failed"
    if isinstance(error, SMTPTimeoutError | TimeoutError):
        return "timeout"
    if isinstance(cause, OSError) and not isinstance(cause, SMTPException):
        return type(cause).__name__
    return type(error).__name__.removeprefix("SMTP")
