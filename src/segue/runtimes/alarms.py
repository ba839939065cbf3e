"""Alarms: who wants to be woken when. A heap in which an alarm that was replaced stays until it comes up, and is then
passed over.
"""

from collections.abc import Callable, Iterable, Iterator
from heapq import heapify, heappop, heappush

from segue.model.events import Tick
from segue.model.ids import CustomerId, EventId, derive
from segue.model.time import NEVER, Instant


class Alarms:
    """The alarms of a population.

    Args:
        wake_at: when a customer wants to be woken now; `NEVER` for not at all.
    """

    def __init__(self, wake_at: Callable[[CustomerId], int]) -> None:
        self._wake_at = wake_at
        self._heap: list[tuple[Instant, CustomerId]] = []

    def load(self, alarms: Iterable[tuple[Instant, CustomerId]]) -> None:
        """Take many alarms in at once."""
        self._heap.extend(alarms)
        heapify(self._heap)

    def set(self, customer_id: CustomerId, wake_at: Instant) -> None:
        """Wake the customer at ``wake_at``."""
        heappush(self._heap, (wake_at, customer_id))

    def due(self, now: Instant, limit: int) -> Iterator[Tick]:
        """Yield a tick for each customer whose alarm is not later than ``now``, at most ``limit``, earliest first."""
        while limit > 0 and self._heap and self._heap[0][0] <= now:
            wake_at, customer_id = heappop(self._heap)
            if self._wake_at(customer_id) == wake_at:
                limit -= 1
                tick_id = EventId(derive("tick", customer_id, wake_at))
                yield Tick(event_id=tick_id, customer_id=customer_id, at=wake_at)

    def next(self) -> Instant:
        """Return when the next customer wants to be woken, `NEVER` for nobody."""
        while self._heap and self._wake_at(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else NEVER
