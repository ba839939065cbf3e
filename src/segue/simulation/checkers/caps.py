"""Rolling caps are never exceeded: over all channels, on one, for one theme; for a customer under all their ids, and at
one address whoever it belongs to.

What counts is what providers took, when they took it.
"""

from collections.abc import Callable, Iterator, Sequence

from segue.model.contact_rules import Cap
from segue.model.time import parse_duration
from segue.simulation.checkers.evidence import Evidence, Handed, compared, is_call, show

Belongs = Callable[[Handed], bool]


def check_caps(evidence: Evidence) -> Iterator[str]:
    """Yield every message with which a rolling cap was exceeded."""
    themes = {action.action: action.theme or "" for action in evidence.workspace.actions}
    lines = [line for line in evidence.taken if not is_call(line.command)]
    for cap in evidence.workspace.contact_rules.caps:
        for place, line in enumerate(lines):
            if cap.window is None or line.command.category not in cap.obeys:
                continue
            scope = _scope(cap, line, themes)
            if not scope:
                continue
            window = parse_duration(cap.window)
            before = [
                each
                for each in lines[: place + 1]
                if line.at - window < each.at <= line.at
                and each.command.category in cap.counts
                and _scope(cap, each, themes) == scope
            ]
            yield from _too_many(evidence, cap, line, before)


def _too_many(evidence: Evidence, cap: Cap, line: Handed, before: Sequence[Handed]) -> Iterator[str]:
    """Yield what is wrong with ``line``, the last one of ``before``."""
    family = evidence.family(line.command.customer_id, line.since)
    theirs = [each for each in before if each.command.customer_id in family]
    if len(theirs) > cap.limit:
        yield f"cap {cap.cap!r} exceeded for a customer: {show(theirs)}"
    address = compared(line.command.address)
    there = [each for each in before if compared(each.command.address) == address]
    if address and len(there) > cap.limit:
        yield f"cap {cap.cap!r} exceeded at an address: {show(there)}"


def _scope(cap: Cap, line: Handed, themes: dict[str, str]) -> str:
    """Return what ``cap`` counts a message under, "" for nothing."""
    scopes = {"all": "*", "channel": line.channel, "theme": themes.get(line.command.action, "")}
    scope = scopes.get(cap.scope, "")
    return scope if cap.only in (None, scope) else ""
