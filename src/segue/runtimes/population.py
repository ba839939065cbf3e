"""The population: all customers of one runtime in memory, with who is whom and who wants to be woken when.

Every runtime (embedded, replay, recovery) advances its customers here, so that they cannot differ. A customer is kept
encoded (16 bytes of header and the state); the ones that were busy lately are kept decoded, and encoded only when they
have to make room, are saved, or are asked for.

Nothing is changed when an event cannot be advanced: the customer is replaced only after all that may fail has
succeeded. That the new state can be encoded later is known by then. Whatever in it came from outside has just been
encoded in the event's entry, and is nested far less deep than an encoder can go (`nesting`); what the engine itself
adds are counts, instants, floats and texts.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from struct import Struct as Layout
from typing import NamedTuple

from msgspec import Raw, msgpack, structs

from segue.core.engine import settle
from segue.core.identity.resolve import Directory, resolve
from segue.core.world import World
from segue.model.customers import Customer
from segue.model.errors import EventError
from segue.model.events import Event, Incoming, Merged, Tick
from segue.model.identities import Link
from segue.model.ids import CustomerId, EventId, derive
from segue.model.time import NEVER, Instant
from segue.model.transitions import Transition
from segue.ports.store import CustomerState, Entry, pack_entry
from segue.runtimes.nesting import require_shallow
from segue.runtimes.partition import partition_of

_HEADER = Layout(">QQ")  # the seq of the customer's last entry, and when it wants to be woken
_STALE = b""  # stands for the state of a customer who is hot and was not encoded since
_encode = msgpack.Encoder().encode
_decode = msgpack.Decoder(Customer).decode


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
    """

    def __init__(self, world: World, directory: Directory | None = None, *, hot: int = 10_000, seq: int = 0) -> None:
        self.world = world
        self.directory = directory or Directory()
        self.seq = seq
        self.dirty: dict[CustomerId, None] = {}
        self._packed: dict[CustomerId, bytes] = {}
        self._absorbed: dict[CustomerId, int] = {}
        self._alarms: list[tuple[Instant, CustomerId]] = []
        self._hot: OrderedDict[CustomerId, Customer] = OrderedDict()
        self._hot_limit = max(1, hot)

    def __len__(self) -> int:
        return len(self._packed)

    def __contains__(self, customer_id: CustomerId) -> bool:
        return customer_id in self._packed

    def customer(self, customer_id: CustomerId) -> Customer:
        """Return the customer, the empty one where nothing is known."""
        found = self._hot.get(customer_id)
        if found is not None:
            return found
        packed = self._packed.get(customer_id)
        return _decode(memoryview(packed)[_HEADER.size :]) if packed is not None else Customer(customer_id)

    def last_seq(self, customer_id: CustomerId) -> int:
        """Return the seq of the customer's last entry, 0 for none."""
        packed = self._packed.get(customer_id)
        return _HEADER.unpack_from(packed)[0] if packed is not None else 0

    def identify(self, incoming: Incoming, now: Instant) -> Identified:
        """Resolve whose fact it is, take the evidence in, and return the events to advance.

        Raises:
            EventError: no identifier names anybody.
        """
        is_alias = incoming.event is None
        resolution, links = resolve(
            self.directory, incoming.identifiers, incoming.at, incoming.source, is_explicit=is_alias
        )
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
            if loser in self._packed
        ]
        if incoming.event is not None:
            events.append(structs.replace(incoming.event, customer_id=winner, event_id=incoming.event_id))
        return Identified(tuple(events), links)

    def advance(self, event: Event, now: Instant) -> Advanced:
        """Advance the customer of ``event`` by it; an instant later than ``now`` counts as ``now``.

        Raises `EventError` ``event_too_deep``, and whatever the engine raises; then the customer is as before.
        """
        require_shallow(event)
        if event.at > now:
            event = structs.replace(event, at=now)
        customer_id = event.customer_id
        assert customer_id not in self._absorbed, "an absorbed customer's events go to the survivor"
        transitions = settle(self.customer(customer_id), event, now=now, world=self.world)
        last = transitions[-1]
        if len(transitions) == 1:
            decisions, commands = last.decisions, last.commands
        else:
            decisions = tuple(decision for each in transitions for decision in each.decisions)
            commands = tuple(command for each in transitions for command in each.commands)
        entry = Entry(
            self.seq + 1,
            partition_of(customer_id),
            now,
            event,
            decisions,
            commands,
            self.last_seq(customer_id),
            self._last_seq_of_absorbed(event),
        )
        packed = pack_entry(entry)
        self._make_room(customer_id)
        # Nothing below can fail.
        self.seq += 1
        if isinstance(event, Merged):
            self._forget(event.absorbed_id)
        self._put(customer_id, self.seq, last.wake_at, _STALE)
        self._hot[customer_id] = last.customer
        self._hot.move_to_end(customer_id)
        return Advanced(entry, packed, transitions)

    def due(self, now: Instant, limit: int) -> Iterator[Tick]:
        """Yield a tick for each customer whose alarm is not later than ``now``, at most ``limit``, earliest first.

        A tick counts as rung: the one who asks must advance it, or `silence` the customer.
        """
        while limit > 0 and self._alarms and self._alarms[0][0] <= now:
            wake_at, customer_id = heappop(self._alarms)
            if self._wake_at(customer_id) == wake_at:
                limit -= 1
                tick_id = EventId(derive("tick", customer_id, wake_at))
                yield Tick(event_id=tick_id, customer_id=customer_id, at=wake_at)

    def next_alarm(self) -> Instant:
        """Return when the next customer wants to be woken, `NEVER` for nobody."""
        while self._alarms and self._wake_at(self._alarms[0][1]) != self._alarms[0][0]:
            heappop(self._alarms)
        return self._alarms[0][0] if self._alarms else NEVER

    def silence(self, customer_id: CustomerId) -> None:
        """Take back the customer's alarm: its tick cannot be advanced, and would ring for ever."""
        packed = self._packed.get(customer_id)
        if packed is not None:
            self._put(customer_id, _HEADER.unpack_from(packed)[0], NEVER, packed[_HEADER.size :])

    # -- states, for snapshots and recovery ---------------------------------------------------------------------

    def state(self, customer_id: CustomerId) -> bytes:
        """Return the customer's encoded state, empty for nobody."""
        return self._whole(customer_id)[_HEADER.size :] if customer_id in self._packed else b""

    def snapshot(self, customer_id: CustomerId) -> CustomerState:
        """Return what the store keeps of a customer."""
        if customer_id not in self._packed:
            return CustomerState(customer_id, self._absorbed.get(customer_id, 0), NEVER, b"")
        packed = self._whole(customer_id)
        seq, wake_at = _HEADER.unpack_from(packed)
        return CustomerState(customer_id, seq, wake_at, packed[_HEADER.size :])

    def load(self, states: Iterable[CustomerState]) -> None:
        """Take saved states in, before anything else happens."""
        for each in states:
            if each.state:
                self._packed[each.customer_id] = _HEADER.pack(each.seq, each.wake_at) + each.state
                if each.wake_at < NEVER:
                    self._alarms.append((each.wake_at, each.customer_id))
            else:
                self._absorbed[each.customer_id] = each.seq
        heapify(self._alarms)

    def customer_ids(self) -> Iterator[CustomerId]:
        """Yield all customers in the order of their ids."""
        return iter(sorted(self._packed))

    def skip(self, entry: Entry) -> bool:
        """Tell whether the saved states include ``entry`` already; if so, count it as advanced."""
        event = entry.event
        customer_id = event.customer_id
        known = self._absorbed.get(customer_id, 0) or self.last_seq(customer_id)
        if known < entry.seq:
            return False
        if isinstance(event, Merged):
            self._forget(event.absorbed_id)
        self.seq = entry.seq
        return True

    # -- how ----------------------------------------------------------------------------------------------------

    def _wake_at(self, customer_id: CustomerId) -> int:
        packed = self._packed.get(customer_id)
        return _HEADER.unpack_from(packed)[1] if packed is not None else NEVER

    def _put(self, customer_id: CustomerId, seq: int, wake_at: Instant, state: bytes) -> None:
        if wake_at < NEVER and wake_at != self._wake_at(customer_id):
            heappush(self._alarms, (wake_at, customer_id))
        self._packed[customer_id] = _HEADER.pack(seq, wake_at) + state
        self.dirty[customer_id] = None

    def _last_seq_of_absorbed(self, event: Event) -> int:
        if not isinstance(event, Merged):
            return 0
        return self.last_seq(event.absorbed_id) or self._absorbed.get(event.absorbed_id, 0)

    def _forget(self, customer_id: CustomerId) -> None:
        if customer_id in self._packed:
            self._absorbed[customer_id] = self.last_seq(customer_id)
            del self._packed[customer_id]
            self.dirty[customer_id] = None
        self._hot.pop(customer_id, None)

    def _whole(self, customer_id: CustomerId) -> bytes:
        """Return header and state, which is encoded now if it was not."""
        packed = self._packed[customer_id]
        if len(packed) == _HEADER.size:
            packed = self._packed[customer_id] = packed + _encode(self._hot[customer_id])
        return packed

    def _make_room(self, customer_id: CustomerId) -> None:
        """Let the customer go who was advanced longest ago, if another one is to be hot. One at a time: freeing
        thousands at once would stop everything.
        """
        if customer_id not in self._hot and len(self._hot) >= self._hot_limit:
            oldest = next(iter(self._hot))
            self._whole(oldest)
            del self._hot[oldest]
