"""The channel port: one Protocol for each family, so that ten channels are not ten shapes.

    message     we send; it interrupts; it counts as a contact         `MessageChannel.deliver`
    placement   asked at impression time; answers in milliseconds      `PlacementChannel.present`
    audience    membership, synchronised in batches, removal first     `AudienceChannel.sync`
    task        a person does it                                       `TaskChannel.create`

A channel's "no" is a value (`Outcome`), never an exception: whatever the provider does, ``deliver``, ``sync`` and
``create`` return. Only cancellation comes through them, and it leaves the channel usable. What a channel raises is
`ChannelError`, from ``start``, when it is wrongly configured.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from msgspec import Struct

from segue.model.catalogue import ChannelSpec
from segue.model.commands import CreateTask, Deliver, SyncAudience
from segue.model.deliveries import DeliveryStatus, Outcome
from segue.model.ids import DeliveryId
from segue.model.time import Instant


class Finding(Struct, frozen=True, kw_only=True):
    """What a dry check found: one sentence of fact, one of what to do next; never a secret, never an address."""

    severity: Literal["error", "warning", "info"]
    reason: str
    instruction: str = ""


class Receipt(Struct, frozen=True, kw_only=True):
    """What a provider says later about one delivery. The runtime finds the customer and submits a `DeliveryReported`.

    Attributes:
        delivery_id: the send key; "" where the provider only knows its own id.
        provider_id: the provider's id of the message, where it gives one.
        receipt_id: unique per fact, so that a receipt told twice counts once.
        status: one of `segue.model.deliveries.RECEIPTS`.
        at: when it happened, as the provider says.
        detail: a short cause; never an address.
    """

    delivery_id: DeliveryId
    receipt_id: str
    status: DeliveryStatus
    at: Instant
    detail: str = ""
    provider_id: str = ""


class Presentation(Struct, frozen=True, kw_only=True):
    """What a placement shows.

    Attributes:
        content: the rendered payload; empty when it could not be rendered.
        detail: "" when all is well, else ``render_abort`` or ``render_missing_attribute`` and the cause; the caller
            then shows its fallback.
    """

    content: dict[str, Any]
    detail: str = ""


class Channel(Protocol):
    """What every channel has. ``name`` is the channel's name in the workspace, ``type`` its folder's."""

    @property
    def name(self) -> str: ...

    @property
    def type(self) -> str: ...

    @property
    def spec(self) -> ChannelSpec: ...

    async def start(self) -> None:
        """Make ready to work: resolve secrets, open pools. Needs no reachable provider.

        Raises:
            ChannelError: wrongly configured; the instruction says what to change.
        """

    async def stop(self) -> None:
        """Release everything; calling it twice does no harm."""

    async def check(self) -> tuple[Finding, ...]:
        """Look, without sending anything, whether it would work: settings, credentials, reachability."""


@runtime_checkable
class MessageChannel(Channel, Protocol):
    """Carries one message to one customer."""

    async def deliver(self, command: Deliver) -> Outcome:
        """Hand one message over and say what the provider said.

        ``accepted``: it has it. ``rejected``: it never will. ``retryable``: it surely does not have it, or it may have
        (then `Outcome.may_have_arrived` says so) and a resend of the same id is harmless. ``unknown``: it may have it,
        and must not be sent it twice. A message that cannot be rendered is ``rejected`` with a
        ``detail`` that starts with ``render_abort`` or ``render_missing_attribute``. Safe to call concurrently.
        """


@runtime_checkable
class AudienceChannel(Channel, Protocol):
    """Keeps audiences in step at a platform."""

    async def sync(self, commands: Sequence[SyncAudience]) -> tuple[Outcome, ...]:
        """Apply membership changes, removals first, and return one outcome for each command, in the given order.

        The last command of a batch about one customer in one audience decides; applying a batch again changes nothing:
        so a change that may not have been made is ``retryable``, and is asked for again until it is.
        """


@runtime_checkable
class PlacementChannel(Channel, Protocol):
    """Shapes what a placement shows. Nothing is sent, so nothing waits."""

    def present(self, content: Mapping[str, Any], data: Mapping[str, Any]) -> Presentation:
        """Return ``content`` (the variant's) with its texts rendered from ``data`` (``customer``, ``event``,
        ``context``).
        """


@runtime_checkable
class TaskChannel(Channel, Protocol):
    """Hands work to people."""

    async def create(self, command: CreateTask) -> Outcome:
        """Create one task; the statuses mean what they mean for `MessageChannel.deliver`."""


@runtime_checkable
class ReadsReceipts(Protocol):
    """A channel whose provider calls back."""

    def read_receipts(self, headers: Mapping[str, str], body: bytes, *, now: Instant) -> tuple[Receipt, ...]:
        """Return what a provider's call says; pure but for the secret it is verified with.

        Args:
            headers: names in lower case.
            body: as received, unparsed: signatures cover the bytes.

        Raises:
            EventError: ``forged_receipt`` (the signature does not match) or ``malformed_receipt``.
        """


AnyChannel: TypeAlias = MessageChannel | AudienceChannel | PlacementChannel | TaskChannel
