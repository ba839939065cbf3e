"""Unsubscribe tokens: who may be unsubscribed from what, signed, so that a link needs no login (RFC 8058).

A token names customer, channel and purpose and lives as long as the secret: a link in an old message has to work, and
using it twice does no harm. Only a POST unsubscribes: mail scanners follow every link of a message with GET, and have
unsubscribed whole lists that way.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from urllib.parse import quote

import msgspec
from msgspec import Struct

from segue.model.commands import Deliver
from segue.model.ids import CustomerId

ONE_CLICK_PATH = "/unsubscribe/"
"""Where the server answers: GET shows a page with a button, POST unsubscribes."""

ONE_CLICK_BODY = "List-Unsubscribe=One-Click"
"""The body of a one-click POST, and the value of the header that promises it."""

_MAC_BYTES = 16
_DOMAIN = b"segue/unsubscribe/1\x00"  # so that one secret signing other things never signs one of these


class Subscription(Struct, frozen=True, array_like=True):
    """What a token stands for."""

    customer_id: CustomerId
    channel: str
    purpose: str


def sign(secret: bytes, customer_id: CustomerId, channel: str, purpose: str) -> str:
    """Return the token that lets its bearer end ``purpose`` on ``channel`` for this customer; URL-safe."""
    payload = msgspec.msgpack.encode(Subscription(customer_id, channel, purpose))
    return urlsafe_b64encode(_mac(secret, payload) + payload).decode().rstrip("=")


def verify(secret: bytes, token: str) -> Subscription | None:
    """Return what ``token`` stands for; None when it was not signed with ``secret``. Takes the same time either way."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (Base64Error, ValueError):
        return None
    mac, payload = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(secret, payload)):
        return None
    try:
        return msgspec.msgpack.decode(payload, type=Subscription)
    except msgspec.DecodeError:
        return None


def _mac(secret: bytes, payload: bytes) -> bytes:
    assert len(secret) >= 16, "an unsubscribe secret has at least 16 bytes"
    return hmac.digest(secret, _DOMAIN + payload, sha256)[:_MAC_BYTES]


class UnsubscribeLinks:
    """Makes the links of a workspace; keeps the secret out of sight."""

    def __init__(self, public_url: str, secret: bytes) -> None:
        self._base = public_url.rstrip("/") + ONE_CLICK_PATH
        self._secret = secret

    def link(self, customer_id: CustomerId, channel: str, purpose: str) -> str:
        """Return the address a customer unsubscribes at."""
        return self._base + quote(sign(self._secret, customer_id, channel, purpose))

    def __repr__(self) -> str:
        return f"UnsubscribeLinks({self._base!r})"


def link_for(links: UnsubscribeLinks | None, command: Deliver) -> str:
    """Return the link that a message carries: "" for a transactional one, which nobody can unsubscribe from, and where
    there is no public address.
    """
    if links is None or command.is_transactional:
        return ""
    return links.link(command.customer_id, command.channel, command.purpose)
