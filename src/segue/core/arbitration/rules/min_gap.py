"""The minimum gap between two contacts, whatever their channel and category."""

from collections.abc import Sequence

from segue.core.arbitration.verdicts import Verdict
from segue.model.customers import Contact
from segue.model.decisions import Candidate, Reason
from segue.model.time import Instant

OBEYS_GAP = ("promo", "service")


def check_gap(
    candidate: Candidate, ledger: Sequence[Contact], neighbours: Sequence[Contact], now: Instant, min_gap: int
) -> Verdict | None:
    """Refuse a contact sooner than ``min_gap`` after the one before, at the same address also after another customer's.

    Args:
        ledger, neighbours: oldest first.
        min_gap: microseconds.
    """
    if not min_gap:
        return None
    ours = _latest(ledger, candidate)
    theirs = _latest(neighbours, candidate) if neighbours else ours
    free_at = Instant(max(ours, theirs) + min_gap)
    if free_at <= now:
        return None
    return Verdict(Reason.MIN_GAP, "same contact point" if theirs > ours else "", free_at)


def _latest(contacts: Sequence[Contact], candidate: Candidate) -> int:
    for contact in reversed(contacts):
        if contact.delivery_id != candidate.delivery_id:
            return contact.at
    return -(2**62)  # long ago: no gap reaches from there
