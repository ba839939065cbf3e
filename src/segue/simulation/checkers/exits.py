"""Nothing is handed over after an exit: what a run proposed goes with it when something interrupts it."""

from collections.abc import Iterator

from segue.ports.store import Entry
from segue.simulation.checkers.evidence import Evidence, Handed, show
from segue.simulation.checkers.walking import never_permitted

_INTERRUPTED = (
    *("exit_event", "exit_predicate", "goal", "expired", "journey_stopped", "migrated_out"),
    *("merged", "stopped", "capped"),
)


def check_exits(evidence: Evidence) -> Iterator[str]:
    """Yield every message that went out although its run had been interrupted before."""
    over: dict[str, int] = {}

    def see(entry: Entry) -> None:
        for move in entry.moved:
            if not move.to and move.how in ("exited", "migrated") and move.detail in _INTERRUPTED:
                over[move.run_id] = entry.seq

    def permit(line: Handed) -> bool:
        return run_of(evidence, line) not in over

    for line in never_permitted(evidence.entries, evidence.handed, see, permit):
        yield f"handed over after its run was over (entry {over[run_of(evidence, line)]}): {show([line])}"


def run_of(evidence: Evidence, line: Handed) -> str:
    """Return the run that a message came from, "" for none: it stands in the key of what was chosen."""
    row = evidence.chosen(line)
    return row.key.split("/")[1] if row is not None and row.source.startswith("journey:") else ""
