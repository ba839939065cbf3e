"""Where a workspace holds expressions, what each may refer to, and which type its place wants.

One list serves the compiler (`core.world`) and the linter (`segue check`), so that neither can forget a place.
"""

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

from segue.core.catalogue import converted_source, succeeded_source
from segue.model.catalogue import Action, ValueType
from segue.model.journeys import Journey
from segue.model.steps import Branch, EventMatch, Propose, SetTrait, Step, Wait, WaitFor, Webhook
from segue.model.time import DURATION_PATTERN
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
from segue.model.workspace import Workspace


class Site(Struct, frozen=True):
    """One expression of a workspace.

    Attributes:
        key: names the place: ``journeys.reorder.steps.due.after``; the compiled condition is found under it.
        expect: the type the place wants; ``any`` where it takes each.
        event: the event whose properties ``event.NAME`` reads: a declared event's name, "*" for any, None for no event.
        has_run: whether ``run.NAME`` may be used.
        old: the trait whose former value is called ``old``, None elsewhere.
    """

    key: str
    source: str
    expect: Literal["duration", "any"] | ValueType = "boolean"
    event: str | None = None
    has_run: bool = False
    old: str | None = None


def is_duration_text(text: str) -> bool:
    """Tell whether ``text`` is a plain duration such as "48h", rather than an expression."""
    return re.fullmatch(DURATION_PATTERN, text) is not None


def sites(workspace: Workspace) -> Iterator[Site]:
    """Yield every expression of ``workspace`` but the features' own (`core.profiles` compiles those)."""
    for name, trigger in workspace.triggers.items():
        yield from trigger_sites(f"triggers.{name}", trigger)
    for action in workspace.actions:
        yield from _action_sites(f"actions.{action.action}", action)
    for audience in workspace.audiences:
        if audience.when:
            yield Site(f"audiences.{audience.audience}.when", audience.when)
    for name, objective in workspace.learning.objectives.items():
        if objective.where:
            yield Site(f"learning.objectives.{name}.where", objective.where, event=objective.event)
    for name, reach in workspace.reach.items():
        if reach.who:
            yield Site(f"reach.{name}.who", reach.who)
    for journey in workspace.journeys:
        yield from _journey_sites(journey_key(journey), journey, workspace)
    for journey in workspace.retired:
        yield from _journey_sites(retired_key(journey), journey, workspace)


def journey_key(journey: Journey) -> str:
    """Return the key under which the sites of ``journey`` stand."""
    return f"journeys.{journey.journey}"


def retired_key(journey: Journey) -> str:
    """Return the key under which the sites of an earlier version stand."""
    return f"journeys.{journey.journey}@{journey.version}"


def trigger_sites(key: str, trigger: Trigger) -> Iterator[Site]:
    """Yield the expressions of one trigger, under ``key``."""
    match trigger:
        case EventTrigger():
            conditions = [("when", trigger.when, trigger.event)]
        case TraitTrigger():
            conditions = []
            if trigger.when:
                yield Site(f"{key}.when", trigger.when, event="*", old=trigger.trait)
        case AbsenceTrigger():
            conditions = [("when", trigger.when, trigger.event)]
            conditions += [("then_not_when", trigger.then_not_when, trigger.then_not)]
        case CountTrigger():
            conditions = [("where", trigger.where, trigger.event)]
        case ScheduleTrigger():
            conditions = []
            if trigger.when:
                yield Site(f"{key}.when", trigger.when)
        case AudienceTrigger() | ApiTrigger() | JourneyTrigger():
            conditions = []
    for field, source, event in conditions:
        if source:
            yield Site(f"{key}.{field}", source, event=event)


def _action_sites(key: str, action: Action) -> Iterator[Site]:
    if action.eligible_when:
        yield Site(f"{key}.eligible_when", action.eligible_when, event="*")
    for index, each in enumerate(action.context_weights):
        yield Site(f"{key}.context_weights.{index}.when", each.when, event="*")
    if action.converted_by:
        yield Site(f"{key}.converted", converted_source(action))
    for index, requirement in enumerate(action.requires):
        if requirement.has == "succeeded":
            yield Site(f"{key}.requires.{index}.succeeded", succeeded_source(requirement))


def _journey_sites(key: str, journey: Journey, workspace: Workspace) -> Iterator[Site]:
    entry = journey.entry
    if entry.on is not None:
        yield from trigger_sites(f"{key}.entry.on", entry.on)
    event = _entry_event(entry.on if entry.on is not None else workspace.triggers.get(entry.trigger or ""))
    if entry.when:
        yield Site(f"{key}.entry.when", entry.when, event=event)
    if journey.instance_key:
        yield Site(f"{key}.instance_key", journey.instance_key, "any", event=event)
    for index, rule in enumerate(journey.exits):
        if rule.when:
            yield Site(f"{key}.exits.{index}.when", rule.when, event=rule.event or "*", has_run=True)
    if journey.goal is not None and journey.goal.when:
        yield Site(f"{key}.goal.when", journey.goal.when, event=journey.goal.event, has_run=True)
    for index, handler in enumerate(journey.on):
        place = f"{key}.on.{index}"
        if handler.when:
            yield Site(f"{place}.when", handler.when, event=handler.event, has_run=True)
        for name, source in handler.set.items():
            yield Site(f"{place}.set.{name}", source, "any", event=handler.event, has_run=True)
    if journey.pacing is not None:
        yield Site(f"{key}.pacing.by", journey.pacing.by, "number", has_run=True)
    for index, stage in enumerate(journey.stages):
        if stage.expect is not None:
            yield from _match_sites(f"{key}.stages.{index}.expect", stage.expect)
    for step in journey.steps:
        yield from _step_sites(f"{key}.steps.{step.id}", step, workspace)


def _step_sites(place: str, step: Step, workspace: Workspace) -> Iterator[Site]:
    match step:
        case Wait():
            if step.after and not is_duration_text(step.after):
                yield Site(f"{place}.after", step.after, "duration", has_run=True)
            if step.until:
                yield Site(f"{place}.until", step.until, "instant", has_run=True)
        case WaitFor():
            for index, awaited in enumerate(step.events):
                yield from _match_sites(f"{place}.events.{index}", awaited)
        case Branch():
            for index, case in enumerate(step.cases):
                yield Site(f"{place}.cases.{index}.when", case.when, event="*", has_run=True)
        case Propose():
            for index, match in enumerate(step.group.cancel_on if step.group is not None else ()):
                yield from _match_sites(f"{place}.group.cancel_on.{index}", match)
        case SetTrait():
            for name, source in step.set.items():
                spec = workspace.traits.get(name)
                yield Site(f"{place}.set.{name}", source, spec.type if spec else "any", event="*", has_run=True)
        case Webhook():
            for name, source in step.payload.items():
                yield Site(f"{place}.payload.{name}", source, "any", event="*", has_run=True)
        case _:
            pass


def _match_sites(place: str, match: EventMatch) -> Iterator[Site]:
    if match.when:
        yield Site(f"{place}.when", match.when, event=match.event, has_run=True)


def _entry_event(trigger: Trigger | None) -> str:
    match trigger:
        case EventTrigger() | AbsenceTrigger() | CountTrigger():
            return trigger.event
        case _:
            return "*"
