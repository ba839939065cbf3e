"""Commands: what the core asks the shell to do. They are durable in the outbox before anything happens."""

from typing import Any, TypeAlias

from msgspec import Struct

from segue.model.ids import CustomerId, DecisionId, DeliveryId
from segue.model.time import Instant


class Deliver(Struct, frozen=True, array_like=True, tag="deliver"):
    """Carry one message out (message family).

    Attributes:
        delivery_id: the send key: the same for every attempt, never reused.
        attempt: 1 for the first one.
        address: the contact point at the decision.
        data: what the template may use: ``customer`` (traits), ``event`` (the run's facts), ``action`` (content).
        expires_at: must not be handed over after this.
        is_transactional: decides what happens to an attempt whose fate a crash made unknowable.
        purpose: the consent it relied on (the action's), which its unsubscribe link withdraws.
        category: of the action; what is transactional goes before what is not.
    """

    delivery_id: DeliveryId
    decision_id: DecisionId
    customer_id: CustomerId
    channel: str
    action: str
    template: str
    address: str
    data: dict[str, Any]
    decided_at: Instant
    expires_at: Instant
    attempt: int = 1
    is_transactional: bool = False
    purpose: str = "marketing"
    category: str = "promo"


class SyncAudience(Struct, frozen=True, array_like=True, tag="sync_audience"):
    """Add a customer to, or remove from, an audience at a channel (audience family).

    ``identifiers`` are the traits the channel may hash: email, phone.
    """

    delivery_id: DeliveryId
    customer_id: CustomerId
    channel: str
    audience: str
    is_member: bool
    identifiers: dict[str, str]
    at: Instant
    action: str = ""


class CreateTask(Struct, frozen=True, array_like=True, tag="create_task"):
    """Ask a person to do something (task family)."""

    delivery_id: DeliveryId
    decision_id: DecisionId
    customer_id: CustomerId
    channel: str
    action: str
    data: dict[str, Any]
    expires_at: Instant


Command: TypeAlias = Deliver | SyncAudience | CreateTask
