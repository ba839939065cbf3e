"""Settings of `email_smtp`."""

from typing import Annotated, Literal

from msgspec import Meta

from segue.channels.settings import Seconds, Secret
from segue.channels.settings import Settings as Base

Security = Literal["starttls", "tls", "plain"]
DEFAULT_PORTS: dict[Security, int] = {"starttls": 587, "tls": 465, "plain": 25}


class Settings(Base, frozen=True, kw_only=True):
    """How the relay is reached, and who writes.

    Attributes:
        port: 587, 465 or 25 by ``security`` where None.
        security: ``starttls`` (required, never given up), ``tls`` from the first byte, or ``plain`` (no password then,
            unless the relay is on this machine).
        ca_file: certificates to trust instead of the system's; relative to the workspace.
        sender: the From of mails whose template names none.
        return_path: where bounces go; the sender's address where None.
        unsubscribe_address: a mailbox that takes unsubscribe mails, as a second way beside the link.
        connections: open at once, at most.
        timeout: seconds to wait for each answer of the relay.
    """

    host: str
    sender: str
    port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    security: Security = "starttls"
    ca_file: str | None = None
    username: str | None = None
    password: Secret | None = None
    return_path: str | None = None
    reply_to: str | None = None
    unsubscribe_address: str | None = None
    connections: Annotated[int, Meta(ge=1, le=100)] = 4
    timeout: Seconds = 30.0
