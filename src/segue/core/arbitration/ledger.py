"""The contact ledger: slots are reserved at the decision, confirmed on acceptance, released on permanent failure."""

from collections.abc import Sequence
from sys import intern

from msgspec import Struct
from msgspec.structs import replace

from segue.core.arbitration.rules.frequency import journey_of
from segue.core.catalogue import ActionPlan, VariantPlan
from segue.core.receptive import MACHINE
from segue.model.customers import Contact, Contacts
from segue.model.decisions import Candidate
from segue.model.deliveries import DeliveryStatus
from segue.model.events import DeliveryReported
from segue.model.time import WEEK, Instant

RESERVED, CONFIRMED, GHOST = "reserved", "confirmed", "ghost"
_CONFIRMING = (DeliveryStatus.ACCEPTED, DeliveryStatus.UNKNOWN, DeliveryStatus.DELIVERED)
_HANDED_OVER = (DeliveryStatus.ACCEPTED, DeliveryStatus.UNKNOWN)
_ENGAGING = (DeliveryStatus.OPENED, DeliveryStatus.CLICKED)
_OFFERS_HALVE_IN = 4 * WEEK


class Memory(Struct, frozen=True):
    """How long contacts are remembered.

    Attributes:
        span: microseconds; no cap and no theme looks further back.
        latest: by action: so many of its latest contacts stay, however old, because something counts in a row.
    """

    span: int
    latest: dict[str, int]


def reserve(
    contacts: Contacts,
    candidate: Candidate,
    action: ActionPlan,
    variant: VariantPlan,
    now: Instant,
    *,
    is_ghost: bool,
    contact_point: str,
    memory: Memory,
) -> Contacts:
    """Return the ledger with a slot for ``candidate``, in the customer's own commit; forgets what no rule looks at."""
    kept = contacts.ledger
    if kept and kept[0].at <= now - memory.span:
        kept = _remembered(kept, now, memory)
    slot = Contact(
        at=now,
        delivery_id=candidate.delivery_id,
        channel=variant.channel.name,
        action=candidate.action,
        category=action.action.category,
        state=GHOST if is_ghost else RESERVED,
        theme=action.action.theme or "",
        journey=intern(journey_of(candidate)),
        run_id=candidate.run_id,
        step=candidate.step,
        contact_point=_as_known(kept, contact_point),
        tags=action.action.tags,
    )
    return replace(contacts, ledger=(*kept, slot))


def settle_contact(contacts: Contacts, report: DeliveryReported, now: Instant) -> Contacts:
    """Return the ledger after a report: what may have reached the customer stays counted, and what they opened or
    clicked is marked with the first time; a machine that opens their mail for them does not engage.

    What was handed over counts from when that is known, not from its decision: it may have waited for its channel
    meanwhile, and a cap is about what customers get. Mostly that is the outcome's moment; a receipt may come before it.
    """
    is_handed_over = report.status in _HANDED_OVER or report.may_have_arrived
    if not is_handed_over and report.status not in _CONFIRMING and report.status not in _ENGAGING:
        return contacts
    place = _place_of(contacts.ledger, report.delivery_id)
    if place is None:
        return contacts
    before = contacts.ledger[place]
    is_new = is_handed_over or before.state == RESERVED
    return _with(contacts, place, _settled(before, report), now if is_new else before.at)


def renew(contacts: Contacts, delivery_id: str, now: Instant) -> Contacts:
    """Return the ledger with a message's slot moved to ``now``, if that is later: it counts when it arrives."""
    place = _place_of(contacts.ledger, delivery_id)
    return contacts if place is None else _with(contacts, place, contacts.ledger[place], now)


def release(contacts: Contacts, delivery_ids: tuple[str, ...]) -> Contacts:
    """Return the ledger without the slots of deliveries that failed for good before anything was sent."""
    if not delivery_ids:
        return contacts
    left = tuple(contact for contact in contacts.ledger if contact.delivery_id not in delivery_ids)
    return replace(contacts, ledger=left)


def note_offers(contacts: Contacts, count: int, now: Instant) -> Contacts:
    """Return the ledger after ``count`` messages were proposed for this customer: each counts half after four weeks."""
    if not count:
        return contacts
    offered = _offered(contacts, now) + count
    return replace(contacts, offered=offered, offered_at=max(now, contacts.offered_at))


def merge_contacts(ours: Contacts, theirs: Contacts) -> Contacts:
    """Return both ledgers as one, oldest first; a slot counts once, and engaged is whoever is so in either.

    What was offered to both was offered to one person, so the numbers add up.
    """
    engaged = {c.delivery_id: c.engaged_at for c in theirs.ledger if c.engaged_at}
    known = {contact.delivery_id: contact for contact in theirs.ledger}
    for contact in ours.ledger:
        known[contact.delivery_id] = _engaged(contact, engaged.get(contact.delivery_id, 0))
    at = max(ours.offered_at, theirs.offered_at)
    return Contacts(
        ledger=tuple(sorted(known.values(), key=lambda contact: (contact.at, contact.delivery_id))),
        offered=_offered(ours, at) + _offered(theirs, at),
        offered_at=at,
    )


def _as_known(ledger: Sequence[Contact], contact_point: str) -> str:
    """Return ``contact_point``: the very text that an earlier contact has, so that a ledger holds each but once."""
    for contact in reversed(ledger):
        if contact.contact_point == contact_point:
            return contact.contact_point
    return contact_point


def _place_of(ledger: Sequence[Contact], delivery_id: str) -> int | None:
    """Return where a delivery's slot is; a loop from the latest on, because mostly it is one of these."""
    for place in range(len(ledger) - 1, -1, -1):
        if ledger[place].delivery_id == delivery_id:
            return place
    return None


def _with(contacts: Contacts, place: int, contact: Contact, now: Instant) -> Contacts:
    """Return the ledger with ``contact`` at ``place``, moved to ``now`` where that is later."""
    ledger = contacts.ledger
    if contact.at >= now:
        if contact is ledger[place]:
            return contacts
        return replace(contacts, ledger=(*ledger[:place], contact, *ledger[place + 1 :]))
    then = place + 1
    while then < len(ledger) and ledger[then].at < now:
        then += 1
    moved = (*ledger[:place], *ledger[place + 1 : then], replace(contact, at=now), *ledger[then:])
    return replace(contacts, ledger=moved)


def _remembered(ledger: Sequence[Contact], now: Instant, memory: Memory) -> tuple[Contact, ...]:
    kept: list[Contact] = []
    counts = dict(memory.latest)
    for contact in reversed(ledger):
        left = counts.get(contact.action, 0)
        if contact.at > now - memory.span or left > 0:
            kept.append(contact)
        counts[contact.action] = left - 1
    return tuple(reversed(kept))


def _settled(contact: Contact, report: DeliveryReported) -> Contact:
    if contact.state == GHOST:
        return contact
    confirmed = contact if contact.state == CONFIRMED else replace(contact, state=CONFIRMED)
    is_engaged = report.status in _ENGAGING and not report.detail.startswith(MACHINE)
    return _engaged(confirmed, report.at) if is_engaged else confirmed


def _engaged(contact: Contact, at: int) -> Contact:
    """Return ``contact`` engaged with at ``at`` (0 for never), or before where that is known already."""
    moments = [moment for moment in (contact.engaged_at, at) if moment]
    return replace(contact, engaged_at=Instant(min(moments))) if moments else contact


def _offered(contacts: Contacts, now: Instant) -> float:
    if not contacts.offered:
        return 0.0
    return float(contacts.offered * 0.5 ** (max(0, now - contacts.offered_at) / _OFFERS_HALVE_IN))
