"""Absorption: two customers turn out to be one. Each stage merges its own part; nothing is counted twice."""

import msgspec

from segue.core.arbitration.ledger import merge_contacts
from segue.core.decisioning.assignment import merge_assignments
from segue.core.delivery.outbox import merge_outboxes
from segue.core.identity.absorb import absorb_ids
from segue.core.journeys.merge import merge_enrollments
from segue.core.profiles.merge import merge_profiles
from segue.core.triggers.merge import merge_watches
from segue.core.world import World, all_features
from segue.model.customers import Customer
from segue.model.events import Merged
from segue.model.journeys import Ended

_DECODER = msgspec.msgpack.Decoder(Customer)


def absorb_customer(customer: Customer, event: Merged, world: World) -> tuple[Customer, tuple[Ended, ...]]:
    """Return ``customer`` with everything that the absorbed one had, and the runs that ended because it had them too.

    A merge told twice changes nothing.
    """
    if event.absorbed_id in customer.absorbed:
        return customer, ()
    other = _DECODER.decode(event.absorbed)
    enrollments, replaced = merge_enrollments(customer.enrollments, other.enrollments, world.journeys)
    merged = Customer(
        customer_id=customer.customer_id,
        version=max(customer.version, other.version),
        absorbed=absorb_ids(customer, other),
        profile=merge_profiles(customer.profile, other.profile, all_features(world.workspace)),
        watches=merge_watches(customer.watches, other.watches),
        enrollments=enrollments,
        assignment=merge_assignments(customer.assignment, other.assignment),
        contacts=merge_contacts(customer.contacts, other.contacts),
        outbox=merge_outboxes(customer.outbox, other.outbox),
    )
    return merged, replaced
