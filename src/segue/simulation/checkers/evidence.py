"""Evidence: what a simulation left behind. The log, the providers' own log, what clients were told, the workspace.

Nothing of it is the engine's bookkeeping, but for the saved states, which are there to be compared with the log.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from msgspec import Struct

from segue.model.commands import Command, Deliver, SyncAudience
from segue.model.decisions import SILENCE, Considered, Decision
from segue.model.deliveries import DeliveryStatus
from segue.model.events import Merged
from segue.model.ids import CustomerId, DecisionId, DeliveryId, EventId, Revision
from segue.model.time import Instant
from segue.model.workspace import Workspace
from segue.ports.store import Block, CustomerState, Entry

BEGINNING = Instant(0)


class Handed(Struct, frozen=True):
    """A line of a provider's log: it was handed a message.

    Attributes:
        at: when, by the clock of the process that called.
        took: whether it has it from now on, whatever it answered.
        answer: what it said, or would have.
        since: the last entry of the log that was durable then.
        until: the last entry that the process may have known: those of the commits under way.
        life: which life of the process it was, counted from 0.
    """

    at: Instant
    channel: str
    command: Deliver
    took: bool
    answer: DeliveryStatus
    since: int
    until: int
    life: int = 0


class Synced(Struct, frozen=True):
    """A line of a platform's log: it was told of a membership. The fields mean what they mean in `Handed`."""

    at: Instant
    command: SyncAudience
    took: bool
    since: int
    until: int


class Owed(Struct, frozen=True):
    """Where the ledger says at the end that a delivery stands."""

    delivery_id: DeliveryId
    status: DeliveryStatus


@dataclass(kw_only=True)
class Evidence:
    """What a simulation left behind.

    Attributes:
        entries: the log, from entry 1 on.
        blocks, workspaces, states: the log as it is stored, the workspace of each revision, the saved states.
        workspace: the first workspace, whose contact rules held all the time.
        handed, synced: the providers' log.
        answers: what clients were told about each of their facts, once it was acknowledged.
        told: the facts that clients have told, acknowledged or not.
        marked: the attempts that were durable before a call: (delivery, attempt).
        owed: where every delivery stands at the end.
        intruders: of each attempt to open a store that was in use, whether it was refused.
        ended_at: the moment of the end.
        is_settled: it was long quiet before the end, so that nothing may be left to do.
        struck: how often each fault struck.
        worked_out: what checkers have worked out together.
    """

    entries: tuple[Entry, ...] = ()
    blocks: tuple[Block, ...] = ()
    workspaces: dict[Revision, Workspace] = field(default_factory=dict)
    states: tuple[CustomerState, ...] = ()
    workspace: Workspace
    handed: tuple[Handed, ...] = ()
    synced: tuple[Synced, ...] = ()
    answers: dict[EventId, str] = field(default_factory=dict)
    told: tuple[EventId, ...] = ()
    marked: frozenset[tuple[DeliveryId, int]] = frozenset()
    owed: tuple[Owed, ...] = ()
    intruders: tuple[bool, ...] = ()
    ended_at: Instant = BEGINNING
    is_settled: bool = True
    struck: dict[str, int] = field(default_factory=dict)
    worked_out: dict[str, object] = field(default_factory=dict)

    @cached_property
    def decisions(self) -> dict[DecisionId, Decision]:
        """Every decision of the log, by id."""
        return {each.decision_id: each for entry in self.entries for each in entry.decisions}

    @cached_property
    def issued(self) -> dict[DeliveryId, tuple[int, Command]]:
        """Every delivery of the log with the entry that issued it first, and its command."""
        found: dict[DeliveryId, tuple[int, Command]] = {}
        for entry in self.entries:
            for command in entry.commands:
                found.setdefault(command.delivery_id, (entry.seq, command))
        return found

    @cached_property
    def taken(self) -> tuple[Handed, ...]:
        """What providers took, in order."""
        return tuple(line for line in self.handed if line.took)

    @cached_property
    def merges(self) -> tuple[tuple[int, CustomerId, CustomerId], ...]:
        """Who turned out to be whom: (entry, absorbed, survivor), in order."""
        events = ((entry.seq, entry.event) for entry in self.entries)
        return tuple((seq, each.absorbed_id, each.customer_id) for seq, each in events if isinstance(each, Merged))

    def family(self, customer_id: CustomerId, seq: int) -> frozenset[CustomerId]:
        """Return everybody who is known to be this customer by entry ``seq``, under whatever id."""
        family = {customer_id}
        grows = True
        while grows:
            before = len(family)
            for at, absorbed, survivor in self.merges:
                if at <= seq and (absorbed in family or survivor in family):
                    family |= {absorbed, survivor}
            grows = len(family) > before
        return frozenset(family)

    def chosen(self, line: Handed) -> Considered | None:
        """Return the candidate that a message came from; None where the log knows of none."""
        decision = self.decisions.get(line.command.decision_id)
        if decision is None or decision.chosen == SILENCE:
            return None
        return next((row for row in decision.considered if row.key == decision.chosen), None)


def is_free(line: Handed) -> bool:
    """Tell whether a message obeys consent and contact rules: it is no webhook's call, and not transactional."""
    return line.command.category in ("promo", "service") and not is_call(line.command)


def is_call(command: Deliver) -> bool:
    """Tell whether a command calls a company's own system (a webhook step): it says nothing to anybody."""
    return command.action.startswith("_webhook:")


def compared(address: str) -> str:
    """Return an address as two of them are compared."""
    return address.strip().casefold()


def show(lines: Iterable[Handed]) -> str:
    """Return lines of a provider's log in few words."""
    return "; ".join(
        f"{line.command.delivery_id[:8]} {line.channel} {line.command.action} @{line.at}" for line in lines
    )
