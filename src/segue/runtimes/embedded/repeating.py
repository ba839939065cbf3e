"""Repeating: what may be handed over again after a crash that came during the call, and what that says about the first
time.
"""

from segue.model.commands import Command, Deliver, SyncAudience
from segue.model.deliveries import DeliveryStatus, Outcome
from segue.ports.channel import AnyChannel


def may_repeat(command: Command, channel: AnyChannel) -> bool:
    """Tell whether ``command`` is handed over again although it may have arrived: a second copy is harmless, or less so
    than none.
    """
    if isinstance(command, SyncAudience) or channel.spec.is_idempotent:
        return True
    return isinstance(command, Deliver) and command.is_transactional


def is_unsure(command: Command, outcome: Outcome) -> bool:
    """Tell whether a message may have arrived before a crash although it could not be handed over again after it.

    Such a message keeps its slot and is not tried again; what is transactional is, until it surely arrives.
    """
    if outcome.status is DeliveryStatus.RETRYABLE:
        return isinstance(command, Deliver) and not command.is_transactional
    return outcome.status is DeliveryStatus.REJECTED and isinstance(command, Deliver)
