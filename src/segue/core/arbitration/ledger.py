"""The contact ledger: slots are reserved at the decision, confirmed on acceptance, released on permanent failure."""

from msgspec.structs import replace

from segue.core.arbitration.rules.frequency import journey_of
from segue.core.catalogue import ActionPlan, VariantPlan
from segue.model.customers import Contact, Contacts
from segue.model.decisions import Candidate
from segue.model.deliveries import DeliveryStatus
from segue.model.events import DeliveryReported
from segue.model.time import Instant

RESERVED, CONFIRMED, GHOST = "reserved", "confirmed", "ghost"
_CONFIRMING = (DeliveryStatus.ACCEPTED, DeliveryStatus.UNKNOWN, DeliveryStatus.DELIVERED)


def reserve(
    contacts: Contacts,
    candidate: Candidate,
    action: ActionPlan,
    variant: VariantPlan,
    now: Instant,
    *,
    is_ghost: bool,
    contact_point: str,
    memory: int,
) -> Contacts:
    """Return the ledger with a slot for ``candidate``, in the customer's own commit; forgets what no cap counts."""
    kept = contacts.ledger
    if kept and kept[0].at <= now - memory:
        kept = tuple(contact for contact in kept if contact.at > now - memory)
    slot = Contact(
        at=now,
        delivery_id=candidate.delivery_id,
        channel=variant.channel.name,
        action=candidate.action,
        category=action.action.category,
        state=GHOST if is_ghost else RESERVED,
        theme=action.action.theme or "",
        journey=journey_of(candidate),
        run_id=candidate.run_id,
        step=candidate.step,
        contact_point=contact_point,
    )
    return Contacts((*kept, slot))


def settle_contact(contacts: Contacts, report: DeliveryReported) -> Contacts:
    """Return the ledger after a report: what may have reached the customer stays counted."""
    if report.status not in _CONFIRMING:
        return contacts
    return Contacts(
        tuple(
            replace(contact, state=CONFIRMED)
            if contact.delivery_id == report.delivery_id and contact.state == RESERVED
            else contact
            for contact in contacts.ledger
        )
    )


def renew(contacts: Contacts, delivery_id: str, now: Instant) -> Contacts:
    """Return the ledger with the slot of a message that is tried again moved to ``now``: it counts when it arrives."""
    moved = tuple(replace(c, at=now) if c.delivery_id == delivery_id else c for c in contacts.ledger)
    return Contacts(tuple(sorted(moved, key=lambda contact: contact.at)))


def release(contacts: Contacts, delivery_ids: tuple[str, ...]) -> Contacts:
    """Return the ledger without the slots of deliveries that failed for good before anything was sent."""
    if not delivery_ids:
        return contacts
    return Contacts(tuple(contact for contact in contacts.ledger if contact.delivery_id not in delivery_ids))


def merge_contacts(ours: Contacts, theirs: Contacts) -> Contacts:
    """Return both ledgers as one, oldest first; a slot counts once."""
    known = {contact.delivery_id: contact for contact in (*theirs.ledger, *ours.ledger)}
    return Contacts(tuple(sorted(known.values(), key=lambda contact: (contact.at, contact.delivery_id))))
