"""Nothing accepted is lost: every fact of which a client was told so is in the log, and no fact is there twice."""

from collections import Counter
from collections.abc import Iterator

from segue.model.events import Tick
from segue.simulation.checkers.evidence import Evidence


def check_accepted(evidence: Evidence) -> Iterator[str]:
    """Yield facts that were acknowledged and are not in the log, that are there twice, or that were set aside.

    In a simulation that came to rest every client has been answered.
    """
    # A tick is nobody's fact: one too many changes nothing.
    logged = Counter(entry.event.event_id for entry in evidence.entries if not isinstance(entry.event, Tick))
    for event_id, answer in evidence.answers.items():
        if answer == "dead":
            yield f"fact {event_id} lies among the dead letters"
        elif not logged[event_id]:
            yield f"fact {event_id} was {answer}, and is not in the log"
    for event_id, count in logged.items():
        if count > 1:
            yield f"event {event_id} is in the log {count} times"
    for event_id in evidence.told if evidence.is_settled else ():
        if event_id not in evidence.answers:
            yield f"nobody ever heard what became of fact {event_id}"
    for place, entry in enumerate(evidence.entries, start=1):
        if entry.seq != place:
            yield f"entry {place} of the log is numbered {entry.seq}"
            return
