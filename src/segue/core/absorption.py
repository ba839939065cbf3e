"""Absorption: two customers turn out to be one. Each stage merges its own part; nothing is counted twice."""

import msgspec
from msgspec import Struct

from segue.core.arbitration.ledger import merge_contacts
from segue.core.decisioning.assignment import merge_assignments
from segue.core.delivery.outbox import merge_outboxes
from segue.core.identity.absorb import absorb_ids
from segue.core.journeys.merge import merge_enrollments, moves_of
from segue.core.profiles.merge import merge_profiles
from segue.core.triggers.merge import merge_watches
from segue.core.world import World, all_features
from segue.model.customers import Customer
from segue.model.events import Merged
from segue.model.runs import Ended, Moved

_DECODER = msgspec.msgpack.Decoder(Customer)


class Absorption(Struct, frozen=True):
    """A customer with everything that an absorbed one had; and the runs that ended because both had them."""

    customer: Customer
    ended: tuple[Ended, ...] = ()
    moved: tuple[Moved, ...] = ()


def absorb_customer(customer: Customer, event: Merged, world: World) -> Absorption:
    """Return ``customer`` with everything that the absorbed one had. A merge told twice changes nothing."""
    if event.absorbed_id in customer.absorbed:
        return Absorption(customer)
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
    moved = moves_of(replaced, (*customer.enrollments.runs, *other.enrollments.runs))
    return Absorption(merged, replaced, moved)
