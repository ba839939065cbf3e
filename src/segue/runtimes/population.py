"""The population: all customers of one runtime in memory, with who is whom and who wants to be woken when.

Every runtime (embedded, replay, recovery) advances its customers here, so that they cannot differ. What lies between
customers is kept up here too: the quantities they share, who was contacted where, how many are at which step.

Nothing is changed when an event cannot be advanced: the customer is replaced only after all that may fail has
succeeded.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Raw, structs

from segue.core.engine import settle
from segue.core.identity.resolve import Directory, resolve
from segue.core.world import World
from segue.model.commands import Deliver
from segue.model.customers import Customer
from segue.model.errors import EventError
from segue.model.events import Event, Incoming, Merged, Tick
from segue.model.identities import Link
from segue.model.ids import CustomerId, EventId, derive
from segue.model.shared import Shared
from segue.model.time import NEVER, Instant
from segue.model.transitions import Transition
from segue.ports.store import CustomerState, Entry, pack_entry
from segue.runtimes.alarms import Alarms
from segue.runtimes.entries import make_entry
from segue.runtimes.glance import Glance, glance_at
from segue.runtimes.lessons import restore_learner, seen_at
from segue.runtimes.neighbourhood import Neighbourhood, Neighbours, with_neighbours
from segue.runtimes.nesting import require_shallow
from segue.runtimes.presence import Presence, Present
from segue.runtimes.shelf import Shelf


class Advanced(NamedTuple):
    """An event that was advanced: its log entry, also as it is stored, and the transitions for counters."""

    entry: Entry
    packed: Raw
    transitions: tuple[Transition, ...]


class Identified(NamedTuple):
    """An incoming fact after identity: what to advance, in order (merges first), and the new evidence."""

    events: tuple[Event, ...]
    links: tuple[Link, ...]


class Population:
    """All customers of one runtime.

    Args:
        hot: how many customers are kept decoded: those that were advanced last.
        seq: the last entry of the log so far.
        learned: the packed state of the online learner as of ``seq``, empty for one that knows nothing.

    Attributes:
        presence: how many runs are where.
    """

    def __init__(
        self,
        world: World,
        directory: Directory | None = None,
        *,
        hot: int = 10_000,
        seq: int = 0,
        learned: bytes = b"",
    ) -> None:
        self.directory = directory or Directory()
        self.seq = seq
        self.presence = Presence()
        self._shelf = Shelf(hot)
        self._alarms = Alarms(self._shelf.wake_at)
        self._neighbours = Neighbours(world.workspace, self._shelf.customer)
        self._world = world
        self._online = restore_learner(learned)

    def __len__(self) -> int:
        return len(self._shelf)

    def __contains__(self, customer_id: CustomerId) -> bool:
        return customer_id in self._shelf

    @property
    def world(self) -> World:
        """The World that advances now, with the shared quantities as of the last entry."""
        return self._world

    @world.setter
    def world(self, world: World) -> None:
        """Go over to another World; what is shared and what was learnt stays."""
        self._world = structs.replace(world, shared=self.shared)
        self._neighbours.go_over(world.workspace, self._glances)

    @property
    def shared(self) -> Shared:
        """What all customers draw on, as of the last entry."""
        return self._world.shared

    @shared.setter
    def shared(self, shared: Shared) -> None:
        """Take what a block says was shared before it."""
        self._world = structs.replace(self._world, shared=shared)

    def customer(self, customer_id: CustomerId) -> Customer:
        """Return the customer, the empty one where nothing is known."""
        return self._shelf.customer(customer_id)

    def enrollments(self, customer_id: CustomerId) -> Present:
        """Return where the customer is in which journey, at a glance."""
        return self._shelf.enrollments(customer_id)

    def last_seq(self, customer_id: CustomerId) -> int:
        """Return the seq of the customer's last entry, 0 for none."""
        return self._shelf.last_seq(customer_id)

    def identify(self, incoming: Incoming, now: Instant) -> Identified:
        """Resolve whose fact it is, take the evidence in, and return the events to advance.

        Raises:
            EventError: no identifier names anybody.
        """
        named, is_alias = incoming.identifiers, incoming.event is None
        resolution, links = resolve(self.directory, named, incoming.at, incoming.source, is_explicit=is_alias)
        if resolution is None:
            raise EventError("no_identifier", "No identifier of the event names anybody.", "Send a userId.")
        for link in links:
            self.directory.add(link)
        winner = resolution.customer_id
        events: list[Event] = [
            Merged(
                event_id=EventId(derive("merged", winner, loser)),
                customer_id=winner,
                at=now,
                absorbed_id=loser,
                absorbed=self.state(loser),
            )
            for loser in resolution.absorbed
            if loser in self._shelf
        ]
        if incoming.event is not None:
            events.append(structs.replace(incoming.event, customer_id=winner, event_id=incoming.event_id))
        return Identified(tuple(events), links)

    def advance(self, event: Event, now: Instant, *, around: Neighbourhood | None = None) -> Advanced:
        """Advance the customer of ``event`` by it; an instant later than ``now`` counts as ``now``.

        Args:
            around: the customer's neighbourhood, as it was logged; None to look it up.

        Raises `EventError` ``event_too_deep``, and whatever the engine raises; then the customer is as before.
        """
        require_shallow(event)
        if event.at > now:
            event = structs.replace(event, at=now)
        customer_id = event.customer_id
        assert not self._shelf.is_absorbed(customer_id), "an absorbed customer's events go to the survivor"
        before = self.customer(customer_id)
        if around is None:
            around = self._neighbours.of(before, event)
        seen, online = seen_at(now, self._world, self._online)
        transitions = settle(before, event, now=now, world=with_neighbours(seen, around))
        entry = self._entry(event, now, transitions, around)
        packed = pack_entry(entry)
        world = seen.after(entry.tallies, now)
        self._shelf.make_room(customer_id)
        if online is not None:
            online.take(entry, world)
        # Nothing below can fail.
        self.seq, self._world, self._online = entry.seq, world, online
        if isinstance(event, Merged):
            self._forget(event.absorbed_id)
        self._put(before, transitions[-1])
        return Advanced(entry, packed, transitions)

    def world_of(self, customer: Customer, command: Deliver | None = None) -> World:
        """Return the World as ``customer`` sees it, in their neighbourhood and in that of what ``command`` goes to."""
        return with_neighbours(self._world, self._neighbours.of(customer, command=command))

    def due(self, now: Instant, limit: int) -> Iterator[Tick]:
        """Yield a tick for each customer whose alarm is not later than ``now``, at most ``limit``, earliest first.

        A tick counts as rung: the one who asks must advance it, or `silence` the customer.
        """
        return self._alarms.due(now, limit)

    def next_alarm(self) -> Instant:
        """Return when the next customer wants to be woken, `NEVER` for nobody."""
        return self._alarms.next()

    def silence(self, customer_id: CustomerId) -> None:
        """Take back the customer's alarm: its tick cannot be advanced, and would ring for ever."""
        self._shelf.silence(customer_id)

    def learned(self) -> bytes:
        """Return the packed state of the online learner as of the last entry, empty where there is none."""
        return self._online.pack() if self._online is not None else b""

    # -- states, for snapshots and recovery ---------------------------------------------------------------------

    def state(self, customer_id: CustomerId) -> bytes:
        """Return the customer's encoded state, empty for nobody."""
        return self._shelf.state(customer_id)

    def snapshot(self, customer_id: CustomerId) -> CustomerState:
        """Return what the store keeps of a customer."""
        return self._shelf.snapshot(customer_id)

    def take_dirty(self) -> dict[CustomerId, None]:
        """Return who changed since the last call."""
        dirty, self._shelf.dirty = self._shelf.dirty, {}
        return dirty

    def load(self, states: Iterable[CustomerState]) -> None:
        """Take saved states in, before anything else happens."""
        self._alarms.load(self._take_in(states))

    def customer_ids(self) -> Iterator[CustomerId]:
        """Yield all customers in the order of their ids."""
        return self._shelf.ids()

    def roll(self) -> list[CustomerId]:
        """Return all customers, in no order that means anything."""
        return self._shelf.roll()

    def skip(self, entry: Entry) -> bool:
        """Tell whether the saved states include ``entry`` already; if so, count it as advanced."""
        event = entry.event
        if self.last_seq(event.customer_id) < entry.seq:
            return False
        if isinstance(event, Merged):
            self._forget(event.absorbed_id)
        self._world, self._online = seen_at(entry.now, self._world, self._online)
        if self._online is not None:
            self._online.take(entry, self._world)
        self.pass_over(entry)
        return True

    def pass_over(self, entry: Entry) -> None:
        """Count ``entry`` as advanced: only what it added to the shared quantities is still missing."""
        self.seq = entry.seq
        self._world = self._world.after(entry.tallies, entry.now)

    # -- how ----------------------------------------------------------------------------------------------------

    def _take_in(self, states: Iterable[CustomerState]) -> Iterator[tuple[Instant, CustomerId]]:
        """Keep ``states`` and yield their alarms."""
        for each in states:
            self._shelf.take_in(each)
            if not each.state:
                continue
            seen = glance_at(each.state)
            self.presence.arrive(seen.enrollments)
            self._neighbours.load(each.customer_id, seen)
            if each.wake_at < NEVER:
                yield each.wake_at, each.customer_id

    def _entry(self, event: Event, now: Instant, transitions: tuple[Transition, ...], around: Neighbourhood) -> Entry:
        previous = self.last_seq(event.customer_id)
        joined = self.last_seq(event.absorbed_id) if isinstance(event, Merged) else 0
        seen = around.contacts, around.held_out
        return make_entry(self.seq + 1, event, now, transitions, *seen, previous=previous, joined=joined)

    def _glances(self) -> Iterator[tuple[CustomerId, Glance]]:
        """Yield everybody as a glance sees them."""
        return ((customer_id, glance_at(self._shelf.state(customer_id))) for customer_id in self._shelf.roll())

    def _put(self, before: Customer, transition: Transition) -> None:
        after, wake_at = transition.customer, transition.wake_at
        if wake_at < NEVER and wake_at != self._shelf.wake_at(after.customer_id):
            self._alarms.set(after.customer_id, wake_at)
        self._shelf.put(after, self.seq, wake_at)
        self._follow(before, after)

    def _forget(self, customer_id: CustomerId) -> None:
        self._follow(self.customer(customer_id), Customer(customer_id))
        self._shelf.forget(customer_id)

    def _follow(self, before: Customer, after: Customer) -> None:
        """Keep up what is known over customers."""
        self.presence.change(before.enrollments, after.enrollments)
        self._neighbours.follow(before, after)
