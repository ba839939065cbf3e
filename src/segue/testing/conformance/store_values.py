"""Made-up values for what every store must do: each depends on its seq only."""

from segue.model.commands import Deliver
from segue.model.decisions import SILENCE, Decision
from segue.model.deliveries import DeliveryStatus
from segue.model.events import Tracked
from segue.model.identities import Identifier, Link
from segue.model.ids import CustomerId, DecisionId, DeliveryId, EventId, Revision, RunId
from segue.model.learning import Reward
from segue.model.runs import Moved
from segue.model.time import NEVER, Instant
from segue.ports.store import Block, Entry, LedgerChange, LedgerRow, pack_entry

REVISION = Revision("r1")
LINK = Link(Identifier("user_id", "u"), Identifier("anonymous_id", "a"), Instant(5), "test")


def block(first: int, count: int) -> Block:
    """Return a block of ``count`` made-up entries."""
    return Block(first=first, revision=REVISION, entries=tuple(pack_entry(entry_of(first + n)) for n in range(count)))


def entry_of(seq: int) -> Entry:
    """Return a made-up entry, with a decision and a command, that depends on ``seq`` only."""
    event = Tracked(event_id=EventId(f"e{seq}"), customer_id=CustomerId("c"), at=Instant(seq), name="seen")
    command = Deliver(
        delivery_id=row(seq).delivery_id,
        decision_id=decision_of(seq).decision_id,
        customer_id=CustomerId("c"),
        channel="mail",
        action="hello",
        template="hello.liquid",
        address="nobody@example.com",
        data={"customer": {"n": seq}},
        decided_at=Instant(seq),
        expires_at=NEVER,
    )
    moved = Moved(RunId(f"r{seq}"), "j", 1, "first", "second", "passed", "a", "awareness")
    now, decisions, rewards = Instant(seq + 1), (decision_of(seq),), (Reward("margin", 2.5),)
    return Entry(seq, 7, now, event, decisions, (command,), previous=seq - 1, moved=(moved,), rewards=rewards)


def decision_of(seq: int) -> Decision:
    """Return a made-up decision for silence."""
    return Decision(
        decision_id=DecisionId(f"decision{seq}"),
        customer_id=CustomerId("c"),
        event_id=EventId(f"e{seq}"),
        at=Instant(seq),
        slot="message",
        revision=REVISION,
        seed="s",
        policy="rules",
        group="agent",
        considered=(),
        chosen=SILENCE,
        probability=1.0,
        is_exploration=False,
        draw=0.5,
        input_hash="",
        context=(1.0, 0.5),
        model="lessons:7",
    )


def row(seq: int, channel: str = "mail") -> LedgerRow:
    """Return the ledger row of entry ``seq``'s delivery."""
    suffix = "" if channel == "mail" else channel
    return LedgerRow(
        delivery_id=DeliveryId(f"delivery{seq}{suffix}"),
        customer_id=CustomerId("c"),
        channel=channel,
        seq=seq,
        at=Instant(seq),
    )


def change(
    seq: int, status: DeliveryStatus, *, attempt: int = 1, epoch: int = 1, provider_id: str = ""
) -> LedgerChange:
    """Return a change of entry ``seq``'s delivery."""
    return LedgerChange(
        delivery_id=row(seq).delivery_id,
        attempt=attempt,
        status=status,
        at=Instant(99),
        epoch=epoch,
        provider_id=provider_id,
    )
