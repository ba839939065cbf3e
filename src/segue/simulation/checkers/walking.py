"""Walking through the log: what was true at each entry, and which messages were wrong at every moment at which they
may have been judged.

A process hands a message over between two entries, and may have advanced a few that are not durable yet. So a message
was wrong when no state from the last durable entry to the last one under way permits it.
"""

from collections.abc import Callable, Iterable

from segue.ports.store import Entry
from segue.simulation.checkers.evidence import Handed

See = Callable[[Entry], None]
Permits = Callable[[Handed], bool]


def never_permitted(entries: Iterable[Entry], lines: Iterable[Handed], see: See, permits: Permits) -> list[Handed]:
    """Return the lines that ``permits`` refuses at every place of the log that they may have been judged at.

    Args:
        see: takes an entry in; ``permits`` speaks for the state after it.
    """
    open_lines = sorted(lines, key=lambda line: line.since)
    asked: list[Handed] = []
    wrong: list[Handed] = []
    seq = 0

    def look() -> None:
        while open_lines and open_lines[0].since <= seq:
            asked.append(open_lines.pop(0))
        for line in tuple(asked):
            if permits(line):
                asked.remove(line)
            elif line.until <= seq:
                asked.remove(line)
                wrong.append(line)

    look()
    for entry in entries:
        see(entry)
        seq = entry.seq
        look()
    seq = 2**62
    look()
    return wrong
