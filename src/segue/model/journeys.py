"""Journeys: the definitions that a workspace declares, and the runs of customers through them."""

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta, Struct

from segue.model.catalogue import Definition, DurationText, Expression, Name, StageName, Trigger
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
    """What every step has.

    Attributes:
        next: the following step of the file unless it says otherwise.
        stage: the stage that begins here; a step without one belongs to the stage of the step before it in the file.
    """

    id: Name
    next: Name | None = None
    stage: StageName | None = None
    description: str = ""


class Wait(StepBase, frozen=True, kw_only=True, tag="wait"):
    """Wait for a duration (``after``: text, or an expression of type duration) or until a moment.

    ``at`` is calendar time in the customer's zone: "09:00" (the next one), "+1d 09:00" (the day after). ``until`` is an
    expression of type instant. ``receptive`` is the customer's best hour within this time. A moment already past ends
    the wait at once; so does an expression that is null. ``paced`` lets the journey's pacing stretch and shrink
    ``after``.
    """

    after: Expression | None = None
    at: str | None = None
    until: Expression | None = None
    receptive: DurationText | None = None
    paced: bool = False


class WaitFor(StepBase, frozen=True, kw_only=True, tag="wait_for"):
    """Wait for ``events``, at most ``within``.

    ``race``: the first of them decides where to go. ``collect``: the window always lasts to its end; of those that came
    the one that stands first in the list decides. None of them: ``on_timeout``.
    """

    events: tuple[EventMatch, ...]
    within: DurationText
    mode: Literal["race", "collect"] = "race"
    on_timeout: Name | None = None


class Branch(StepBase, frozen=True, kw_only=True, tag="branch"):
    """Go to the first case whose condition holds, else to ``otherwise``."""

    cases: tuple[Case, ...]
    otherwise: Name


class Arm(Definition, frozen=True, kw_only=True):
    """One arm of a split; weights are relative to their sum."""

    arm: Name
    weight: Annotated[float, Meta(ge=0)] = 1.0
    next: Name


class Split(StepBase, frozen=True, kw_only=True, tag="split"):
    """Give the customer one of several arms by chance, and the same one ever after.

    Attributes:
        experiment: splits of the same experiment give a customer the same arm; by default the journey and the step.
            The arm is kept with the customer: changed weights concern only those who were not given one yet.
    """

    arms: tuple[Arm, ...]
    experiment: str | None = None


class Option(Definition, frozen=True, kw_only=True):
    """One way that a policy may choose; ``value`` and ``priority`` are what it knows about it."""

    option: Name
    next: Name
    value: float = 0.0
    priority: int = 0


class Choose(StepBase, frozen=True, kw_only=True, tag="choose"):
    """The workspace's policy picks the next step; ``otherwise`` is its silence. Recorded like every decision."""

    options: tuple[Option, ...]
    otherwise: Name


class MessageGroup(Definition, frozen=True, kw_only=True):
    """Several messages that belong together: the action on one channel after another.

    Attributes:
        order: channels of the action, in this order; the next one is proposed only when the one before it has been
            carried out, or has failed or been suppressed for good.
        gap: at least this long between two of them, counted from when the earlier one went out.
        cancel_on: any of these ends the group: the rest is not sent.
    """

    order: tuple[Name, ...]
    gap: DurationText = "1d"
    cancel_on: tuple[EventMatch, ...] = ()


class Propose(StepBase, frozen=True, kw_only=True, tag="propose"):
    """Propose an action to arbitration and wait for its word.

    Attributes:
        action, actions: one, or several of which the policy chooses one; exactly one of the two fields.
        channels: which of the action's variants; all where empty.
        group: send them all, in order, instead of one of them.
        timing: ``receptive`` waits for the customer's best hour within the deadline, quiet hours and caps considered.
        deadline: how long the proposal may wait for quiet hours, caps and the minimum gap.
        on_cap: when a cap is reached: skip at once, wait within the deadline, or exit the journey.
        on_lost: when another candidate won: wait within the deadline, or skip.
        on_skip: the step to go to when it was suppressed for good.
        keep: for audience and placement variants: stay a member at most this long; always left when the run ends.
    """

    action: Name | None = None
    actions: tuple[Name, ...] = ()
    channels: tuple[Name, ...] = ()
    group: MessageGroup | None = None
    timing: Literal["now", "receptive"] = "now"
    deadline: DurationText = "2d"
    on_cap: Literal["skip", "wait", "exit"] = "wait"
    on_lost: Literal["skip", "wait"] = "wait"
    on_skip: Name | None = None
    keep: DurationText = "30d"

    @property
    def proposed(self) -> tuple[str, ...]:
        """The names of the actions."""
        return (self.action,) if self.action is not None else self.actions


class SetTrait(StepBase, frozen=True, kw_only=True, tag="set_trait"):
    """State traits of the customer: each an expression; the new values are known from the next step on."""

    set: dict[Name, Expression]


class Webhook(StepBase, frozen=True, kw_only=True, tag="webhook"):
    """Call a webhook channel with ``payload`` (each an expression) and wait until it has been carried out.

    It is no contact: no consent, cap or quiet hour concerns it. It is retried, with the same idempotency key, until
    ``deadline``; then, or when it is refused, the run goes to ``on_failure``. Held-out customers' are not called,
    unless ``category`` is one that obliges.
    """

    channel: Name
    payload: dict[Name, Expression] = {}
    deadline: DurationText = "1d"
    category: Literal["service", "mandatory", "transactional"] = "service"
    on_failure: Name | None = None


class Goto(StepBase, frozen=True, kw_only=True, tag="goto"):
    """Go to an earlier or a later step, ``at_most`` so many times in one run; then to the following step."""

    to: Name
    at_most: Annotated[int, Meta(ge=1, le=1000)]


class SubJourney(StepBase, frozen=True, kw_only=True, tag="sub_journey"):
    """Enter another journey, with this run's facts, and ``wait`` for its end.

    Its run ends when this one ends. Without ``wait`` it goes its own way. ``on_converted`` is the step to go to when it
    converted. Where the other journey does not take the customer in, the run goes on.
    """

    journey: Name
    wait: bool = True
    on_converted: Name | None = None


class Goal(StepBase, frozen=True, kw_only=True, tag="goal"):
    """The run has reached its goal: it is counted as converted and goes on."""


class Exit(StepBase, frozen=True, kw_only=True, tag="exit"):
    """The run ends here."""


Step: TypeAlias = (
    Wait | WaitFor | Branch | Split | Choose | Propose | SetTrait | Webhook | Goto | SubJourney | Goal | Exit
)


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


class Run(Struct, frozen=True, array_like=True):
    """One customer's run through a journey (an enrollment in progress).

    Attributes:
        key: the instance key's value, "" where the journey has none.
        step_at: when the run came to ``step``.
        wake_at: when the step ends by itself; `NEVER` when only an event can end it. A pause, a stage's patience and the
            end of the run's time come on top of it.
        visits: how many steps were entered so far; the occurrence in a send key.
        facts: the entry event's properties, for conditions and templates.
        parent: the run that started this one and waits for it, "" for none.
        best: of a wait for events: 1 + the index of the best one so far, 0 for none. Of a message group: 1 + the index
            of the channel that was proposed last, negative once that went out and the gap runs, more than there are
            channels when the group is over.
        loops: how often each goto was taken.
        paused_until: it stands still until then; 0 when it does not.
        stage, stage_at: the stage it is in, and when that began or last made progress; 0 when its recovery was tried.
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
    parent: RunId = RunId("")
    best: int = 0
    loops: dict[str, int] = {}
    paused_until: Instant = Instant(0)
    stage: str = ""
    stage_at: Instant = Instant(0)


class Entered(Struct, frozen=True, array_like=True):
    """When a customer last entered a journey, and how often."""

    journey: str
    at: Instant
    count: int = 1


class Pending(Struct, frozen=True, array_like=True):
    """An entry that waits until ``due``; `NEVER` for as long as the journey is paused.

    ``why`` is ``debounce``, ``rate`` or ``paused``.
    """

    journey: str
    key: str
    due: Instant
    why: str
    facts: dict[str, Any] = {}


class Allotted(Struct, frozen=True, array_like=True):
    """The arm a customer was given in an experiment, once and for all."""

    experiment: str
    arm: str
    at: Instant


class Ended(Struct, frozen=True, array_like=True):
    """A run that ended in this transition, and why: ``goal``, ``exit_event``, ``exit_predicate``, ``expired``,
    ``done``.
    """

    run_id: RunId
    journey: str
    reason: str
    is_converted: bool


class Moved(Struct, frozen=True, array_like=True):
    """A run that came to a step, left one, or both: what live counters, paths and experiments are made of.

    Attributes:
        step: the step it left, "" when it entered the journey.
        to: the step it came to, "" when the run ended.
        how: ``entered``, ``passed`` (the step was over), ``exited`` (an interrupt, a handler, a recovery, a stop),
            ``migrated``.
        detail: the arm of a split, the option of a choice, the reason of an end.
        stage: the stage it is in afterwards.
    """

    run_id: RunId
    journey: str
    version: int
    step: str
    to: str
    how: str
    detail: str = ""
    stage: str = ""
