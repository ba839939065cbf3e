"""Steps: the nodes of a journey, one struct for each kind."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from segue.model.catalogue import Definition, DurationText, Expression, Name, StageName


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
