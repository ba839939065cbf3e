"""Repeating: what may be handed over again after a crash that came during the call."""

from segue.model.commands import Command, Deliver, SyncAudience
from segue.ports.channel import AnyChannel


def may_repeat(command: Command, channel: AnyChannel) -> bool:
    """Tell whether ``command`` is handed over again although it may have arrived: a second copy is harmless, or less so
    than none.
    """
    if isinstance(command, SyncAudience) or channel.spec.is_idempotent:
        return True
    return isinstance(command, Deliver) and command.is_transactional
