"""Journeys: who gets in, the steps, and what ends it, as a workspace declares them."""

from typing import Annotated, Literal

from msgspec import Meta

from segue.model.catalogue import Definition, DurationText, Expression, Name, StageName
from segue.model.steps import EventMatch, Step
from segue.model.triggers import Trigger


class Rate(Definition, frozen=True, kw_only=True):
    """At most ``limit`` in each ``per``, over all customers; those above it come in the next periods, spread out."""

    limit: Annotated[int, Meta(ge=1)]
    per: DurationText


class Entry(Definition, frozen=True, kw_only=True):
    """How a customer gets in: a named trigger of ``triggers.yaml``, or one written here; exactly one of the two.

    Attributes:
        debounce: enter only when the trigger has been silent for so long (with the latest event's facts).
        rate: how many may enter.
    """

    trigger: Name | None = None
    on: Trigger | None = None
    when: Expression | None = None
    debounce: DurationText | None = None
    rate: Rate | None = None


class ExitRule(Definition, frozen=True, kw_only=True):
    """An interrupt: the run ends at once, wherever it waits, when the event matches or the condition becomes true."""

    event: str | None = None
    when: Expression | None = None


class Handler(Definition, frozen=True, kw_only=True):
    """What an event does to a run in flight, wherever it is; the first handler that matches.

    Attributes:
        event, when: as in an exit rule.
        goto: branch: leave the present step for this one.
        hurry: accelerate: what is left of the present wait takes this share of its time; 0 ends it.
        pause: stand still for so long; exits and goals stay in force.
        resume: end a pause.
        set: modify: facts of the run that take new values (expressions).
    """

    event: str
    when: Expression | None = None
    goto: Name | None = None
    hurry: Annotated[float, Meta(ge=0, le=1)] | None = None
    pause: DurationText | None = None
    resume: bool = False
    set: dict[Name, Expression] = {}


class Pacing(Definition, frozen=True, kw_only=True):
    """How fast the paced waits of a journey go for this customer.

    ``by`` is a number: the intensity of the customer's interest. At ``calm`` and below waits take ``slowest`` times as
    long, at ``keen`` and above ``fastest`` times, in between on a geometric line. A change while waiting moves the end
    of the wait.
    """

    by: Expression
    calm: float = 0.0
    keen: float = 5.0
    slowest: Annotated[float, Meta(ge=1, le=10)] = 2.0
    fastest: Annotated[float, Meta(gt=0, le=1)] = 0.5


class Stage(Definition, frozen=True, kw_only=True):
    """What a stage of a journey expects, and what is done when a customer leaves it.

    Attributes:
        expect: the progress that the stage is for; it begins anew with each.
        within: without progress for so long the customer has departed.
        recover: the first step of the recovery sequence; once in each visit of the stage.
    """

    stage: StageName
    expect: EventMatch | None = None
    within: DurationText | None = None
    recover: Name | None = None


class Migration(Definition, frozen=True, kw_only=True):
    """Where runs of an earlier version go on: by step; a step that is not named goes on under its own name."""

    steps: dict[Name, Name] = {}


class Journey(Definition, frozen=True, kw_only=True):
    """A journey: who gets in, the steps, and what ends it.

    Attributes:
        version: a definition that people went into does not change: a changed one gets the next number.
        status: ``live``; ``paused``: everything is held, nothing is lost; ``draining``: nobody gets in, those inside go
            on to the end; ``stopped``: every run ends.
        in_flight: runs of earlier versions: ``finish`` under their own definition, ``migrate`` to this one, or
            ``stop``.
        migration: where they go on, for ``migrate``.
        reentry: "never", "parallel", or "after 30d" (counted from the last entry); "after 0d" is at once,
            when not inside.
        instance_key: an expression over the entry event (a cart id); at most one run per value.
        exits: interrupts.
        goal: when this event happens the run is converted and ends.
        on: what events do to a run in flight.
        pacing: how the paced waits stretch and shrink.
        stages: what each stage expects, and its recovery.
        expires_after: a run older than this ends with reason ``expired``.
    """

    journey: Name
    description: str = ""
    version: int = 1
    status: Literal["live", "paused", "draining", "stopped"] = "live"
    in_flight: Literal["finish", "migrate", "stop"] = "finish"
    migration: Migration = Migration()
    entry: Entry
    reentry: str = "never"
    instance_key: Expression | None = None
    exits: tuple[ExitRule, ...] = ()
    goal: EventMatch | None = None
    on: tuple[Handler, ...] = ()
    pacing: Pacing | None = None
    stages: tuple[Stage, ...] = ()
    expires_after: DurationText | None = None
    steps: tuple[Step, ...]
