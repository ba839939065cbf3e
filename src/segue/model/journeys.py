"""Journeys: the definitions that a workspace declares, and the runs of customers through them."""

from typing import Any, Literal, TypeAlias

from msgspec import Struct

from segue.model.catalogue import Definition, DurationText, Expression, Name, Trigger
from segue.model.ids import RunId
from segue.model.time import Instant


class EventMatch(Definition, frozen=True, kw_only=True):
    """An event, and a condition on it; ``next`` is the step to go to where that differs from the following one."""

    event: str
    when: Expression | None = None
    next: Name | None = None


class Case(Definition, frozen=True, kw_only=True):
    """One way out of a branch."""

    when: Expression
    next: Name


class StepBase(Definition, frozen=True, kw_only=True, tag_field="kind"):
    """What every step has; ``next`` is the following step of the file unless it says otherwise."""

    id: Name
    next: Name | None = None
    description: str = ""


class Wait(StepBase, frozen=True, kw_only=True, tag="wait"):
    """Wait for a duration (``after``: text, or an expression of type duration) or until a moment.

    ``at`` is calendar time in the customer's zone: "09:00" (the next one), "+1d 09:00" (the day after). ``until`` is an
    expression of type instant. A moment already past ends the wait at once; so does an expression that is null.
    """

    after: Expression | None = None
    at: str | None = None
    until: Expression | None = None


class WaitFor(StepBase, frozen=True, kw_only=True, tag="wait_for"):
    """Wait until the first of ``events``, at most ``within``; then ``on_timeout``."""

    events: tuple[EventMatch, ...]
    within: DurationText
    on_timeout: Name | None = None


class Branch(StepBase, frozen=True, kw_only=True, tag="branch"):
    """Go to the first case whose condition holds, else to ``otherwise``."""

    cases: tuple[Case, ...]
    otherwise: Name


class Propose(StepBase, frozen=True, kw_only=True, tag="propose"):
    """Propose an action to arbitration and wait for its word.

    Attributes:
        channels: which of the action's variants; all where empty.
        deadline: how long the proposal may wait for quiet hours, caps and the minimum gap.
        on_cap: when a cap is reached: skip at once, wait within the deadline, or exit the journey.
        on_lost: when another candidate won: wait within the deadline, or skip.
        on_skip: the step to go to when it was suppressed for good.
        keep: for audience and placement variants: stay a member at most this long; always left when the run ends.
    """

    action: Name
    channels: tuple[Name, ...] = ()
    deadline: DurationText = "2d"
    on_cap: Literal["skip", "wait", "exit"] = "wait"
    on_lost: Literal["skip", "wait"] = "wait"
    on_skip: Name | None = None
    keep: DurationText = "30d"


class Goal(StepBase, frozen=True, kw_only=True, tag="goal"):
    """The run has reached its goal: it is counted as converted and goes on."""


class Exit(StepBase, frozen=True, kw_only=True, tag="exit"):
    """The run ends here."""


Step: TypeAlias = Wait | WaitFor | Branch | Propose | Goal | Exit


class Entry(Definition, frozen=True, kw_only=True):
    """How a customer gets in: a named trigger of ``triggers.yaml``, or one written here; exactly one of the two."""

    trigger: Name | None = None
    on: Trigger | None = None
    when: Expression | None = None


class ExitRule(Definition, frozen=True, kw_only=True):
    """An interrupt: the run ends at once, wherever it waits, when the event matches or the condition becomes true."""

    event: str | None = None
    when: Expression | None = None


class Journey(Definition, frozen=True, kw_only=True):
    """A journey: who gets in, the steps, and what ends it.

    Attributes:
        reentry: "never", "parallel", or "after 30d" (counted from the last entry); "after 0d" is at once,
            when not inside.
        instance_key: an expression over the entry event (a cart id); at most one run per value.
        exits: interrupts.
        goal: when this event happens the run is converted and ends.
        expires_after: a run older than this ends with reason ``expired``.
    """

    journey: Name
    description: str = ""
    version: int = 1
    entry: Entry
    reentry: str = "never"
    instance_key: Expression | None = None
    exits: tuple[ExitRule, ...] = ()
    goal: EventMatch | None = None
    expires_after: DurationText | None = None
    steps: tuple[Step, ...]


class Run(Struct, frozen=True, array_like=True):
    """One customer's run through a journey (an enrollment in progress).

    Attributes:
        key: the instance key's value, "" where the journey has none.
        step_at: when the run came to ``step``.
        wake_at: when the step ends by itself; `NEVER` when only an event can end it.
        visits: how many steps were entered so far; the occurrence in a send key.
        facts: the entry event's properties, for conditions and templates.
    """

    run_id: RunId
    journey: str
    version: int
    key: str
    step: str
    entered_at: Instant
    step_at: Instant
    wake_at: Instant
    visits: int = 1
    is_converted: bool = False
    facts: dict[str, Any] = {}


class Entered(Struct, frozen=True, array_like=True):
    """When a customer last entered a journey, and how often."""

    journey: str
    at: Instant
    count: int = 1


class Ended(Struct, frozen=True, array_like=True):
    """A run that ended in this transition, and why: ``goal``, ``exit_event``, ``exit_predicate``, ``expired``,
    ``done``.
    """

    run_id: RunId
    journey: str
    reason: str
    is_converted: bool
