"""Outcomes: the few answers that every channel gives, spelled once."""

from typing import TypeAlias

from segue.channels.liquid_strict import Refusal
from segue.model.commands import CreateTask, Deliver, SyncAudience
from segue.model.deliveries import DeliveryStatus, Outcome

Command: TypeAlias = Deliver | SyncAudience | CreateTask


def accepted(command: Command, provider_id: str = "", detail: str = "") -> Outcome:
    """The provider has it."""
    return Outcome(
        delivery_id=command.delivery_id, status=DeliveryStatus.ACCEPTED, detail=detail, provider_id=provider_id
    )


def rejected(command: Command, cause: str | Refusal) -> Outcome:
    """It will never be accepted."""
    detail = cause.detail if isinstance(cause, Refusal) else cause
    return Outcome(delivery_id=command.delivery_id, status=DeliveryStatus.REJECTED, detail=detail)


def retryable(command: Command, cause: str, retry_after: int = 0, *, may_have_arrived: bool = False) -> Outcome:
    """The provider surely does not have it; or it may have, and having it twice is harmless.

    Args:
        retry_after: microseconds.
    """
    return Outcome(
        delivery_id=command.delivery_id,
        status=DeliveryStatus.RETRYABLE,
        detail=cause,
        retry_after=retry_after,
        may_have_arrived=may_have_arrived,
    )


def unknown(command: Command, cause: str) -> Outcome:
    """The provider may have it."""
    return Outcome(delivery_id=command.delivery_id, status=DeliveryStatus.UNKNOWN, detail=cause)
