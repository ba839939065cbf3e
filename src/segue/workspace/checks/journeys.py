"""Journeys: who gets in, what ends a run, what events do to it, and what its stages expect."""

from collections.abc import Callable, Iterator
from functools import partial

from segue.core.journeys.plan import parse_reentry
from segue.model.errors import SegueError
from segue.model.journeys import Handler, Journey, Migration, Pacing, Stage
from segue.model.steps import Wait
from segue.workspace.checks.names import check_event, check_length, check_trigger, refer
from segue.workspace.checks.paths import check_paths
from segue.workspace.checks.steps import check_step
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding, Place

At = Callable[..., Place]
"""Returns the place of a path inside one journey."""


def check_journeys(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong in ``journeys/``, each journey by itself."""
    for journey in draft.workspace.journeys:
        at = partial(draft.at, "journey", journey.journey)
        yield from _check_entry(draft, journey, at)
        yield from _check_endings(draft, journey, at)
        for index, handler in enumerate(journey.on):
            yield from _check_handler(draft, journey, handler, partial(at, "on", index))
        yield from _check_stages(draft, journey, at)
        yield from _check_pacing(journey, at)
        yield from _check_migration(journey, at)
        for index, step in enumerate(journey.steps):
            yield from check_step(draft, step, partial(at, "steps", index))
        yield from check_paths(draft, journey)


def _check_entry(draft: Draft, journey: Journey, at: At) -> Iterator[Finding]:
    name, entry = journey.journey, journey.entry
    if (entry.trigger is None) == (entry.on is None):
        reason = f"Journey {name!r} has {'no way' if entry.on is None else 'two ways'} in."
        yield Finding("SG505", at("entry"), reason, "Write either `trigger` or `on`.")
    if entry.trigger is not None:
        yield from refer("trigger", entry.trigger, draft.names("triggers", "triggers"), at("entry", "trigger"))
    if entry.on is not None:
        yield from check_trigger(draft, entry.on, "journey", name, "entry", "on")
    yield from check_length(entry.debounce, at("entry", "debounce"))
    yield from check_length(entry.rate.per if entry.rate else None, at("entry", "rate", "per"))
    try:
        parse_reentry(journey.reentry)
    except SegueError as error:
        yield Finding("SG403", at("reentry"), error.reason, error.instruction)


def _check_endings(draft: Draft, journey: Journey, at: At) -> Iterator[Finding]:
    for index, rule in enumerate(journey.exits):
        if rule.event is None and rule.when is None:
            reason = "The exit rule says neither event nor when."
            yield Finding("SG506", at("exits", index), reason, "Write at least one of them.")
        if rule.event is not None:
            yield from check_event(draft, rule.event, at("exits", index, "event"))
    if journey.goal is not None:
        yield from check_event(draft, journey.goal.event, at("goal", "event"))
    yield from check_length(journey.expires_after, at("expires_after"))


_DEEDS = ("goto", "hurry", "pause", "resume")


def _check_handler(draft: Draft, journey: Journey, handler: Handler, at: At) -> Iterator[Finding]:
    default = Handler(event=handler.event)
    does = [deed for deed in _DEEDS if getattr(handler, deed) != getattr(default, deed)]
    if len(does) > 1 or not (does or handler.set):
        reason = f"The handler does {' and '.join(does) or 'nothing'}."
        yield Finding("SG521", at(), reason, f"Write one of {', '.join(_DEEDS)}; `set` may stand beside it.")
    yield from check_event(draft, handler.event, at("event"))
    yield from check_length(handler.pause, at("pause"))
    if handler.goto is not None:
        yield from refer("step", handler.goto, _steps(journey), at("goto"))


def _check_stages(draft: Draft, journey: Journey, at: At) -> Iterator[Finding]:
    begun = {step.stage for step in journey.steps}
    for index, stage in enumerate(journey.stages):
        inside = partial(at, "stages", index)
        if stage.stage in [earlier.stage for earlier in journey.stages[:index]]:
            reason = f"The stage {stage.stage!r} is described twice."
            yield Finding("SG205", inside("stage"), reason, "Keep one of the two.")
        if stage.stage not in begun:
            reason = f"No step begins the stage {stage.stage!r}."
            yield Finding("SG520", inside("stage"), reason, f"Write stage: {stage.stage} at its first step.")
        if stage.expect is not None:
            yield from check_event(draft, stage.expect.event, inside("expect", "event"))
        if stage.recover is not None:
            yield from refer("step", stage.recover, _steps(journey), inside("recover"))
        yield from check_length(stage.within, inside("within"))
        yield from _check_parts(stage, inside)


def _check_parts(stage: Stage, at: At) -> Iterator[Finding]:
    missing = [field for field in ("within", "recover") if getattr(stage, field) is None]
    if missing:
        reason = f"The stage {stage.stage!r} has no {' and no '.join(missing)}."
        yield Finding("SG519", at(), reason, f"Add {' and '.join(missing)}, or leave the stage out here.")


def _check_pacing(journey: Journey, at: At) -> Iterator[Finding]:
    pacing: Pacing | None = journey.pacing
    paced = [(i, step) for i, step in enumerate(journey.steps) if isinstance(step, Wait) and step.paced]
    if pacing is None:
        for index, _ in paced:
            reason = "The wait is paced, but the journey has no pacing."
            yield Finding(
                "SG525", at("steps", index, "paced"), reason, "Add pacing to the journey, or leave paced out."
            )
        return
    if not paced:
        yield Finding("SG525", at("pacing"), "No wait is paced.", "Write paced: true at the waits that stretch.")
    for index, step in paced:
        if step.after is None:
            reason = "Only a wait with `after` can stretch."
            yield Finding("SG525", at("steps", index, "paced"), reason, "Leave paced out.")
    if pacing.calm >= pacing.keen:
        reason = f"calm ({pacing.calm:g}) is not below keen ({pacing.keen:g})."
        yield Finding("SG204", at("pacing"), reason, "Write calm for the lower intensity, keen for the higher.")


def _check_migration(journey: Journey, at: At) -> Iterator[Finding]:
    for step, target in journey.migration.steps.items():
        yield from refer("step", target, _steps(journey), at("migration", "steps", step))
    if journey.migration != Migration() and journey.in_flight != "migrate":
        reason = f"Runs of earlier versions do not move: in_flight is {journey.in_flight}."
        yield Finding("SG524", at("migration"), reason, "Write in_flight: migrate, or leave migration out.")


def _steps(journey: Journey) -> list[str]:
    return [step.id for step in journey.steps]
