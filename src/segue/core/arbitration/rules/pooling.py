"""The arbitration window: a message that may go waits once, so that its rivals of the next moments compete with it."""

from segue.core.arbitration.verdicts import Verdict
from segue.model.decisions import Candidate, Reason
from segue.model.time import Instant


def check_pooling(candidate: Candidate, category: str, window: int, now: Instant) -> Verdict | None:
    """Refuse a promotional or service message until its window closes, counted from its proposal.

    Args:
        window: microseconds; 0 for none.
    """
    if not window or candidate.pooled_until or category not in ("promo", "service"):
        return None
    closes_at = min(Instant(candidate.proposed_at + window), candidate.deadline)
    return Verdict(Reason.POOLED, "", closes_at) if closes_at > now else None
