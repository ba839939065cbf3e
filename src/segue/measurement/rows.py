"""Rows: log entries flattened for analysis. A struct's fields are its table's columns. No addresses, no bodies."""

from typing import Any

import msgspec
from msgspec import Struct

from segue.model.commands import Command, CreateTask, Deliver
from segue.model.decisions import Decision
from segue.model.events import DeliveryReported
from segue.model.time import Instant
from segue.ports.store import Entry

Json = dict[str, Any]


class EventRow(Struct, frozen=True, kw_only=True):
    """An event; ``body`` holds what its kind has beyond the common fields."""

    seq: int
    partition: int
    now: Instant
    at: Instant
    event_id: str
    customer_id: str
    kind: str
    name: str
    body: Json


class DecisionRow(Struct, frozen=True, kw_only=True):
    """A decision; ``action`` and ``channel`` are the chosen candidate's, empty for silence."""

    seq: int
    at: Instant
    decision_id: str
    customer_id: str
    event_id: str
    slot: str
    group: str
    policy: str
    revision: str
    chosen: str
    action: str
    channel: str
    probability: float
    is_exploration: bool
    is_ghost: bool
    fallback: str
    delivery_id: str
    considered: list[Json]
    model: str
    context: list[float]


class RewardRow(Struct, frozen=True, kw_only=True):
    """What an event counted for learning: how much of which objective happened (before value and weight)."""

    seq: int
    at: Instant
    customer_id: str
    event_id: str
    objective: str
    amount: float


class DeliveryRow(Struct, frozen=True, kw_only=True):
    """A step in a delivery's life.

    ``kind`` is ``deliver``, ``task``, ``join`` or ``leave`` for a command (status ``decided``), and ``reported`` for
    what the channel said; channel and action stand in the command's row.
    """

    seq: int
    now: Instant
    delivery_id: str
    customer_id: str
    kind: str
    channel: str = ""
    action: str = ""
    status: str = "decided"
    attempt: int = 1
    detail: str = ""


class StepRow(Struct, frozen=True, kw_only=True):
    """A run that came to a step of its journey, left one, or both: paths, and who was exposed to which arm.

    ``step`` is "" where the run entered, ``to_step`` where it ended. ``how`` is ``entered``, ``passed``, ``exited`` or
    ``migrated``; ``detail`` the arm of a split, the option of a choice, the reason of an end.
    """

    seq: int
    at: Instant
    customer_id: str
    run_id: str
    journey: str
    version: int
    step: str
    to_step: str
    how: str
    detail: str
    stage: str


_COMMON = ("event_id", "customer_id", "at", "name", "absorbed")


def event_rows(entry: Entry) -> list[Struct]:
    """Return the row of an entry's event."""
    event = entry.event
    row = EventRow(
        seq=entry.seq,
        partition=entry.partition,
        now=entry.now,
        at=event.at,
        event_id=event.event_id,
        customer_id=event.customer_id,
        kind=str(event.__struct_config__.tag),
        name=getattr(event, "name", ""),
        body={name: getattr(event, name) for name in event.__struct_fields__ if name not in _COMMON},
    )
    return [row]


def decision_rows(entry: Entry) -> list[Struct]:
    """Return the rows of an entry's decisions."""
    return [_decision_row(entry.seq, decision) for decision in entry.decisions]


def _decision_row(seq: int, decision: Decision) -> DecisionRow:
    winner = next((each for each in decision.considered if each.key == decision.chosen), None)
    return DecisionRow(
        seq=seq,
        at=decision.at,
        decision_id=decision.decision_id,
        customer_id=decision.customer_id,
        event_id=decision.event_id,
        slot=decision.slot,
        group=decision.group,
        policy=decision.policy,
        revision=decision.revision,
        chosen=decision.chosen,
        action=winner.action if winner is not None else "",
        channel=winner.channel if winner is not None else "",
        probability=decision.probability,
        is_exploration=decision.is_exploration,
        is_ghost=decision.is_ghost,
        fallback=decision.fallback,
        delivery_id=decision.delivery_id,
        considered=[msgspec.structs.asdict(each) for each in decision.considered],
        model=decision.model,
        context=list(decision.context),
    )


def reward_rows(entry: Entry) -> list[Struct]:
    """Return the rows of what an entry's event counted for learning."""
    event = entry.event
    return [
        RewardRow(
            seq=entry.seq,
            at=event.at,
            customer_id=event.customer_id,
            event_id=event.event_id,
            objective=reward.objective,
            amount=reward.amount,
        )
        for reward in entry.rewards
    ]


def delivery_rows(entry: Entry) -> list[Struct]:
    """Return the rows of the commands that an entry issued, and of the outcome that it reports."""
    rows: list[Struct] = [_command_row(entry, command) for command in entry.commands]
    event = entry.event
    if isinstance(event, DeliveryReported):
        row = DeliveryRow(
            seq=entry.seq,
            now=entry.now,
            delivery_id=event.delivery_id,
            customer_id=event.customer_id,
            kind="reported",
            status=event.status,
            attempt=event.attempt,
            detail=event.detail,
        )
        rows.append(row)
    return rows


def step_rows(entry: Entry) -> list[Struct]:
    """Return the rows of what journey runs did."""
    return [
        StepRow(
            seq=entry.seq,
            at=entry.now,
            customer_id=entry.event.customer_id,
            run_id=move.run_id,
            journey=move.journey,
            version=move.version,
            step=move.step,
            to_step=move.to,
            how=move.how,
            detail=move.detail,
            stage=move.stage,
        )
        for move in entry.moved
    ]


def _command_row(entry: Entry, command: Command) -> DeliveryRow:
    if isinstance(command, Deliver):
        kind = "deliver"
    elif isinstance(command, CreateTask):
        kind = "task"
    else:
        kind = "join" if command.is_member else "leave"
    return DeliveryRow(
        seq=entry.seq,
        now=entry.now,
        delivery_id=command.delivery_id,
        customer_id=command.customer_id,
        kind=kind,
        channel=command.channel,
        action=command.action,
        attempt=command.attempt if isinstance(command, Deliver) else 1,
    )
