"""A delivery is delivered once: counted in the providers' own log.

A transactional message may come once more after a crash that nobody can look behind; then the log says so.
"""

from collections import Counter
from collections.abc import Iterator

from segue.model.events import DeliveryReported
from segue.simulation.checkers.evidence import Evidence

FLAG = "possible_duplicate"


def check_once(evidence: Evidence) -> Iterator[str]:
    """Yield every delivery that a provider took twice without need."""
    reports = [entry.event for entry in evidence.entries if isinstance(entry.event, DeliveryReported)]
    flagged = {report.delivery_id for report in reports if report.detail.startswith(FLAG)}
    taken = Counter(line.command.delivery_id for line in evidence.taken)
    lives = {(line.command.delivery_id, line.life) for line in evidence.taken if line.command.is_transactional}
    for delivery_id, count in taken.items():
        allowed = sum(each == delivery_id for each, _ in lives) if delivery_id in flagged else 1
        if count > max(1, allowed):
            yield f"delivery {delivery_id} was taken {count} times"
