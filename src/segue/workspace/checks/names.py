"""Names: whether what a definition refers to exists."""

from collections.abc import Iterable, Iterator

from segue.model.errors import SegueError
from segue.model.time import parse_duration
from segue.model.triggers import (
    AbsenceTrigger,
    ApiTrigger,
    AudienceTrigger,
    CountTrigger,
    EventTrigger,
    JourneyTrigger,
    ScheduleTrigger,
    TraitTrigger,
    Trigger,
)
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding, Place
from segue.workspace.schema import suggest

CORE_EVENTS = (
    "identified",
    "consent_changed",
    "contact_point_changed",
    "decision_requested",
    *(
        f"message_{status}"
        for status in (
            "accepted",
            "rejected",
            "retryable",
            "unknown",
            "withdrawn",
            "delivered",
            "bounced",
            "complained",
            "opened",
            "clicked",
            "unsubscribed",
        )
    ),
)
"""Events that Segue itself makes; every workspace may use them (`segue.core.facts`)."""

_REFERENCES = {
    "action": ("SG301", "actions"),
    "channel": ("SG302", "channels"),
    "trigger": ("SG303", "triggers"),
    "step": ("SG304", "steps"),
    "trait": ("SG305", "traits"),
    "placement": ("SG307", "placements"),
    "audience": ("SG308", "audiences"),
    "event": ("SG309", "events"),
    "journey": ("SG311", "journeys"),
    "theme": ("SG312", "themes"),
    "tag": ("SG313", "tags"),
    "provider": ("SG314", "providers"),
}


def refer(kind: str, name: str, known: Iterable[str], place: Place) -> Iterator[Finding]:
    """Yield a finding where ``name`` is not among the ``known`` ones of ``kind``."""
    choices = tuple(known)
    if name not in choices:
        code, plural = _REFERENCES[kind]
        yield Finding(code, place, f"There is no {kind} {name!r}.", suggest(name, choices, plural))


def event_names(draft: Draft) -> tuple[str, ...]:
    """Return the events that definitions may use: the workspace's own and Segue's."""
    return (*draft.names("events", "events"), *CORE_EVENTS)


def check_event(draft: Draft, name: str, place: Place) -> Iterator[Finding]:
    """Yield a finding where the event ``name`` is not declared."""
    yield from refer("event", name, event_names(draft), place)


def check_property(draft: Draft, event: str, name: str | None, place: Place) -> Iterator[Finding]:
    """Yield a finding where the event declares other properties than ``name``; an unknown event is told elsewhere."""
    declared = draft.workspace.events.get(event)
    if declared is not None and name is not None and name not in declared.properties:
        reason = f"The event {event!r} declares no property {name!r}."
        yield Finding("SG310", place, reason, suggest(name, tuple(declared.properties), "properties"))


def check_length(text: str | None, place: Place) -> Iterator[Finding]:
    """Yield a finding where a duration that has to last is zero."""
    if text is None:
        return
    try:
        is_nothing = parse_duration(text) == 0
    except SegueError:
        return  # an expression, or refused by the schema
    if is_nothing:
        yield Finding("SG405", place, f"{text!r} is no time at all.", "Write a longer duration, or leave it out.")


def check_trigger(draft: Draft, trigger: Trigger, kind: str, name: str, *path: str | int) -> Iterator[Finding]:
    """Yield what a trigger, standing at ``path`` of a definition, refers to and nothing carries."""

    def at(field: str) -> Place:
        return draft.at(kind, name, *path, field)

    match trigger:
        case EventTrigger():
            yield from check_event(draft, trigger.event, at("event"))
        case TraitTrigger():
            yield from refer("trait", trigger.trait, draft.names("features", "traits"), at("trait"))
        case AbsenceTrigger():
            yield from check_event(draft, trigger.event, at("event"))
            yield from check_event(draft, trigger.then_not, at("then_not"))
            yield from check_length(trigger.within, at("within"))
        case CountTrigger():
            yield from check_event(draft, trigger.event, at("event"))
            yield from check_length(trigger.within, at("within"))
            yield from check_property(draft, trigger.event, trigger.by, at("by"))
        case AudienceTrigger():
            yield from _check_audience(draft, trigger.audience, at("audience"))
        case JourneyTrigger():
            yield from refer("journey", trigger.journey, draft.names("journey"), at("journey"))
        case ScheduleTrigger() | ApiTrigger():
            pass


def _check_audience(draft: Draft, name: str, place: Place) -> Iterator[Finding]:
    yield from refer("audience", name, draft.names("audience"), place)
    if any(audience.audience == name and audience.when is None for audience in draft.workspace.audiences):
        reason = f"Only actions add customers to the audience {name!r}; it has no condition."
        yield Finding("SG518", place, reason, "Give the audience a `when`, or use the event that adds them.")
