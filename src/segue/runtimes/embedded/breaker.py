"""The breaker: a channel whose calls fail one after another rests, and what waits for it waits without being tried.

A message that is tried and fails costs one of its attempts, and each failure makes a sender look worse. So after so
many failures in a row nothing is begun for a while; then one call tries whether it works again.
"""

import asyncio
from collections.abc import Iterable

from segue.channels.settings import ChannelLimits
from segue.model.deliveries import DeliveryStatus
from segue.model.time import SECOND, parse_duration

_FAILURES = (DeliveryStatus.RETRYABLE, DeliveryStatus.UNKNOWN)
_ANSWERS = (DeliveryStatus.ACCEPTED, DeliveryStatus.REJECTED)


class Breaker:
    """Closed while all is well; open while the channel rests; half open while one call tries.

    Attributes:
        failures: in a row.
    """

    def __init__(self, limits: ChannelLimits) -> None:
        self.failures = 0
        self._after = limits.breaker_after
        self._rest_seconds = parse_duration(limits.breaker_rest) / SECOND
        self._open_until: float | None = None
        self._is_trying = False
        self._news = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Whether the channel rests, or is being tried."""
        return self._open_until is not None

    def wait_seconds(self, now: float) -> float:
        """Return how long the channel still rests, 0 where a call may begin."""
        return max(0.0, self._open_until - now) if self._open_until is not None else 0.0

    async def pass_through(self) -> None:
        """Wait while another call tries; then, if the channel is still under suspicion, be the one that tries."""
        while self.is_open and self._is_trying:
            self._news.clear()
            await self._news.wait()
        self._is_trying = self.is_open

    def note(self, statuses: Iterable[DeliveryStatus], now: float) -> None:
        """Take note of what came of a call; a message that was withdrawn before it says nothing."""
        told = list(statuses)
        if any(status in _ANSWERS for status in told):
            self.failures = 0
            self._open_until = None
        elif any(status in _FAILURES for status in told):
            self.failures += 1
            if self._is_trying or self.failures >= self._after:
                self._open_until = now + self._rest_seconds
        self._is_trying = False
        self._news.set()
