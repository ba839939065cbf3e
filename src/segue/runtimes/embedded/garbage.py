"""Garbage collection on our terms: what is there at the start is never looked at again, and nothing is collected while
a batch is being advanced (1.4 to 1.6 times the throughput, research/runtime-engines).
"""

import gc


class Garbage:
    """Collects the young generations after every ``events`` events, and everything after a hundred times as many."""

    def __init__(self, events: int = 20_000) -> None:
        self._events = events
        self._since = 0
        self._collections = 0

    def start(self) -> None:
        """Take the collector over."""
        gc.collect()
        gc.freeze()
        gc.disable()

    def between_batches(self, events: int) -> None:
        """Collect, if enough was made since the last time."""
        self._since += events
        if self._since >= self._events:
            self._since = 0
            self._collections += 1
            gc.collect(2 if self._collections % 100 == 0 else 1)

    def stop(self) -> None:
        """Give the collector back."""
        gc.enable()
        gc.unfreeze()
