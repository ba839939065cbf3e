"""Journeys: every step can be reached, every way leads somewhere, and no loop spins."""

from collections.abc import Iterator

from segue.core.expression_sites import is_duration_text
from segue.core.journeys.plan import parse_reentry
from segue.core.journeys.steps.wait import parse_local_time
from segue.model.errors import SegueError
from segue.model.journeys import Branch, Exit, Journey, Propose, Step, Wait, WaitFor
from segue.workspace.checks.names import check_event, check_length, check_trigger, refer
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding


def check_journeys(draft: Draft) -> Iterator[Finding]:
    """Yield what is wrong in ``journeys/``."""
    for journey in draft.workspace.journeys:
        yield from _check_entry(draft, journey)
        yield from _check_endings(draft, journey)
        for index, step in enumerate(journey.steps):
            yield from _check_step(draft, journey, index, step)
        yield from _check_paths(draft, journey)


def _check_entry(draft: Draft, journey: Journey) -> Iterator[Finding]:
    name, entry = journey.journey, journey.entry
    if (entry.trigger is None) == (entry.on is None):
        reason = f"Journey {name!r} has {'no way' if entry.on is None else 'two ways'} in."
        yield Finding("SG505", draft.at("journey", name, "entry"), reason, "Write either `trigger` or `on`.")
    if entry.trigger is not None:
        at = draft.at("journey", name, "entry", "trigger")
        yield from refer("trigger", entry.trigger, draft.names("triggers", "triggers"), at)
    if entry.on is not None:
        yield from check_trigger(draft, entry.on, "journey", name, "entry", "on")
    try:
        parse_reentry(journey.reentry)
    except SegueError as error:
        yield Finding("SG403", draft.at("journey", name, "reentry"), error.reason, error.instruction)


def _check_endings(draft: Draft, journey: Journey) -> Iterator[Finding]:
    name = journey.journey
    for index, rule in enumerate(journey.exits):
        if rule.event is None and rule.when is None:
            at = draft.at("journey", name, "exits", index)
            yield Finding("SG506", at, "The exit rule says neither event nor when.", "Write at least one of them.")
        if rule.event is not None:
            yield from check_event(draft, rule.event, draft.at("journey", name, "exits", index, "event"))
    if journey.goal is not None:
        yield from check_event(draft, journey.goal.event, draft.at("journey", name, "goal", "event"))
    yield from check_length(journey.expires_after, draft.at("journey", name, "expires_after"))


def _check_step(draft: Draft, journey: Journey, index: int, step: Step) -> Iterator[Finding]:
    name = journey.journey
    path: tuple[str | int, ...] = ("steps", index)
    match step:
        case Wait():
            yield from _check_wait(draft, name, index, step)
        case WaitFor():
            for position, awaited in enumerate(step.events):
                at = draft.at("journey", name, *path, "events", position, "event")
                yield from check_event(draft, awaited.event, at)
            yield from check_length(step.within, draft.at("journey", name, *path, "within"))
        case Propose():
            yield from refer("action", step.action, draft.names("action"), draft.at("journey", name, *path, "action"))
            yield from _check_channels(draft, name, index, step)
            yield from check_length(step.deadline, draft.at("journey", name, *path, "deadline"))
            yield from check_length(step.keep, draft.at("journey", name, *path, "keep"))
        case _:
            pass


def _check_wait(draft: Draft, name: str, index: int, step: Wait) -> Iterator[Finding]:
    place = draft.at("journey", name, "steps", index)
    given = [field for field in ("after", "at", "until") if getattr(step, field) is not None]
    if len(given) != 1:
        reason = f"Step {step.id!r} says {' and '.join(given) or 'none of after, at, until'}."
        yield Finding("SG504", place, reason, "Write exactly one of after, at, until.")
    yield from check_length(step.after, draft.at("journey", name, "steps", index, "after"))
    if step.at is not None:
        try:
            parse_local_time(step.at)
        except SegueError as error:
            at = draft.at("journey", name, "steps", index, "at")
            yield Finding("SG404", at, error.reason, error.instruction)


def _check_channels(draft: Draft, name: str, index: int, step: Propose) -> Iterator[Finding]:
    action = next((action for action in draft.workspace.actions if action.action == step.action), None)
    if action is None:
        return
    offered = tuple(variant.channel for variant in action.variants)
    for position, channel in enumerate(step.channels):
        if channel not in offered:
            at = draft.at("journey", name, "steps", index, "channels", position)
            reason = f"Action {step.action!r} has no variant on {channel!r}."
            yield Finding("SG605", at, reason, "Add the variant to the action, or name another channel.")


def _check_paths(draft: Draft, journey: Journey) -> Iterator[Finding]:
    name, steps = journey.journey, journey.steps
    if not steps:
        at = draft.at("journey", name, "steps")
        yield Finding("SG507", at, f"Journey {name!r} has no steps.", "Give it at least one.")
        return
    known = [step.id for step in steps]
    is_sound = True
    for index, step in enumerate(steps):
        if step.id in known[:index]:
            at = draft.at("journey", name, "steps", index, "id")
            yield Finding("SG503", at, f"There is already a step {step.id!r}.", "Give one of the two another id.")
            is_sound = False
        for path, target in named_targets(step):
            at = draft.at("journey", name, "steps", index, *path)
            for finding in refer("step", target, known, at):
                yield finding
                is_sound = False
    if is_sound:
        yield from _check_graph(draft, journey)


def _check_graph(draft: Draft, journey: Journey) -> Iterator[Finding]:
    ways = ways_on(journey)
    reached = _reachable(ways, journey.steps[0].id)
    surely_waiting = {step.id for step in journey.steps if _surely_waits(step)}
    hasty = {step: [way for way in on if way not in surely_waiting] for step, on in ways.items()}
    told: set[str] = set()
    for index, step in enumerate(journey.steps):
        at = draft.at("journey", journey.journey, "steps", index, "id")
        if step.id not in reached:
            reason = f"No run can come to step {step.id!r}."
            yield Finding("SG501", at, reason, "Lead a `next` to it, or delete it.")
        elif loop := _loop_through(step.id, hasty) - told - surely_waiting:
            told |= loop
            reason = f"A run could go round from {step.id!r} back to it without waiting."
            yield Finding("SG502", at, reason, 'Put a wait with a fixed duration ("1d") or time ("09:00") in the loop.')


def named_targets(step: Step) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield (path inside the step, target) for every step that ``step`` names."""
    found: list[tuple[tuple[str | int, ...], str | None]] = [(("next",), step.next)]
    match step:
        case WaitFor():
            found.append((("on_timeout",), step.on_timeout))
            found += [(("events", index, "next"), awaited.next) for index, awaited in enumerate(step.events)]
        case Branch():
            found += [(("cases", index, "next"), case.next) for index, case in enumerate(step.cases)]
            found.append((("otherwise",), step.otherwise))
        case Propose():
            found.append((("on_skip",), step.on_skip))
        case _:
            pass
    yield from ((path, target) for path, target in found if target is not None)


def ways_on(journey: Journey) -> dict[str, list[str]]:
    """Return where a run can go from each step, without its end."""
    following = [*(step.id for step in journey.steps[1:]), None]
    return {
        step.id: [way for way in _ways(step, step.next or after) if way is not None]
        for step, after in zip(journey.steps, following, strict=True)
    }


def _ways(step: Step, following: str | None) -> list[str | None]:
    match step:
        case WaitFor():
            return [step.on_timeout or following, *(awaited.next or following for awaited in step.events)]
        case Branch():
            return [*(case.next for case in step.cases), step.otherwise]
        case Propose():
            return [following, step.on_skip or following]
        case Exit():
            return []
        case _:
            return [following]


def _reachable(ways: dict[str, list[str]], start: str) -> set[str]:
    reached, waiting = {start}, [start]
    while waiting:
        for way in ways[waiting.pop()]:
            if way not in reached:
                reached.add(way)
                waiting.append(way)
    return reached


def _loop_through(step: str, ways: dict[str, list[str]]) -> set[str]:
    """Return the steps that a run can pass on its way from ``step`` back to ``step``; none where there is no way."""
    return {other for way in ways[step] for other in _reachable(ways, way) if step in _reachable(ways, other)}


def _surely_waits(step: Step) -> bool:
    match step:
        case WaitFor():
            return True
        case Wait():
            return step.at is not None or (step.after is not None and is_duration_text(step.after))
        case _:
            return False
