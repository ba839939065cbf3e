"""The neighbourhood: what others at a customer's addresses mean for them.

Two profiles with one address share an inbox: what one received there counts for the other, and where the lot holds one
of them out, nobody is contacted. Both are looked up before a customer is advanced, and are logged with the transition,
since a replay that starts in the middle does not know the others as they were then.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from msgspec import msgpack, structs

from segue.core.decisioning.assignment import holdouts_of
from segue.core.world import World
from segue.model.commands import Deliver
from segue.model.customers import Contact, Customer
from segue.model.events import Event, Merged
from segue.model.identities import contact_point_key
from segue.model.ids import CustomerId
from segue.model.shared import HeldOut
from segue.model.workspace import Workspace
from segue.ports.store import Entry
from segue.runtimes.contact_points import ContactPoints, addresses_of, contact_traits, points_of
from segue.runtimes.glance import Glance
from segue.runtimes.held_out import HeldOutPoints

_decode = msgpack.Decoder(Customer).decode


class Neighbourhood(NamedTuple):
    """What is at a customer's addresses because of others.

    Attributes:
        contacts, held_out: `segue.model.shared.Shared.neighbours` and ``held_out``.
    """

    contacts: tuple[Contact, ...] = ()
    held_out: tuple[HeldOut, ...] = ()


NOBODY = Neighbourhood()


def logged_with(entry: Entry) -> Neighbourhood:
    """Return the neighbourhood as it was when ``entry`` was advanced."""
    return Neighbourhood(entry.neighbours, entry.held_out)


def with_neighbours(world: World, around: Neighbourhood) -> World:
    """Return ``world`` as a customer in this neighbourhood sees it."""
    if not around.contacts and not around.held_out:
        return world
    return structs.replace(
        world, shared=structs.replace(world.shared, neighbours=around.contacts, held_out=around.held_out)
    )


def among(customers: Iterable[Customer], customer: Customer, event: Event, workspace: Workspace) -> Neighbourhood:
    """Return the neighbourhood of ``customer`` among a few others, without an index; the order of these counts."""
    kinds = contact_traits(workspace)
    points = list(addresses_of(customer.profile.traits, event, kinds))
    contacts: list[Contact] = []
    held_out: dict[HeldOut, None] = {}
    for other in customers:
        if other.customer_id != customer.customer_id:
            contacts += (slot for slot in other.contacts.ledger if slot.contact_point in points)
            names = holdouts_of(other.customer_id, other.assignment, workspace)
            shared = [point for point in addresses_of(other.profile.traits, None, kinds) if point in points]
            held_out |= dict.fromkeys(HeldOut(point, name) for point in shared for name in names)
    return Neighbourhood(tuple(contacts), tuple(held_out))


class Neighbours:
    """Everybody's addresses, kept up as customers change.

    Args:
        customer: returns a customer as they are.
    """

    def __init__(self, workspace: Workspace, customer: Callable[[CustomerId], Customer]) -> None:
        self._customer = customer
        self._kinds = contact_traits(workspace)
        self._contacted = ContactPoints()
        self._held_out = HeldOutPoints(workspace)

    def of(self, customer: Customer, event: Event | None = None, command: Deliver | None = None) -> Neighbourhood:
        """Return the neighbourhood of ``customer``.

        Args:
            event: with the addresses that it brings.
            command: with the address that it goes to, which need not be theirs any more.
        """
        points = dict.fromkeys(addresses_of(customer.profile.traits, event, self._kinds))
        whose: tuple[CustomerId, ...] = (customer.customer_id,)
        if isinstance(event, Merged):
            whose = (*whose, event.absorbed_id)
            points |= dict.fromkeys(addresses_of(_decode(event.absorbed).profile.traits, None, self._kinds))
        if command is not None and command.address:
            points |= dict.fromkeys(contact_point_key(kind, command.address) for kind in self._kinds)
        contacts: list[Contact] = []
        for other, point in self._contacted.others(customer.customer_id, points):
            if other not in whose:
                contacts += (slot for slot in self._customer(other).contacts.ledger if slot.contact_point == point)
        return Neighbourhood(tuple(contacts), self._held_out.others(whose, points))

    def load(self, customer_id: CustomerId, seen: Glance) -> None:
        """Take in a customer as they are saved."""
        self._contacted.change(customer_id, (), [slot.contact_point for slot in seen.contacts.ledger])
        self._held_out.load(customer_id, seen)

    def follow(self, before: Customer, after: Customer) -> None:
        """Take note of what became of a customer."""
        if before.contacts.ledger is not after.contacts.ledger:
            ledgers = before.contacts.ledger, after.contacts.ledger
            self._contacted.change(after.customer_id, *map(points_of, ledgers))
        self._held_out.change(before, after)

    def go_over(self, workspace: Workspace, everybody: Callable[[], Iterator[tuple[CustomerId, Glance]]]) -> None:
        """Go over to another revision: looks at ``everybody`` again where others are held out, or elsewhere."""
        self._kinds = contact_traits(workspace)
        if not self._held_out.holds_for(workspace):
            self._held_out = HeldOutPoints(workspace)
            if self._held_out.holds_out:
                for customer_id, seen in everybody():
                    self._held_out.load(customer_id, seen)
