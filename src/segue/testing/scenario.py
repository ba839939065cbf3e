"""Scenarios: stories about one customer in virtual time, written in YAML. The schema of ``tests/NAME.yaml``.

    scenarios:
      - scenario: Whoever does not open the mail sees the ad
        given:
          start: "2011-01-03 10:00"
          traits: {email: anna@example.com}
        story:
          - event: item_purchased
            properties: {invoice: A1}
          - after: 20d
            event: item_purchased
            properties: {invoice: A2}
          - expect: {message: reorder_offer, channel: email, at: "2011-02-15 10:00"}
          - expect_silence: {for: 47h}
          - after: 1h
            expect_member: reorder_due

Each line of the story first lets time pass (``at`` a local time, or ``after`` the line before), and then says one
thing. Times are local, in the scenario's zone. What each expectation means stands at its class.
"""

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from segue.model.catalogue import Definition, DurationText, Name

LocalTime: TypeAlias = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}( \d{2}:\d{2}(:\d{2})?)?$")]
Promise: TypeAlias = Annotated[str, Meta(pattern=r"^M[1-9]\d?$")]
Status: TypeAlias = Literal["delivered", "bounced", "complained", "opened", "clicked", "unsubscribed"]
Outcome: TypeAlias = Literal["accepted", "rejected", "retryable", "unknown"]


class ConsentWord(Definition, frozen=True, kw_only=True):
    """What the customer says about being contacted."""

    granted: bool
    channel: str = "*"
    purpose: str = "*"


class Given(Definition, frozen=True, kw_only=True):
    """How the story begins.

    Attributes:
        zone: of the story's times; the workspace's where None.
        group: the customer's standing group, so that no story depends on a draw.
        arms: likewise the customer's arm of each experiment: ``{JOURNEY/STEP: ARM}``; a split that is not named draws.
    """

    start: LocalTime
    zone: str | None = None
    group: Literal["agent", "random", "rules", "holdout"] = "agent"
    arms: dict[str, Name] = {}
    traits: dict[Name, Any] = {}
    consents: tuple[ConsentWord, ...] = ()


class Behaviour(Definition, frozen=True, kw_only=True):
    """What becomes of messages: the first behaviour that fits decides; without one they are accepted, and no more.

    Attributes:
        action: a webhook step has none: its calls are meant where only the channel is named.
        attempts: only so many attempts, from the first on; all of them where None.
        opened_after, clicked_after: counted from the hand-over.
    """

    channel: Name | None = None
    action: Name | None = None
    attempts: int | None = None
    outcome: Outcome = "accepted"
    opened_after: DurationText | None = None
    clicked_after: DurationText | None = None


class Repeat(Definition, frozen=True, kw_only=True):
    """The line's event happens ``times`` times, the first at once and each other one ``every`` so long."""

    times: Annotated[int, Meta(ge=1, le=10_000)]
    every: DurationText


class Enter(Definition, frozen=True, kw_only=True):
    """Somebody asks for the customer to enter a journey, with facts for its run."""

    journey: Name
    facts: dict[str, Any] = {}


class ExpectShown(Definition, frozen=True, kw_only=True):
    """What a placement shows: this action, or nothing of ours (``silence``)."""

    action: Name | None = None
    silence: bool = False


class Decide(Definition, frozen=True, kw_only=True):
    """A page asks what to show in a placement, and gets the answer that is expected, if one is."""

    placement: Name
    context: dict[str, Any] = {}
    expect: ExpectShown | None = None


class Of(Definition, frozen=True, kw_only=True):
    """The latest message of this action, on this channel."""

    message: Name | None = None
    channel: Name | None = None


class ExpectMessage(Definition, frozen=True, kw_only=True):
    """The next message that no line has spoken of yet is this one.

    Time runs until ``at``, or until the message comes but ``within`` at most; with neither, it has come already. With
    ``at`` it came at this very moment. ``says`` is in what the customer reads: subject, text, or the variant's content.
    """

    message: Name
    channel: Name | None = None
    at: LocalTime | None = None
    within: DurationText | None = None
    says: str | None = None


class Lasting(Definition, frozen=True, kw_only=True, rename={"duration": "for"}):
    """A stretch of time from here: ``until`` a moment, or ``for`` a duration."""

    until: LocalTime | None = None
    duration: DurationText | None = None


class ExpectMessages(Lasting, frozen=True, kw_only=True):
    """All that comes in a stretch of time, and what no line has spoken of before it: ``are`` these messages, in this
    order, or ``count`` of them, whichever.
    """

    are: tuple[Of, ...] | None = None
    count: Annotated[int, Meta(ge=0)] | None = None


class ExpectCall(Definition, frozen=True, kw_only=True, rename={"payload": "with"}):
    """The next call of a webhook step that no line has spoken of went to this channel, with at least this payload.

    Time runs as for a message; a call is none, so it breaks no silence.
    """

    channel: Name
    payload: dict[str, Any] = {}
    at: LocalTime | None = None
    within: DurationText | None = None


class ExpectTask(Definition, frozen=True, kw_only=True):
    """The next task that no line has spoken of is this one; time runs as for a message."""

    task: Name
    channel: Name | None = None
    at: LocalTime | None = None
    within: DurationText | None = None


class ExpectStep(Definition, frozen=True, kw_only=True):
    """A run of the journey is at this step now."""

    journey: Name
    step: Name


class ExpectEnded(Definition, frozen=True, kw_only=True):
    """The next run of the journey to end, of those that no line has spoken of, has ended for this reason.

    ``done`` in order, ``goal``, ``exit_event``, ``exit_predicate``, ``expired`` and the other reasons of a run's end;
    ``converted`` tells whether it had reached its goal.
    """

    journey: Name
    reason: str | None = None
    converted: bool | None = None


class ExpectSuppressed(Definition, frozen=True, kw_only=True):
    """A decision since the last line of this kind suppressed the action, for this first reason."""

    action: Name
    reason: str
    channel: Name | None = None


class ExpectHeld(Definition, frozen=True, kw_only=True):
    """The action waits now, for this reason, and if ``until`` is given, until then."""

    action: Name
    reason: str
    until: LocalTime | None = None


class Line(Definition, frozen=True, kw_only=True):
    """One line of a story: when, and exactly one of the others.

    Attributes:
        repeat: of the event.
        report: what a provider or the customer's mail program tells of the latest message; ``of`` picks another one.
        expect: see `ExpectMessage`.
        expect_ghost: the same of a held-out customer: the message was decided and not sent.
        expect_silence: nothing is sent, no task is given and no audience is joined meanwhile, nor was since the last
            line that spoke of it; ghosts are no messages.
        expect_member, expect_not_member: the customer is (not) in this audience now.
        expect_trait: these traits have these values now; null for none.
    """

    at: LocalTime | None = None
    after: DurationText | None = None
    note: str = ""
    event: str | None = None
    properties: dict[str, Any] = {}
    traits: dict[Name, Any] = {}
    repeat: Repeat | None = None
    consent: ConsentWord | None = None
    enter: Enter | None = None
    report: Status | None = None
    of: Of | None = None
    decide: Decide | None = None
    expect: ExpectMessage | None = None
    expect_messages: ExpectMessages | None = None
    expect_ghost: ExpectMessage | None = None
    expect_silence: Lasting | None = None
    expect_call: ExpectCall | None = None
    expect_task: ExpectTask | None = None
    expect_member: Name | None = None
    expect_not_member: Name | None = None
    expect_step: ExpectStep | None = None
    expect_ended: ExpectEnded | None = None
    expect_trait: dict[Name, Any] | None = None
    expect_suppressed: ExpectSuppressed | None = None
    expect_held: ExpectHeld | None = None


ATTACHED = {"properties": "event", "traits": "event", "repeat": "event", "of": "report"}
"""What belongs to another part of its line, and has no meaning without it."""

SAYINGS = tuple(name for name in Line.__struct_fields__ if name not in ("at", "after", "note") and name not in ATTACHED)
"""What a line can say: exactly one of these; a line without any only lets time pass."""


class Scenario(Definition, frozen=True, kw_only=True):
    """A story with a name, which is a sentence; ``m`` are the promises of Segue that it shows (M16, M24)."""

    scenario: str
    m: tuple[Promise, ...] = ()
    given: Given
    deliveries: tuple[Behaviour, ...] = ()
    story: tuple[Line, ...]


class ScenarioFile(Definition, frozen=True, kw_only=True):
    """A file under ``tests/``."""

    scenarios: tuple[Scenario, ...]


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema of scenario files, for editors."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(ScenarioFile)}
