"""MIME: a rendered message as the bytes of an e-mail, the same bytes at every attempt.

Nothing here reads the clock or draws a boundary: Date is the decision's moment, Message-ID and boundaries derive from
the delivery id, so that a resend can be recognised as one.
"""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr

from msgspec import Struct

from segue.channels.rendering import Rendered
from segue.channels.unsubscribe import ONE_CLICK_BODY
from segue.model.commands import Deliver
from segue.model.ids import derive
from segue.model.time import to_datetime

_LOCAL = r"[^\s\x00-\x1f\x7f@<>()\[\],;:\\\"]{1,64}"
_DOMAIN = r"(?=.{1,253}$)[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*"
_MAILBOX = re.compile(f"(?P<local>{_LOCAL})@(?P<domain>{_DOMAIN})")


class Mailbox(Struct, frozen=True):
    """An e-mail address whose domain is in its ASCII form, and the name to show beside it."""

    name: str
    local: str
    domain: str

    @property
    def address(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def needs_utf8(self) -> bool:
        """Only servers with SMTPUTF8 take it."""
        return not self.local.isascii()

    def header(self) -> Address:
        return Address(self.name, self.local, self.domain)


def parse_mailbox(text: str) -> Mailbox | None:
    """Return the one mailbox in ``text`` ("a@b.example" or "A <a@b.example>"); None when there is not exactly that."""
    if re.search(r"[\x00-\x1f\x7f]", text):
        return None
    name, address = parseaddr(text)
    match = _MAILBOX.fullmatch(address)
    if match is None or (address != text.strip() and f"<{address}>" not in text):
        return None
    try:
        return Mailbox(name, match["local"], match["domain"].encode("idna").decode("ascii"))
    except UnicodeError:
        return None


def build_mail(
    command: Deliver,
    rendered: Rendered,
    *,
    sender: Mailbox,
    recipient: Mailbox,
    reply_to: Mailbox | None = None,
    unsubscribe_url: str = "",
    unsubscribe_address: str = "",
) -> bytes:
    """Return the message with CRLF line ends.

    Args:
        unsubscribe_url: takes a one-click POST (RFC 8058); "" for none.
        unsubscribe_address: takes a mail that unsubscribes; "" for none.
    """
    mail = EmailMessage(policy=SMTPUTF8 if recipient.needs_utf8 or sender.needs_utf8 else SMTP)
    mail["Message-ID"] = message_id(command, sender)
    mail["Date"] = format_datetime(to_datetime(command.decided_at))
    mail["From"] = sender.header()
    mail["To"] = recipient.header()
    if reply_to:
        mail["Reply-To"] = reply_to.header()
    mail["Subject"] = rendered.subject
    mail["Feedback-ID"] = f"{command.action}:{command.purpose}:{command.channel}:{sender.domain}"
    _add_ways_out(mail, unsubscribe_url, unsubscribe_address)
    mail.set_content(rendered.text)
    if rendered.html:
        mail.add_alternative(rendered.html, subtype="html")
        mail.set_boundary(f"=_{derive('boundary', command.delivery_id)}")
    return mail.as_bytes()


def message_id(command: Deliver, sender: Mailbox) -> str:
    """Return the Message-ID: the same for every attempt of a delivery."""
    return f"<{derive('message', command.delivery_id)}@{sender.domain}>"


def _add_ways_out(mail: EmailMessage, url: str, address: str) -> None:
    ways = [f"<{url}>"] * bool(url) + [f"<mailto:{address}?subject=unsubscribe>"] * bool(address)
    if ways:
        mail["List-Unsubscribe"] = ", ".join(ways)
    if url:
        mail["List-Unsubscribe-Post"] = ONE_CLICK_BODY
