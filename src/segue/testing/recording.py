"""Channels that keep what they are given, and answer as they are told."""

from collections import Counter
from collections.abc import Callable, Sequence

from segue.model.catalogue import ChannelSpec
from segue.model.commands import Deliver, SyncAudience
from segue.model.deliveries import DeliveryStatus, Outcome
from segue.model.ids import CustomerId
from segue.ports.channel import Finding

Answer = Callable[[Deliver], Outcome]


def accept(command: Deliver) -> Outcome:
    """Answer that the message was taken."""
    return Outcome(delivery_id=command.delivery_id, status=DeliveryStatus.ACCEPTED)


class RecordingChannel:
    """A message channel: ``sent`` holds every command, ``answer`` decides what it says."""

    type = "recording"

    def __init__(self, name: str = "email", *, contact_trait: str = "email", answer: Answer = accept) -> None:
        self.name = name
        self.spec = ChannelSpec(name=name, family="message", contact_trait=contact_trait, is_idempotent=True)
        self.sent: list[Deliver] = []
        self._answer = answer

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None

    async def check(self) -> tuple[Finding, ...]:
        return (Finding(severity="info", reason=f"{self.name!r} only remembers."),)

    async def deliver(self, command: Deliver) -> Outcome:
        self.sent.append(command)
        return self._answer(command)

    def repeated(self) -> dict[str, int]:
        """Return the delivery ids that were handed over more than once, and how often."""
        return {key: count for key, count in Counter(c.delivery_id for c in self.sent).items() if count > 1}


class RecordingAudience:
    """An audience channel: ``members`` holds who is in which audience now, ``synced`` every command."""

    type = "recording"

    def __init__(self, name: str = "display") -> None:
        self.name = name
        self.spec = ChannelSpec(name=name, family="audience", is_idempotent=True)
        self.synced: list[SyncAudience] = []
        self.members: dict[str, set[CustomerId]] = {}

    async def start(self) -> None:
        return None

    async def stop(self) -> None:
        return None

    async def check(self) -> tuple[Finding, ...]:
        return (Finding(severity="info", reason=f"{self.name!r} only remembers."),)

    async def sync(self, commands: Sequence[SyncAudience]) -> tuple[Outcome, ...]:
        for command in commands:
            self.synced.append(command)
            members = self.members.setdefault(command.audience, set())
            (members.add if command.is_member else members.discard)(command.customer_id)
        return tuple(Outcome(delivery_id=c.delivery_id, status=DeliveryStatus.ACCEPTED) for c in commands)
