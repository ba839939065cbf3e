"""Frequency caps over all channels, and the minimum gap. Both count the ledger: reserved, confirmed and ghost alike."""

from msgspec import Struct

from segue.core.arbitration.verdicts import Verdict
from segue.core.catalogue import ActionPlan
from segue.model.contact_rules import Cap
from segue.model.customers import Contact
from segue.model.decisions import Candidate, Reason
from segue.model.time import Instant, parse_duration

OBEYS_GAP = ("promo", "service")


class CapPlan(Struct, frozen=True):
    """A compiled cap; the window in microseconds."""

    name: str
    limit: int
    window: int
    scope: str
    only: str | None
    counts: tuple[str, ...]
    obeys: tuple[str, ...]


def compile_caps(caps: tuple[Cap, ...]) -> tuple[CapPlan, ...]:
    """Return the plans of ``caps``."""
    return tuple(
        CapPlan(cap.cap, cap.limit, parse_duration(cap.window), cap.scope, cap.only, cap.counts, cap.obeys)
        for cap in caps
    )


def check_caps(
    candidate: Candidate, action: ActionPlan, ledger: tuple[Contact, ...], now: Instant, plans: tuple[CapPlan, ...]
) -> Verdict | None:
    """Refuse what would exceed a cap; names the first cap reached, and the moment when all of them have room again."""
    first, until = "", Instant(0)
    for plan in plans:
        if action.action.category not in plan.obeys:
            continue
        scope = _scope_of_candidate(plan.scope, candidate, action)
        # Without a theme, or outside a journey, there is nothing that the cap could count together.
        if plan.scope != "all" and not scope:
            continue
        if plan.only is not None and scope != plan.only:
            continue
        counted = [
            contact.at
            for contact in ledger
            if contact.at > now - plan.window
            and contact.category in plan.counts
            and (plan.scope == "all" or _scope_of_contact(plan.scope, contact) == scope)
            and contact.delivery_id != candidate.delivery_id
        ]
        if len(counted) >= plan.limit:
            first = first or plan.name
            # With a limit of nothing there is never room; otherwise when enough of the oldest have left the window.
            free_at = counted[len(counted) - plan.limit] + plan.window if plan.limit else 0
            until = Instant(max(until, free_at)) if free_at else Instant(2**62)
    if not first:
        return None
    return Verdict(Reason.CAPPED, first, until if until < 2**62 else Instant(0))


def check_gap(candidate: Candidate, ledger: tuple[Contact, ...], now: Instant, min_gap: int) -> Verdict | None:
    """Refuse a contact sooner than ``min_gap`` after the one before."""
    if not min_gap:
        return None
    for contact in reversed(ledger):
        if contact.delivery_id != candidate.delivery_id:
            free_at = Instant(contact.at + min_gap)
            return Verdict(Reason.MIN_GAP, "", free_at) if free_at > now else None
    return None


def journey_of(candidate: Candidate) -> str:
    """Return the journey that proposed ``candidate``, "" for other sources; also where its run has ended since."""
    return candidate.source.removeprefix("journey:") if candidate.source.startswith("journey:") else ""


def _scope_of_candidate(scope: str, candidate: Candidate, action: ActionPlan) -> str:
    match scope:
        case "channel":
            return candidate.channel
        case "category":
            return action.action.category
        case "theme":
            return action.action.theme or ""
        case "journey":
            return journey_of(candidate)
        case "action":
            return candidate.action
        case _:
            return ""


def _scope_of_contact(scope: str, contact: Contact) -> str:
    match scope:
        case "channel":
            return contact.channel
        case "category":
            return contact.category
        case "theme":
            return contact.theme
        case "journey":
            return contact.journey
        case "action":
            return contact.action
        case _:
            return ""
