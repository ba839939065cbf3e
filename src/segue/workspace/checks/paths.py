"""Paths: every step can be reached, every way leads somewhere, no loop spins, and every run can end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from segue.core.expression_sites import is_duration_text
from segue.model.journeys import Journey
from segue.model.steps import Step, Wait, WaitFor
from segue.workspace.checks.names import refer
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding
from segue.workspace.ways import Way, all_ways

Ways = Mapping[str, Sequence[str]]


def check_paths(draft: Draft, journey: Journey) -> Iterator[Finding]:
    """Yield what is wrong with the ways through a journey."""
    if not journey.steps:
        at = draft.at("journey", journey.journey, "steps")
        yield Finding("SG507", at, f"Journey {journey.journey!r} has no steps.", "Give it at least one.")
        return
    ways = all_ways(journey)
    wrong = [*_check_ids(draft, journey), *_check_targets(draft, journey, ways)]
    yield from wrong
    if not wrong:
        yield from _check_reach(draft, journey, ways)
        yield from _check_loops(draft, journey, ways)


def _check_ids(draft: Draft, journey: Journey) -> Iterator[Finding]:
    known = [step.id for step in journey.steps]
    for index, step in enumerate(journey.steps):
        if step.id in known[:index]:
            at = draft.at("journey", journey.journey, "steps", index, "id")
            yield Finding("SG503", at, f"There is already a step {step.id!r}.", "Give one of the two another id.")


def _check_targets(draft: Draft, journey: Journey, ways: Mapping[str, tuple[Way, ...]]) -> Iterator[Finding]:
    known = [step.id for step in journey.steps]
    for index, step in enumerate(journey.steps):
        named = {way.path: way.to for way in ways[step.id] if way.to is not None}
        if step.next is not None:
            named["next",] = step.next
        for path, target in named.items():
            yield from refer("step", target, known, draft.at("journey", journey.journey, "steps", index, *path))


def _check_reach(draft: Draft, journey: Journey, ways: Mapping[str, tuple[Way, ...]]) -> Iterator[Finding]:
    """Yield steps that no run can come to, and the first one from which none can ever end."""
    on = _targets(ways)
    jumps = [*(each.goto for each in journey.on), *(stage.recover for stage in journey.stages)]
    starts = [journey.steps[0].id, *jumps, *journey.migration.steps.values()]
    reached = _reachable(on, [start for start in starts if start is not None and start in on])
    ending = [step for step, out in ways.items() if not out or any(way.to is None for way in out)]
    can_end = _reachable(_reversed(on), ending)
    is_told = bool(journey.exits or journey.goal or journey.expires_after)
    for index, step in enumerate(journey.steps):
        at = draft.at("journey", journey.journey, "steps", index, "id")
        if step.id not in reached:
            reason = f"No run can come to step {step.id!r}."
            yield Finding("SG501", at, reason, "Lead a `next` to it, or delete it.")
        elif step.id not in can_end and not is_told:
            reason = f"Whoever comes to step {step.id!r} never gets out."
            yield Finding("SG511", at, reason, "Lead a way to the end, or give the journey exits or expires_after.")
            is_told = True


def _check_loops(draft: Draft, journey: Journey, ways: Mapping[str, tuple[Way, ...]]) -> Iterator[Finding]:
    surely_waiting = {step.id for step in journey.steps if surely_waits(step)}
    hasty = hasty_ways(journey, ways)
    told: set[str] = set()
    for index, step in enumerate(journey.steps):
        if loop := _loop_through(step.id, hasty) - told - surely_waiting:
            told |= loop
            at = draft.at("journey", journey.journey, "steps", index, "id")
            reason = f"A run could go round from {step.id!r} back to it without waiting."
            instruction = (
                'Put a wait with a fixed duration ("1d") or time ("09:00") in the loop, or a goto with a bound.'
            )
            yield Finding("SG502", at, reason, instruction)


def hasty_ways(journey: Journey, ways: Mapping[str, tuple[Way, ...]]) -> Ways:
    """Return the ways that may be taken without waiting, and again and again."""
    surely_waiting = {step.id for step in journey.steps if surely_waits(step)}
    return {
        step: [way.to for way in out if way.to is not None and not way.is_bounded and way.to not in surely_waiting]
        for step, out in ways.items()
    }


def may_end_at_once(journey: Journey) -> bool:
    """Tell whether a run may come from its first step to its end without waiting."""
    ways = all_ways(journey)
    if not journey.steps or surely_waits(journey.steps[0]):
        return False
    reached = _reachable(hasty_ways(journey, ways), [journey.steps[0].id])
    return any(not ways[step] or any(way.to is None for way in ways[step]) for step in reached)


def surely_waits(step: Step) -> bool:
    """Tell whether time always passes in ``step``."""
    match step:
        case WaitFor():
            return True
        case Wait():
            return step.at is not None or (step.after is not None and is_duration_text(step.after))
        case _:
            return False


def _targets(ways: Mapping[str, tuple[Way, ...]]) -> Ways:
    return {step: [way.to for way in out if way.to is not None] for step, out in ways.items()}


def _reversed(ways: Ways) -> Ways:
    back: dict[str, list[str]] = {step: [] for step in ways}
    for step, out in ways.items():
        for target in out:
            back[target].append(step)
    return back


def _reachable(ways: Ways, starts: Iterable[str]) -> set[str]:
    waiting = list(starts)
    reached = set(waiting)
    while waiting:
        for way in ways[waiting.pop()]:
            if way not in reached:
                reached.add(way)
                waiting.append(way)
    return reached


def _loop_through(step: str, ways: Ways) -> set[str]:
    """Return the steps that a run can pass on its way from ``step`` back to ``step``; none where there is no way."""
    onward = _reachable(ways, ways[step])
    return {other for other in onward if step in _reachable(ways, [other])} if step in onward else set()
