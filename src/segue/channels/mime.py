"""MIME: a rendered message as the bytes of an e-mail, the same bytes at every attempt.

Nothing here reads the clock or draws a boundary: Date is the decision's moment, Message-ID and boundary derive from the
delivery id, so that a resend can be recognised as one.

The standard library encodes words and dates, but the message is put together here: its own policies fold a
long List-Unsubscribe into encoded words, which no mailbox provider reads as a link, and take five times as long.
"""

import re
from binascii import b2a_qp
from email.header import Header
from email.utils import format_datetime, formataddr

from msgspec import Struct

from segue.channels.rendering import Rendered
from segue.channels.unsubscribe import ONE_CLICK_BODY
from segue.model.commands import Deliver
from segue.model.ids import derive
from segue.model.time import to_datetime

_LOCAL = r"[^\s\x00-\x1f\x7f@<>()\[\],;:\\\"]{1,64}"
_DOMAIN = r"(?=[^>]{1,253}(?:>|$))[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*"
_NAME = r'"[^"\\\x00-\x1f\x7f]*"|[^<>@"\x00-\x1f\x7f]*'
_MAILBOX = re.compile(
    rf"(?P<bare_local>{_LOCAL})@(?P<bare_domain>{_DOMAIN})"
    rf"|(?P<name>{_NAME}) *<(?P<local>{_LOCAL})@(?P<domain>{_DOMAIN})>"  # the name may be empty
)


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

    @property
    def header(self) -> str:
        """How it stands in a header: the name quoted or encoded as it needs."""
        if not self.name:
            return self.address
        return formataddr((self.name, "x@x"), "utf-8").removesuffix("<x@x>") + f"<{self.address}>"


def parse_mailbox(text: str) -> Mailbox | None:
    """Return the one mailbox in ``text`` ("a@b.example" or "A <a@b.example>"); None when there is not exactly that."""
    match = _MAILBOX.fullmatch(text.strip(" "))
    if match is None:
        return None
    local, domain = (match["local"], match["domain"]) if match["local"] else (match["bare_local"], match["bare_domain"])
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return Mailbox((match["name"] or "").strip(' "'), local, ascii_domain)


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
    headers = {
        "Message-ID": message_id(command, sender),
        "Date": format_datetime(to_datetime(command.decided_at)),
        "From": sender.header,
        "To": recipient.header,
        "Reply-To": reply_to.header if reply_to else "",
        "Subject": _encoded(rendered.subject),
        "Feedback-ID": _feedback_id(command.action, command.purpose, command.channel, sender.domain),
        "List-Unsubscribe": _ways_out(unsubscribe_url, unsubscribe_address),
        "List-Unsubscribe-Post": ONE_CLICK_BODY if unsubscribe_url else "",
        "MIME-Version": "1.0",
    }
    if not rendered.html:
        return _headers(headers) + _part("plain", rendered.text)
    boundary = f"=_{derive('boundary', command.delivery_id)}"
    headers["Content-Type"] = f'multipart/alternative; boundary="{boundary}"'
    parts = (_part("plain", rendered.text), _part("html", rendered.html))
    line = f"--{boundary}".encode()
    return _headers(headers) + b"".join(b"\r\n" + line + b"\r\n" + part for part in parts) + line + b"--\r\n"


def message_id(command: Deliver, sender: Mailbox) -> str:
    """Return the Message-ID: the same for every attempt of a delivery."""
    return f"<{derive('message', command.delivery_id)}@{sender.domain}>"


def _headers(headers: dict[str, str]) -> bytes:
    lines = [f"{name}: {value}\r\n" for name, value in headers.items() if value]
    for line in lines:  # folding puts a blank after each line end; anything else would start a header of its own
        assert not re.search(r"[\r\n](?![\n \t]|$)|\x00", line[:-2]), "a header value has a line end"
    return "".join(lines).encode()


def _encoded(text: str) -> str:
    """Return ``text`` as a header may hold it: in encoded words unless it is short and plain."""
    is_plain = text.isascii() and "=?" not in text and len(text) < 900
    return text if is_plain else Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _feedback_id(*parts: str) -> str:
    """Return what complaint statistics are grouped by: never a customer."""
    return ":".join(re.sub(r"[^A-Za-z0-9_.-]", "_", part) for part in parts)


def _ways_out(url: str, address: str) -> str:
    ways = [f"<{url}>"] * bool(url) + [f"<mailto:{address}?subject=unsubscribe>"] * bool(address)
    return ", ".join(ways)


def _part(subtype: str, text: str) -> bytes:
    lines = b"\r\n".join(text.encode("utf-8", "replace").splitlines()) + b"\r\n"
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n".encode()
        + b2a_qp(lines, istext=True)
    )
