"""There is one winner at most for each slot of a moment, and a delivery is decided about once."""

from collections import Counter
from collections.abc import Iterator

from segue.model.decisions import SILENCE
from segue.simulation.checkers.evidence import Evidence


def check_winners(evidence: Evidence) -> Iterator[str]:
    """Yield slots with two decisions in one transition, decisions with two winners, deliveries that won twice."""
    slots: Counter[tuple[str, str, str]] = Counter()
    won: Counter[str] = Counter()
    for entry in evidence.entries:
        for decision in entry.decisions:
            slots[decision.customer_id, decision.event_id, decision.slot] += 1
            winners = [row.key for row in decision.considered if row.key == decision.chosen]
            if len(winners) != 1:
                yield f"entry {entry.seq}: {len(winners)} winners in slot {decision.slot}"
            if decision.delivery_id and decision.chosen != SILENCE:
                won[decision.delivery_id] += 1
    for (customer_id, event_id, slot), count in slots.items():
        if count > 1:
            yield f"{count} decisions about slot {slot} of {customer_id} in the transition of {event_id}"
    for delivery_id, count in won.items():
        if count > 1:
            yield f"delivery {delivery_id} won {count} times"
