"""Decisions: what was considered, what lost and why, what was chosen with which probability."""

from enum import StrEnum

from msgspec import Struct

from segue.model.ids import CustomerId, DecisionId, DeliveryId, EventId, Revision, RunId
from segue.model.time import Instant


class Reason(StrEnum):
    """Why a candidate was suppressed: one closed list for log, API, metrics and console."""

    REENTRY_BLOCKED = "reentry_blocked"
    TRIGGER_CONDITION_UNMET = "trigger_condition_unmet"
    AUDIENCE_UNMET = "audience_unmet"
    EXIT_EVENT = "exit_event"
    EXIT_PREDICATE = "exit_predicate"
    EXPIRED = "expired"
    NO_CONSENT = "no_consent"
    SUPPRESSED = "suppressed"
    HOLDOUT = "holdout"
    INELIGIBLE = "ineligible"
    OUT_OF_STOCK = "out_of_stock"
    ALREADY_CONVERTED = "already_converted"
    QUIET_DEFERRED = "quiet_deferred"
    QUIET_DROPPED = "quiet_dropped"
    CAPPED = "capped"
    MIN_GAP = "min_gap"
    THEME_CONFLICT = "theme_conflict"
    LOST_ARBITRATION = "lost_arbitration"
    SILENCE = "silence"
    CAPACITY = "capacity"
    BUDGET = "budget"
    NO_CHANNEL = "no_channel"
    RENDER_ABORT = "render_abort"
    RENDER_MISSING_ATTRIBUTE = "render_missing_attribute"
    RATE_DEFERRED = "rate_deferred"
    PROVIDER_REJECTED = "provider_rejected"
    PROVIDER_FAILED = "provider_failed"
    PROVIDER_UNKNOWN = "provider_unknown"
    PAUSED_HELD = "paused_held"
    PAUSED_DISCARDED = "paused_discarded"
    MIGRATED_OUT = "migrated_out"
    JOURNEY_STOPPED = "journey_stopped"
    DUPLICATE_CONTACT_POINT = "duplicate_contact_point"
    POOLED = "pooled"
    RECEPTIVE_DEFERRED = "receptive_deferred"
    IGNORED = "ignored"


class Candidate(Struct, frozen=True, array_like=True):
    """An action variant considered at one decision point.

    Attributes:
        key: names it within its decision: ``SOURCE/ACTION/CHANNEL``.
        source: ``journey:NAME``, ``rule:NAME`` or ``standing``.
        run_id: the journey run that proposed it, "" for the others.
        occurrence: which of the run's steps; part of the send key.
        deadline: the moment after which it is no longer worth carrying out.
        on_cap, on_lost: ``skip``, ``wait`` or ``exit``, as the proposing step says.
        keep: for audience and placement variants: microseconds a membership lasts at most.
        delivery_id: the send key, derived once, never changed.
        timing: ``now``, or ``receptive``: at the best hour of this customer's before the deadline.
        stage: the stage its run is in, "" for none; channels have roles.
        is_reported: the run waits for the outcome, not only for the decision.
        pooled_until: it has waited for rivals until then; 0 when it has not.
    """

    key: str
    action: str
    channel: str
    source: str
    delivery_id: DeliveryId
    deadline: Instant
    proposed_at: Instant
    run_id: RunId = RunId("")
    step: str = ""
    occurrence: int = 0
    on_cap: str = "wait"
    on_lost: str = "wait"
    keep: int = 0
    facts: dict[str, object] = {}
    timing: str = "now"
    stage: str = ""
    is_reported: bool = False
    pooled_until: int = 0


class Considered(Struct, frozen=True, array_like=True):
    """A candidate in a decision record.

    Attributes:
        scores: per objective (``value``, ``cost``, ``priority``, ``total``); empty when it was suppressed
            before scoring.
        probability: with which the policy would choose it; 0 for a suppressed one.
        suppressed: its first failing reason; None for the chosen one.
        detail: the rule's own words, such as the cap's name.
        until: for a deferral: when it is considered again, 0 otherwise.
    """

    key: str
    action: str
    channel: str
    source: str
    scores: dict[str, float] = {}
    probability: float = 0.0
    suppressed: Reason | None = None
    detail: str = ""
    until: int = 0


class Decision(Struct, frozen=True, array_like=True):
    """The record of one decision. Silence is a candidate like the others, with key ``silence``.

    Attributes:
        slot: what was decided about: ``message``, ``audience:NAME`` or ``placement:NAME``; at most one winner each.
        group: the customer's standing group: agent, random, rules, holdout.
        chosen: the key of the chosen candidate; ``silence`` where nothing was chosen.
        is_ghost: the customer is held out: ``chosen`` was not carried out and is suppressed with ``holdout``.
        probability: the action probability of ``chosen``.
        is_exploration: the draw took another one than the policy's best.
        draw: the number in [0, 1) that chose.
        fallback: why the policy was not used ("" when it was).
        input_hash: digest of customer before, event and revision.
        delivery_id: of the winner, "" otherwise.
        context: what policies saw (`core.decisioning.context`); empty where the workspace does not learn.
        model: the version of the model that the policy used, "" for one without.
    """

    decision_id: DecisionId
    customer_id: CustomerId
    event_id: EventId
    at: Instant
    slot: str
    revision: Revision
    seed: str
    policy: str
    group: str
    considered: tuple[Considered, ...]
    chosen: str
    probability: float
    is_exploration: bool
    draw: float
    input_hash: str
    is_ghost: bool = False
    fallback: str = ""
    delivery_id: DeliveryId = DeliveryId("")
    context: tuple[float, ...] = ()
    model: str = ""


SILENCE = "silence"
