"""Unseen: what of a change lies where nobody has been yet, or where the fit knows of no effect."""

from collections.abc import Iterator, Mapping

import msgspec

from segue.model.workspace import Workspace
from segue.simulation.fitted.history import History
from segue.simulation.fitted.support import Gap

FITTED = ("message", "task")
"""The families of channels whose effects are fitted."""


def gaps_where_nobody_was(history: History, running: Workspace, changed: Workspace) -> Iterator[Gap]:
    """Yield the journeys that the change touches and nobody ever entered, and else their steps that nobody came to.

    Steps that only the change brings are judged by what they send.
    """
    before = {each.journey: each for each in running.journeys}
    entered = {journey for journey, _ in history.reached}
    for journey in changed.journeys:
        known = before.get(journey.journey)
        if known is None or msgspec.msgpack.encode(known) == msgspec.msgpack.encode(journey):
            continue
        if journey.journey not in entered:
            words = f"Nobody has ever entered {journey.journey}: when and for whom it begins rests on no experience."
            yield Gap(about=f"journey {journey.journey}", words=words)
            continue
        there = {step.id for step in journey.steps}
        for step in known.steps:
            if step.id in there and (journey.journey, step.id) not in history.reached:
                place = f"{journey.journey}/{step.id}"
                words = f"Nobody has ever come to {place}: who does, and what becomes of them there, is a guess."
                yield Gap(about=f"step {place}", words=words)


def gaps_without_effect(running: Workspace, changed: Workspace, *, moves_contacts: bool) -> Iterator[Gap]:
    """Yield the advertising and the content on pages that the change touches: the fit knows of no effect of them.

    Args:
        moves_contacts: the change alters messages or tasks, too; where it does not, its effect rests on what is
            unknown.
    """
    before, after = _without_effect(running), _without_effect(changed)
    for about in sorted({*before, *after}):
        if before.get(about) != after.get(about):
            words = (
                "Advertising and content on pages have no effect in the fit: this part of the change counts as nothing."
            )
            yield Gap(about=about, words=words, is_decisive=not moves_contacts)


def _without_effect(workspace: Workspace) -> Mapping[str, bytes]:
    """Return everything that is shown and not sent: by what it is, its definition."""
    families = {each.name: each.family for each in workspace.channels}
    shown: dict[str, bytes] = {}
    for action in workspace.actions:
        for variant in action.variants:
            if families.get(variant.channel, FITTED[0]) not in FITTED:
                shown[f"action {action.action} by {variant.channel}"] = msgspec.msgpack.encode(variant)
    for journey in workspace.journeys:
        for step in journey.steps:
            channels = [each for each in getattr(step, "channels", None) or () if each in families]
            if channels and all(families[each] not in FITTED for each in channels):
                shown[f"step {journey.journey}/{step.id}"] = msgspec.msgpack.encode(step)
    return shown
