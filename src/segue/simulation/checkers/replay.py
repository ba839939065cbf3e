"""The same events, seed and World give the same transitions, and replaying the log gives the stored states."""

from collections.abc import Iterator

from segue.simulation.checkers.again import advance_again
from segue.simulation.checkers.evidence import Evidence


def check_replay(evidence: Evidence) -> Iterator[str]:
    """Yield entries that come out otherwise when they are advanced again, and saved states that the log does not give.

    A state that is older than the log is the one after its customer's entry of that number.
    """
    saved = {(state.customer_id, state.seq): state for state in evidence.states}
    again = advance_again(evidence)
    for repeated in again.entries:
        entry, customer_id = repeated.entry, repeated.entry.event.customer_id
        if bytes(repeated.again.packed) != bytes(repeated.packed):
            yield f"entry {entry.seq} comes out otherwise when it is advanced again"
        state = saved.pop((customer_id, entry.seq), None)
        if state is not None and repeated.after != state.state:
            yield f"the saved state of {customer_id} is not what the log says as of entry {entry.seq}"
    yield from again.wrong
    absorbed = {who for _, who, _ in evidence.merges}
    for customer_id, seq in saved:
        if customer_id not in absorbed:
            yield f"the saved state of {customer_id} says it is of entry {seq}, which is not one of theirs"
