"""The shelf: every customer, encoded (16 bytes of header and the state); the ones that were busy lately are kept
decoded, and encoded only when they have to make room, are saved, or are asked for.

That a new state can be encoded later is known when it is put here. Whatever in it came from outside has just been
encoded in the event's entry, and is nested far less deep than an encoder can go (`nesting`); what the engine itself
adds are counts, instants, floats and texts.
"""

from collections import OrderedDict
from collections.abc import Iterator
from struct import Struct as Layout

from msgspec import msgpack

from segue.model.customers import Customer, Enrollments
from segue.model.ids import CustomerId
from segue.model.time import NEVER, Instant
from segue.ports.store import CustomerState
from segue.runtimes.glance import EnrollmentsGlance, glance_at

_HEADER = Layout(">QQ")  # the seq of the customer's last entry, and when it wants to be woken
_STALE = b""  # stands for the state of a customer who is hot and was not encoded since
_encode = msgpack.Encoder().encode
_decode = msgpack.Decoder(Customer).decode


class Shelf:
    """All customers of one population.

    Args:
        hot: how many are kept decoded: those that were put last.

    Attributes:
        dirty: who changed since somebody last looked.
    """

    def __init__(self, hot: int) -> None:
        self.dirty: dict[CustomerId, None] = {}
        self._packed: dict[CustomerId, bytes] = {}
        self._absorbed: dict[CustomerId, int] = {}
        self._hot: OrderedDict[CustomerId, Customer] = OrderedDict()
        self._hot_limit = max(1, hot)

    def __len__(self) -> int:
        return len(self._packed)

    def __contains__(self, customer_id: CustomerId) -> bool:
        return customer_id in self._packed

    def ids(self) -> Iterator[CustomerId]:
        """Yield all customers in the order of their ids."""
        return iter(sorted(self._packed))

    def roll(self) -> list[CustomerId]:
        """Return all customers, in no order that means anything: to sort a million takes a second."""
        return list(self._packed)

    def customer(self, customer_id: CustomerId) -> Customer:
        """Return the customer, the empty one where nothing is known."""
        found = self._hot.get(customer_id)
        if found is not None:
            return found
        packed = self._packed.get(customer_id)
        return _decode(memoryview(packed)[_HEADER.size :]) if packed is not None else Customer(customer_id)

    def enrollments(self, customer_id: CustomerId) -> Enrollments | EnrollmentsGlance:
        """Return the customer's enrollments, of one who is not hot at a glance."""
        found, packed = self._hot.get(customer_id), self._packed.get(customer_id)
        if found is not None or packed is None:
            return found.enrollments if found is not None else Enrollments()
        return glance_at(memoryview(packed)[_HEADER.size :]).enrollments

    def last_seq(self, customer_id: CustomerId) -> int:
        """Return the seq of the customer's last entry, 0 for none; of an absorbed one, the last of its own."""
        packed = self._packed.get(customer_id)
        return _HEADER.unpack_from(packed)[0] if packed is not None else self._absorbed.get(customer_id, 0)

    def wake_at(self, customer_id: CustomerId) -> int:
        """Return when the customer wants to be woken, `NEVER` for not at all."""
        packed = self._packed.get(customer_id)
        return _HEADER.unpack_from(packed)[1] if packed is not None else NEVER

    def is_absorbed(self, customer_id: CustomerId) -> bool:
        """Tell whether the customer was absorbed by another."""
        return customer_id in self._absorbed

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

    def take_in(self, saved: CustomerState) -> None:
        """Keep a saved state as it is."""
        if saved.state:
            self._packed[saved.customer_id] = _HEADER.pack(saved.seq, saved.wake_at) + saved.state
        else:
            self._absorbed[saved.customer_id] = saved.seq

    def make_room(self, customer_id: CustomerId) -> None:
        """Let the customer go who was put longest ago, if another one is to be hot. One at a time: freeing thousands
        at once would stop everything.
        """
        if customer_id not in self._hot and len(self._hot) >= self._hot_limit:
            oldest = next(iter(self._hot))
            self._whole(oldest)
            del self._hot[oldest]

    def put(self, customer: Customer, seq: int, wake_at: Instant) -> None:
        """Keep a customer as of entry ``seq``; cannot fail after `make_room`."""
        customer_id = customer.customer_id
        self._packed[customer_id] = _HEADER.pack(seq, wake_at) + _STALE
        self._hot[customer_id] = customer
        self._hot.move_to_end(customer_id)
        self.dirty[customer_id] = None

    def silence(self, customer_id: CustomerId) -> None:
        """Forget when the customer wants to be woken."""
        packed = self._packed.get(customer_id)
        if packed is not None:
            seq, _ = _HEADER.unpack_from(packed)
            self._packed[customer_id] = _HEADER.pack(seq, NEVER) + packed[_HEADER.size :]
            self.dirty[customer_id] = None

    def forget(self, customer_id: CustomerId) -> None:
        """Remember of an absorbed customer only the last entry."""
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
