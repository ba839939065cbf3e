"""Circles: journeys that begin one another without end, and splits that share an experiment."""

from collections.abc import Iterator, Mapping, Sequence

from segue.core.journeys.compiled import PARALLEL
from segue.core.journeys.plan import parse_reentry
from segue.model.errors import SegueError
from segue.model.journeys import Journey
from segue.model.steps import Split, SubJourney
from segue.model.triggers import JourneyTrigger, Trigger
from segue.model.workspace import Workspace
from segue.workspace.checks.paths import may_end_at_once
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding


def check_circles(draft: Draft) -> Iterator[Finding]:
    """Yield what goes round between journeys, and experiments whose splits differ."""
    yield from _check_sub_journeys(draft)
    yield from _check_triggers(draft)
    yield from _check_experiments(draft)


def entry_trigger(workspace: Workspace, journey: Journey) -> Trigger | None:
    """Return what opens ``journey``, named or written in it; None where nothing carries the name."""
    return journey.entry.on if journey.entry.on is not None else workspace.triggers.get(journey.entry.trigger or "")


def _check_sub_journeys(draft: Draft) -> Iterator[Finding]:
    journeys = {journey.journey: journey for journey in draft.workspace.journeys}
    begun = {
        name: [step.journey for step in journey.steps if isinstance(step, SubJourney) and step.journey in journeys]
        for name, journey in journeys.items()
    }
    told: set[str] = set()
    for name, journey in journeys.items():
        way = circle(name, begun)
        if not way or told & {*way}:
            continue
        told |= {*way}
        index = next(i for i, s in enumerate(journey.steps) if isinstance(s, SubJourney) and s.journey == way[1])
        reason = f"{' → '.join(way)} is a circle."
        at = draft.at("journey", name, "steps", index, "journey")
        yield Finding("SG516", at, reason, "Let one of them end without beginning the next.")


def _check_triggers(draft: Draft) -> Iterator[Finding]:
    hasty = {each.journey: each for each in draft.workspace.journeys if may_end_at_once(each) and _reenters(each)}
    begun: dict[str, list[str]] = {name: [] for name in hasty}
    for name, journey in hasty.items():
        trigger = entry_trigger(draft.workspace, journey)
        if isinstance(trigger, JourneyTrigger) and trigger.journey in hasty:
            begun[trigger.journey].append(name)
    told: set[str] = set()
    for name in hasty:
        way = circle(name, begun)
        if way and not told & {*way}:
            told |= {*way}
            reason = f"The end of each of {' → '.join(way)} begins the next, without waiting."
            instruction = 'Put a wait of fixed length into one of them, or allow re-entry only "after" a while.'
            yield Finding("SG517", draft.at("journey", name, "entry"), reason, instruction)


def _reenters(journey: Journey) -> bool:
    try:
        reentry = parse_reentry(journey.reentry)
    except SegueError:
        return False
    return reentry in (PARALLEL, 0)


def _check_experiments(draft: Draft) -> Iterator[Finding]:
    first: dict[str, tuple[str, frozenset[str]]] = {}
    for journey in draft.workspace.journeys:
        for index, step in enumerate(journey.steps):
            if not isinstance(step, Split) or step.experiment is None:
                continue
            arms = frozenset(arm.arm for arm in step.arms)
            where, known = first.setdefault(step.experiment, (f"{journey.journey}.{step.id}", arms))
            if arms != known:
                at = draft.at("journey", journey.journey, "steps", index, "arms")
                reason = f"In {where} the experiment {step.experiment!r} has the arms {', '.join(sorted(known))}."
                yield Finding("SG514", at, reason, "Give both the same arms, or name two experiments.")


def circle(start: str, ways: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the shortest way from ``start`` back to it, both ends included; empty where there is none."""
    waiting, seen = [[start]], {start}
    while waiting:
        path = waiting.pop(0)
        for way in ways[path[-1]]:
            if way == start:
                return [*path, start]
            if way not in seen:
                seen.add(way)
                waiting.append([*path, way])
    return []
