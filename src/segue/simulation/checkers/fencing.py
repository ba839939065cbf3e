"""A store has one runtime at a time: whoever tries to open one that is in use is refused."""

from collections.abc import Iterator

from segue.simulation.checkers.evidence import Evidence


def check_fencing(evidence: Evidence) -> Iterator[str]:
    """Yield every second runtime that was let in."""
    for number, was_refused in enumerate(evidence.intruders, start=1):
        if not was_refused:
            yield f"the {number}. attempt to open the store a second time was not refused"
