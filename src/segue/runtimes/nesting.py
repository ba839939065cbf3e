"""Nesting: how deep the values of an event may lie within each other.

An encoder gives up at some depth, which depends on the call stack it is called from. Far below that, whatever could be
encoded once can be encoded again, also as a part of something larger.
"""

from collections.abc import Iterable
from typing import Any

from segue.model.errors import EventError
from segue.model.events import DecisionRequested, Enroll, Event, Identified, Tracked

NESTING_MAX = 64

_FLAT = frozenset((str, int, float, bool, type(None)))


def require_shallow(event: Event) -> None:
    """Refuse an event with more than `NESTING_MAX` arrays and objects within each other.

    Raises:
        EventError: ``event_too_deep``.
    """
    match event:
        case Tracked():
            is_deep = _is_deep(event.properties.values()) or (bool(event.traits) and _is_deep(event.traits.values()))
        case Identified():
            is_deep = _is_deep(event.traits.values())
        case DecisionRequested():
            is_deep = _is_deep(event.context.values())
        case Enroll():
            is_deep = _is_deep(event.facts.values())
        case _:
            return
    if is_deep:
        reason = f"The event has more than {NESTING_MAX} arrays and objects within each other."
        raise EventError("event_too_deep", reason, "Send it flatter.")


def _is_deep(values: Iterable[Any], levels: int = NESTING_MAX) -> bool:
    for value in values:
        if type(value) in _FLAT:
            continue
        if isinstance(value, dict):
            value = value.values()
        elif not isinstance(value, (list, tuple)):
            continue
        if not levels or _is_deep(value, levels - 1):
            return True
    return False
