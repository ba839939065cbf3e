"""The builder: journeys written in Python; what comes out is the same data as a file under ``journeys/``.

Each method adds something and returns the builder. A step is named with ``id=``, or after what it does;
``next=``, ``stage=`` and ``description=`` are the fields that every step has.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Self

import msgspec

from segue.model.catalogue import StageName
from segue.model.errors import SegueError
from segue.model.journeys import Entry, ExitRule, Handler, Journey, Pacing, Stage
from segue.model.steps import (
    Arm,
    Branch,
    Case,
    Choose,
    EventMatch,
    Exit,
    Goal,
    Goto,
    MessageGroup,
    Option,
    Propose,
    SetTrait,
    Split,
    Step,
    SubJourney,
    Wait,
    WaitFor,
    Webhook,
)
from segue.model.triggers import EventTrigger, Trigger
from segue.workspace.documents import write_document


def journey(name: str, **fields: Any) -> "JourneyBuilder":
    """Return a builder of the journey ``name``; ``fields`` are any of `Journey`, such as ``reentry="after 30d"``."""
    return JourneyBuilder({"journey": name, **fields})


def event(name: str, when: str | None = None, *, next: str | None = None) -> EventMatch:
    """Return an event with a condition on it, for waits and goals; ``next`` is the step that it leads to."""
    return EventMatch(event=name, when=when, next=next)


class JourneyBuilder:
    """A journey that is being written; made by `journey`."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields
        self._steps: list[Step] = []
        self._used: Counter[str] = Counter()
        self._stage: StageName | None = None

    # -- around the steps ---------------------------------------------------------------------------------------

    def enter(self, event: str | None = None, *, on: Trigger | None = None, **fields: Any) -> Self:
        """Open the journey on an event, on any trigger (``on``), or on a named one (``trigger=``).

        ``when`` is a condition on the customer, ``debounce`` and ``rate`` are those of `Entry`.
        """
        trigger = EventTrigger(event=event) if event is not None else on
        return self._having(entry=Entry(on=trigger, **fields))

    def goal(self, event: str, when: str | None = None) -> Self:
        """Convert the run and end it when this event happens."""
        return self._having(goal=EventMatch(event=event, when=when))

    def exit_on(self, event: str | None = None, when: str | None = None) -> Self:
        """End the run at once, wherever it is, when the event happens or the condition becomes true."""
        return self._adding("exits", ExitRule(event=event, when=when))

    def on(self, event: str, when: str | None = None, **does: Any) -> Self:
        """Let an event change a run in flight: one of ``goto``, ``hurry``, ``pause``, ``resume``, ``set``."""
        return self._adding("on", Handler(event=event, when=when, **does))

    def pace(self, by: str, **fields: Any) -> Self:
        """Stretch and shrink the paced waits by a number: the intensity of the customer's interest."""
        return self._having(pacing=Pacing(by=by, **fields))

    def stage(self, name: StageName, *, expect: str | EventMatch | None = None, **fields: Any) -> Self:
        """Begin a stage with the next step; ``within`` and ``recover`` say what is done when a customer leaves it."""
        self._stage = name
        if expect is None and not fields:
            return self
        return self._adding("stages", Stage(stage=name, expect=_match(expect) if expect else None, **fields))

    # -- steps --------------------------------------------------------------------------------------------------

    def wait(self, after: str | None = None, **fields: Any) -> Self:
        """Wait for a duration, or with ``at``, ``until`` or ``receptive`` until a moment."""
        return self._step(Wait, "wait", after=after, **fields)

    def wait_for(self, *events: str | EventMatch, within: str, **fields: Any) -> Self:
        """Wait for the first of these events."""
        return self._step(WaitFor, "wait_for", events=tuple(map(_match, events)), within=within, **fields)

    def branch(self, cases: Mapping[str, str], *, otherwise: str, **fields: Any) -> Self:
        """Go to the first step whose condition holds: ``{condition: step}``, in this order."""
        found = tuple(Case(when=when, next=to) for when, to in cases.items())
        return self._step(Branch, "branch", cases=found, otherwise=otherwise, **fields)

    def split(self, arms: Mapping[str, str | tuple[float, str]], **fields: Any) -> Self:
        """Give each customer one arm for good: ``{arm: step}``, or ``{arm: (weight, step)}``."""
        weighted = {arm: to if isinstance(to, tuple) else (1.0, to) for arm, to in arms.items()}
        found = tuple(Arm(arm=arm, weight=weight, next=to) for arm, (weight, to) in weighted.items())
        return self._step(Split, "split", arms=found, **fields)

    def choose(self, *options: Option, otherwise: str, **fields: Any) -> Self:
        """Let the policy pick the next step."""
        return self._step(Choose, "choose", options=options, otherwise=otherwise, **fields)

    def propose(self, *actions: str, group: MessageGroup | None = None, **fields: Any) -> Self:
        """Propose an action, or several of which the policy chooses one."""
        several = actions if len(actions) > 1 else ()
        one = actions[0] if len(actions) == 1 else None
        return self._step(Propose, "_or_".join(actions), action=one, actions=several, group=group, **fields)

    def set_trait(self, values: Mapping[str, str], **fields: Any) -> Self:
        """State traits of the customer: ``{trait: expression}``."""
        return self._step(SetTrait, "set_trait", set=dict(values), **fields)

    def webhook(self, channel: str, payload: Mapping[str, str] | None = None, **fields: Any) -> Self:
        """Call a webhook channel with ``{name: expression}``."""
        return self._step(Webhook, channel, channel=channel, payload=dict(payload or {}), **fields)

    def goto(self, to: str, *, at_most: int, **fields: Any) -> Self:
        """Go to another step, so many times at most; then on."""
        return self._step(Goto, "goto", to=to, at_most=at_most, **fields)

    def sub_journey(self, journey: str, **fields: Any) -> Self:
        """Enter another journey, and wait for its end."""
        return self._step(SubJourney, journey, journey=journey, **fields)

    def reach_goal(self, **fields: Any) -> Self:
        """Count the run as converted, and go on."""
        return self._step(Goal, "goal", **fields)

    def exit(self, **fields: Any) -> Self:
        """End the run here."""
        return self._step(Exit, "exit", **fields)

    # -- the result ---------------------------------------------------------------------------------------------

    def build(self) -> Journey:
        """Return the journey.

        Raises:
            SegueError: it does not fit the schema of journeys; `segue check` finds what else is wrong.
        """
        name = self._fields["journey"]
        if "entry" not in self._fields:
            raise SegueError(f"Journey {name!r} has no way in.", "Call enter.")
        built = Journey(**self._fields, steps=tuple(self._steps))
        try:
            return msgspec.convert(msgspec.to_builtins(built), Journey)
        except msgspec.ValidationError as error:
            raise SegueError(f"Journey {name!r} is not valid: {error}.", "Compare with the reference.") from None

    def to_yaml(self) -> str:
        """Return the text of ``journeys/NAME.yaml``; raises what `build` raises."""
        fields = msgspec.to_builtins(self.build())
        fields["steps"] = [{"id": step["id"], **step} for step in fields["steps"]]
        return write_document(fields)

    def _step(self, kind: type[Step], name: str, *, id: str | None = None, **fields: Any) -> Self:
        fields.setdefault("stage", self._stage)
        self._stage = None
        self._steps.append(kind(id=id if id is not None else self._fresh(name), **fields))
        return self

    def _fresh(self, name: str) -> str:
        """Return a step id that no step has yet: ``wait``, ``wait_2``, ..."""
        taken = {step.id for step in self._steps}
        while True:
            self._used[name] += 1
            fresh = name if self._used[name] == 1 else f"{name}_{self._used[name]}"
            if fresh not in taken:
                return fresh

    def _having(self, **fields: Any) -> Self:
        self._fields |= fields
        return self

    def _adding(self, field: str, value: Any) -> Self:
        self._fields[field] = (*self._fields.get(field, ()), value)
        return self


def _match(match: str | EventMatch) -> EventMatch:
    return EventMatch(event=match) if isinstance(match, str) else match
