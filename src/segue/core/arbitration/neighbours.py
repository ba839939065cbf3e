"""Neighbours: contacts of other customers at the contact point that a candidate would go to."""

from collections.abc import Sequence

from segue.core.arbitration.ledger import GHOST
from segue.model.customers import Contact


def neighbours_at(contact_point: str, neighbours: Sequence[Contact], ledger: Sequence[Contact]) -> tuple[Contact, ...]:
    """Return those of ``neighbours`` that reached, or will reach, ``contact_point``; oldest first, each slot once.

    A slot that this customer has too (both were one, or will be) is theirs. Ghosts never reach an address: they count
    for the held-out customer alone.
    """
    if not contact_point or not neighbours:
        return ()
    known = {contact.delivery_id for contact in ledger}
    found: dict[str, Contact] = {}
    for contact in neighbours:
        if contact.contact_point == contact_point and contact.state != GHOST and contact.delivery_id not in known:
            found[contact.delivery_id] = contact
    return tuple(sorted(found.values(), key=lambda contact: (contact.at, contact.delivery_id)))
