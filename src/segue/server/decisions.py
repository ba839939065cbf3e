"""Decisions as people and programs read them: the record, and why."""

from msgspec import Struct

from segue.core.decisioning.changes import changes_needed, favourite
from segue.core.decisioning.explanation import Explanation
from segue.core.world import World
from segue.model.decisions import SILENCE, Decision
from segue.model.ids import CustomerId, DecisionId, EventId
from segue.model.time import Instant, format_instant


class ConsideredView(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A candidate of a decision; ``suppressed`` is its first failing reason."""

    key: str
    action: str
    channel: str
    source: str
    probability: float
    scores: dict[str, float] = {}
    suppressed: str | None = None
    detail: str = ""
    until: str | None = None


class DecisionView(Struct, frozen=True, kw_only=True):
    """The record of one decision; the fields mean what they mean in `segue.model.decisions.Decision`.

    Attributes:
        why: what drove the scores, and what would have had to be different; null where decisions are listed.
    """

    decision_id: DecisionId
    customer_id: CustomerId
    event_id: EventId
    at: str
    slot: str
    revision: str
    seed: str
    policy: str
    group: str
    chosen: str
    probability: float
    is_exploration: bool
    is_ghost: bool
    draw: float
    fallback: str
    input_hash: str
    delivery_id: str
    model: str
    considered: tuple[ConsideredView, ...]
    why: Explanation | None = None


def explanation_of(decision: Decision, world: World) -> Explanation:
    """Return why ``decision`` was made, as far as the present World can tell.

    Its online model has learnt more since than what the decision knew: that is said. Where the workspace is another by
    now, what follows from the record alone is told.
    """
    if decision.revision != world.revision:
        best = favourite(decision)
        changes = changes_needed(decision)
        return Explanation(favourite=best.key if best else SILENCE, model=decision.model, changes=changes)
    from segue.learning.explaining import explain  # numpy takes its time, and nobody else here needs it

    is_online = decision.policy.startswith("bandit") and world.learned is not None
    note = f"decided; the parts are of lessons:{world.learned.lessons}" if is_online and world.learned else ""
    return explain(decision, world, world.learned, note)


def decision_view(decision: Decision, why: Explanation | None = None) -> DecisionView:
    """Return ``decision`` as people read it."""
    return DecisionView(
        **{
            field: getattr(decision, field)
            for field in DecisionView.__struct_fields__
            if field not in ("at", "considered", "why")
        },
        at=format_instant(decision.at),
        considered=tuple(
            ConsideredView(
                key=c.key,
                action=c.action,
                channel=c.channel,
                source=c.source,
                probability=c.probability,
                scores=c.scores,
                suppressed=c.suppressed,
                detail=c.detail,
                until=format_instant(Instant(c.until)) if c.until else None,
            )
            for c in decision.considered
        ),
        why=why,
    )
