"""At most one theme of an exclusivity group is live for a customer: none begins while another one is."""

from collections.abc import Iterator
from itertools import pairwise

from segue.model.time import parse_duration
from segue.simulation.checkers.evidence import Evidence, Handed, show


def check_themes(evidence: Evidence) -> Iterator[str]:
    """Yield pairs of messages of rival themes, decided while the first one's theme was live.

    Customers who turned out to be one later may each have had a theme of their own.
    """
    themes, theme_of = evidence.workspace.themes, {a.action: a.theme for a in evidence.workspace.actions}
    by_customer: dict[tuple[str, str], list[tuple[Handed, str]]] = {}
    for line in evidence.taken:
        theme = theme_of.get(line.command.action)
        group = themes[theme].exclusive if theme else None
        if theme and group:
            by_customer.setdefault((line.command.customer_id, group), []).append((line, theme))
    for (_, group), lines in by_customer.items():
        ordered = sorted(lines, key=lambda each: each[0].command.decided_at)
        for (first, theme), (second, rival) in pairwise(ordered):
            until = first.command.decided_at + parse_duration(themes[theme].window)
            if theme != rival and second.command.decided_at < until and not _was_merged(evidence, first, second):
                yield f"two themes of {group!r} are live: {show([first, second])}"


def _was_merged(evidence: Evidence, first: Handed, second: Handed) -> bool:
    """Tell whether somebody else's theme may have come in: with a merge shortly before the second was decided, or until
    it was handed over, which may be days later (what was withdrawn in quiet hours goes through the gate again).
    """
    longest = max(parse_duration(theme.window) for theme in evidence.workspace.themes.values())
    since, until = first.command.decided_at - longest, max(second.command.decided_at, second.at)
    family = evidence.family(first.command.customer_id, second.until)
    return any(
        since <= evidence.entries[seq - 1].now <= until for seq, _, survivor in evidence.merges if survivor in family
    )
