"""Rates: how fast a channel is called, alone and together with others that share its provider.

Calls come evenly: however long nothing was sent, at most a tenth of a second's worth goes out at once.
"""

import asyncio
from collections.abc import Callable

from segue.channels.settings import ChannelLimits, Ramp
from segue.model.time import DAY, Instant, parse_instant
from segue.runtimes.embedded.lanes import Lane

BURST_SECONDS = 0.1
UNLIMITED = float("inf")


class Pace:
    """A token bucket of at most `BURST_SECONDS` of calls, one at least.

    Args:
        rate: calls a second at this moment; `UNLIMITED` for as many as there are.
    """

    def __init__(self, rate: Callable[[], float]) -> None:
        self._rate = rate
        self._tokens = 1.0
        self._at: float | None = None

    def wait_seconds(self, now: float) -> float:
        """Return how long it is until the next call may begin, 0 for now.

        Args:
            now: seconds on a clock that never goes back.
        """
        rate = self._rate()
        if rate == UNLIMITED:
            return 0.0
        burst = max(1.0, rate * BURST_SECONDS)
        if self._at is not None:
            self._tokens = min(burst, self._tokens + (now - self._at) * rate)
        self._at = now
        return max(0.0, (1.0 - self._tokens) / rate)

    def take(self) -> None:
        """Begin a call."""
        self._tokens = max(0.0, self._tokens - 1.0)


def rate_of(limits: ChannelLimits, now: Instant) -> float:
    """Return how many calls a second a channel may begin at ``now``: its rate, less while it is being warmed up."""
    rate = limits.rate if limits.rate is not None else UNLIMITED
    return min(rate, _ramped(limits.ramp, now)) if limits.ramp is not None else rate


def _ramped(ramp: Ramp, now: Instant) -> float:
    day = max(0, (now - parse_instant(ramp.start)) // DAY)
    return ramp.daily[day] / (DAY / 1_000_000) if day < len(ramp.daily) else UNLIMITED


class Provider:
    """A rate that several channels share. Of those that wait the most urgent goes first, then the one that has not had
    its turn for longest.
    """

    def __init__(self, rate: float) -> None:
        self._pace = Pace(lambda: rate)
        self._waiting: dict[str, tuple[Lane, asyncio.Future[None]]] = {}
        self._served: dict[str, int] = {}
        self._turns = 0
        self._serving: asyncio.Task[None] | None = None

    async def turn(self, lane: Lane) -> None:
        """Wait until it is this lane's turn; a lane waits once at a time."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[lane.channel] = lane, future
        if self._serving is None or self._serving.done():
            self._serving = asyncio.create_task(self._serve(), name="segue-provider")
        try:
            await future
        finally:
            if self._waiting.get(lane.channel, (None, None))[1] is future:
                del self._waiting[lane.channel]

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            seconds = self._pace.wait_seconds(loop.time())
            if seconds > 0:
                await asyncio.sleep(seconds)
                continue
            channel = min(self._waiting, key=lambda name: (self._waiting[name][0].rank, self._served.get(name, 0)))
            _, future = self._waiting.pop(channel)
            if not future.done():
                self._turns += 1
                self._served[channel] = self._turns
                self._pace.take()
                future.set_result(None)
            await asyncio.sleep(0)
