"""Conflicts: journeys that are right by themselves and get in each other's way."""

from collections.abc import Iterator
from itertools import combinations

from msgspec import Struct

from segue.core.journeys.compiled import PARALLEL
from segue.core.journeys.plan import parse_reentry
from segue.model.catalogue import Action
from segue.model.errors import SegueError
from segue.model.journeys import Journey
from segue.model.steps import EventMatch, Propose, WaitFor
from segue.model.triggers import EventTrigger, Trigger
from segue.workspace.checks.circles import entry_trigger
from segue.workspace.draft import Draft
from segue.workspace.findings import Finding

_TOLD = "message_"
"""What these events tell concerns only the run that sent the message (`core.journeys.steps.wait_for`)."""


class Bid(Struct, frozen=True):
    """A message that a journey may propose."""

    action: Action
    channel: str


def check_conflicts(draft: Draft) -> Iterator[Finding]:
    """Yield what journeys do to one another, and to themselves."""
    bids = {journey.journey: list(_bids(draft, journey)) for journey in draft.workspace.journeys}
    for one, other in combinations(draft.workspace.journeys, 2):
        if _open_together(draft, one, other):
            yield from _check_pair(draft, one, other, bids[one.journey], bids[other.journey])
    for journey in draft.workspace.journeys:
        yield from _check_word(draft, journey)
        yield from _check_restart(draft, journey)


def _open_together(draft: Draft, one: Journey, other: Journey) -> bool:
    """Tell whether the same moment opens both, for the same customers as far as can be told."""
    triggers: list[Trigger | None] = [entry_trigger(draft.workspace, journey) for journey in (one, other)]
    return triggers[0] is not None and triggers[0] == triggers[1] and one.entry.when == other.entry.when


def _bids(draft: Draft, journey: Journey) -> Iterator[Bid]:
    actions = {action.action: action for action in draft.workspace.actions}
    specs = draft.specs()
    for step in journey.steps:
        for name in step.proposed if isinstance(step, Propose) else ():
            action = actions.get(name)
            for variant in action.variants if action is not None else ():
                allowed = step.channels if isinstance(step, Propose) else ()
                channel = specs.get(variant.channel)
                if channel is not None and channel.family == "message" and (not allowed or channel.name in allowed):
                    assert action is not None
                    yield Bid(action, channel.name)


def _check_pair(draft: Draft, one: Journey, other: Journey, ours: list[Bid], theirs: list[Bid]) -> Iterator[Finding]:
    at = draft.at("journey", other.journey, "entry")
    for mine, yours in ((mine, yours) for mine in ours for yours in theirs):
        if mine.channel == yours.channel and mine.action != yours.action and _are_alike(mine.action, yours.action):
            reason = (
                f"Whoever enters enters {one.journey!r} too: {mine.action.action!r} and {yours.action.action!r} "
                f"both want {mine.channel!r}, with nothing between them."
            )
            instruction = "Give the actions different priorities or themes, or the journeys different conditions."
            yield Finding("SG551", at, reason, instruction)
            return
    for mine, yours in ((mine, yours) for mine in ours for yours in theirs):
        if group := _excluding(draft, mine.action, yours.action):
            reason = (
                f"Whoever enters enters {one.journey!r} too: the themes of {mine.action.action!r} and "
                f"{yours.action.action!r} exclude each other ({group})."
            )
            instruction = "Give the journeys conditions that exclude each other, or the actions one theme."
            yield Finding("SG552", at, reason, instruction)
            return


def _are_alike(mine: Action, yours: Action) -> bool:
    is_promo = mine.category == yours.category == "promo"
    return is_promo and (mine.theme, mine.priority) == (yours.theme, yours.priority)


def _excluding(draft: Draft, mine: Action, yours: Action) -> str:
    """Return the exclusive group that two different themes share, "" for none."""
    themes = draft.workspace.themes
    if mine.theme == yours.theme or mine.theme not in themes or yours.theme not in themes:
        return ""
    group = themes[mine.theme].exclusive
    return group if group is not None and group == themes[yours.theme].exclusive else ""


def _check_word(draft: Draft, journey: Journey) -> Iterator[Finding]:
    """Yield events about messages that this journey does not send."""
    steps = [step for step in journey.steps if isinstance(step, Propose)]
    own = {name for step in steps for name in step.proposed}
    for path, match in _awaited(journey):
        if not match.event.startswith(_TOLD):
            continue
        foreign = [
            action.action
            for action in draft.workspace.actions
            if action.action not in own and f'"{action.action}"' in (match.when or "").replace("'", '"')
        ]
        if foreign or not own:
            about = f"of {foreign[0]!r}, which" if foreign else "of messages, which"
            reason = f"Journey {journey.journey!r} waits for word {about} it does not send."
            instruction = "Wait for an event of the customer instead, or for what this journey sends."
            yield Finding("SG553", draft.at("journey", journey.journey, *path, "event"), reason, instruction)


def _awaited(journey: Journey) -> Iterator[tuple[tuple[str | int, ...], EventMatch]]:
    for index, step in enumerate(journey.steps):
        if isinstance(step, WaitFor):
            yield from ((("steps", index, "events", position), each) for position, each in enumerate(step.events))
    for index, stage in enumerate(journey.stages):
        if stage.expect is not None:
            yield ("stages", index, "expect"), stage.expect
    if journey.goal is not None:
        yield ("goal",), journey.goal


def _check_restart(draft: Draft, journey: Journey) -> Iterator[Finding]:
    trigger = entry_trigger(draft.workspace, journey)
    if not isinstance(trigger, EventTrigger):
        return
    try:
        reentry = parse_reentry(journey.reentry)
    except SegueError:
        return
    if reentry in (PARALLEL, 0):
        return
    for index, rule in enumerate(journey.exits):
        if rule.event == trigger.event and rule.when is None:
            reason = f"{rule.event!r} opens the journey and ends it, and one may enter again only {journey.reentry!r}."
            instruction = 'Write reentry: "after 0d" to begin anew, or a condition that tells the two events apart.'
            yield Finding("SG554", draft.at("journey", journey.journey, "exits", index, "event"), reason, instruction)
