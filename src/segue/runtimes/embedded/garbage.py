"""Garbage collection on our terms, in small pieces between batches: a full collection over all busy customers would
stop everything for a tenth of a second, many times a minute.

What survives its first look is frozen: never looked at again, though reference counting still frees it. Customers and
events hold no cycles, so nearly all garbage goes that way; what little is left waits for a full collection, in an idle
moment, or after an hour without one.
"""

import gc
from time import monotonic

EVENTS = 1_000
IDLE_SECONDS = 600.0
BUSY_SECONDS = 3_600.0


class Garbage:
    """The collector of one process; between `start` and `stop` it works only when asked."""

    def __init__(self) -> None:
        self._since = 0
        self._full_at = 0.0

    def start(self) -> None:
        """Take the collector over; what is there now is not looked at again."""
        self._collect_all()
        gc.disable()

    def between_batches(self, events: int) -> None:
        """Look at what the last ``events`` events made, together with earlier ones, if it is enough."""
        self._since += events
        if self._since < EVENTS:
            return
        self._since = 0
        gc.collect(0)
        gc.freeze()
        if monotonic() > self._full_at + BUSY_SECONDS:
            self._collect_all()

    def at_rest(self) -> None:
        """Use an idle moment."""
        if monotonic() > self._full_at + IDLE_SECONDS:
            self._collect_all()

    def stop(self) -> None:
        """Give the collector back."""
        gc.unfreeze()
        gc.enable()

    def _collect_all(self) -> None:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._full_at = monotonic()
