"""Support: what of a change the log says nothing about, so that no number is given that rests on belief alone."""

from collections.abc import Iterator, Mapping

import numpy as np
from msgspec import Struct

from segue.model.workspace import Workspace
from segue.simulation.fitted.history import History
from segue.simulation.fitted.model import Evidence

LEAST = 30.0
"""Contacts with fewer effective customers than this say nothing about what such contacts do."""
MOST_UNKNOWN = 0.2
"""Where more of what the change moves than this share is unknown, no effect is told."""
_RARE = 0.01
_OUTSIDE = 0.05

Way = tuple[str, str]
"""An action and a channel."""


class Gap(Struct, frozen=True, kw_only=True):
    """Something that the log cannot tell.

    Attributes:
        about: the changed thing: ``channel sms``, ``action mugs``, ``event refunded``.
        contacts: in the log.
        customers: so many, in effect: (sum)^2 / sum of squares of their contacts (Kish 1965).
        is_decisive: the effect of the change rests on it.
    """

    about: str
    words: str
    contacts: int = 0
    customers: float = 0.0
    is_decisive: bool = False


def gaps_of(
    evidence: Evidence,
    changed: Workspace,
    before: Mapping[Way, int],
    after: Mapping[Way, int],
    tired: tuple[int, int],
) -> tuple[Gap, ...]:
    """Return what the log cannot tell of a change.

    Args:
        before, after: arrivals in the simulation as it runs, and with the change, by action and channel.
        tired: contacts after the change that came to customers more tired than (nearly) any in the log, and all.
    """
    gaps = [*_unseen_ways(evidence.history, before, after), *_unsent(evidence.history, changed, after)]
    gaps += _unheard(evidence.history, changed)
    beyond, total = tired
    if total and beyond / total > _OUTSIDE:
        words = (
            f"{beyond / total:.0%} of the contacts come to customers who were contacted more than nearly anybody in "
            "the log; how tired they are is a guess."
        )
        gaps.append(Gap(about="contact pressure", words=words, is_decisive=beyond / total > MOST_UNKNOWN))
    return tuple(gaps)


def tired_limit(evidence: Evidence) -> float:
    """Return how tired customers were at contacts in the log, but for one in two hundred."""
    column = evidence.x[:, evidence.design.place["tired",]]
    return float(np.quantile(column, 0.995)) if len(column) else 0.0


def chance_note(history: History) -> str:
    """Return what to say where nothing of the log was left to chance; "" where enough was."""
    drawn = int((history.contacts.probability < 1.0).sum())
    spared = history.ghosts + history.silences
    if min(drawn + history.ghosts, spared) >= LEAST:
        return ""
    return (
        f"Next to nothing was left to chance ({drawn:,} contacts drawn, {spared:,} decisions spared): what contacts "
        "bring is told apart from what customers do anyway by its timing alone, and is descriptive. A holdout would "
        "tell."
    )


def evidence_of(history: History, action: str = "", channel: str = "") -> tuple[int, float]:
    """Return how many contacts there were of an action, on a channel or both, and effective customers among them."""
    contacts = history.contacts
    mine = np.ones(len(contacts.at), dtype=bool)
    if action:
        mine &= contacts.action == (history.actions.index(action) if action in history.actions else -1)
    if channel:
        mine &= contacts.channel == (history.channels.index(channel) if channel in history.channels else -1)
    counts = np.bincount(contacts.customer[mine], minlength=1).astype(np.float64)
    return int(counts.sum()), float(counts.sum() ** 2 / max((counts**2).sum(), 1.0))


def _unseen_ways(history: History, before: Mapping[Way, int], after: Mapping[Way, int]) -> Iterator[Gap]:
    moved = sum(abs(after.get(way, 0) - before.get(way, 0)) for way in {*before, *after})
    unknown: dict[str, tuple[str, int, float, int]] = {}
    for way in sorted(after):
        more = after[way] - before.get(way, 0)
        if more <= max(_RARE * moved, 1.0):
            continue
        for about, action, channel in (
            (f"channel {way[1]}", "", way[1]),
            (f"action {way[0]}", way[0], ""),
            (f"action {way[0]} by {way[1]}", *way),
        ):
            contacts, customers = evidence_of(history, action, channel)
            if customers < LEAST:
                known = unknown.get(about, ("", 0, 0.0, 0))
                unknown[about] = (_words(action, channel, contacts), contacts, customers, known[3] + more)
                break
    total = sum(each[3] for each in unknown.values())
    for about, (words, contacts, customers, _) in unknown.items():
        is_decisive = total > MOST_UNKNOWN * moved
        yield Gap(about=about, words=words, contacts=contacts, customers=customers, is_decisive=is_decisive)


def _words(action: str, channel: str, contacts: int) -> str:
    what = " by ".join(each for each in (action, channel) if each)
    counted = f"{contacts:,} contact{'' if contacts == 1 else 's'}"
    return f"The log says nothing about {what} to these customers: {counted}."


def _unsent(history: History, changed: Workspace, after: Mapping[Way, int]) -> Iterator[Gap]:
    sent = {action for action, _ in after}
    for action in changed.actions:
        if action.action not in sent and action.action not in history.actions:
            words = f"{action.action} was sent to nobody, in the log or in the simulation: nothing is known of it."
            yield Gap(about=f"action {action.action}", words=words)


def _unheard(history: History, changed: Workspace) -> Iterator[Gap]:
    for name, trigger in sorted(changed.triggers.items()):
        event = getattr(trigger, "event", None)
        if isinstance(event, str) and event in changed.events and event not in history.kinds:
            words = f"The log has never seen {event}, so nothing that waits for it happens in the simulation."
            yield Gap(about=f"trigger {name}", words=words)
