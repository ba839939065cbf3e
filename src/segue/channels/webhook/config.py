"""Settings of `webhook`."""

from typing import Annotated, Literal

from msgspec import Meta

from segue.channels.settings import Seconds, Secret
from segue.channels.settings import Settings as Base

Port = Annotated[int, Meta(ge=1, le=65535)]


class Settings(Base, frozen=True, kw_only=True):
    """Where messages are posted, and with which signature.

    Attributes:
        secret: the signing secret, "whsec_" and base64.
        next_secret: also signs while receivers change from ``secret`` to it; receipts may use either.
        ports: that may be connected to.
        allow_hosts: hosts that may lie inside the network, for development and tests: an exact name or address.
        include: what is sent about the customer beside the message itself; nothing unless asked for.
        ca_file: certificates to trust instead of the system's; relative to the workspace.
        timeout: seconds for the whole call.
    """

    url: Annotated[str, Meta(pattern=r"^https?://[^\s]+$")]
    secret: Secret
    next_secret: Secret | None = None
    ports: tuple[Port, ...] = (443, 80)
    allow_hosts: tuple[str, ...] = ()
    include: tuple[Literal["customer", "event"], ...] = ()
    ca_file: str | None = None
    timeout: Seconds = 10.0
