"""The turnstile: lets the next commands of one channel through when breaker, rate and provider allow it.

Which command it is is decided last, so that one that came while the others waited still goes first if it is urgent.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from segue.channels.settings import ChannelLimits
from segue.model.time import Instant
from segue.runtimes.embedded.batch import Issued
from segue.runtimes.embedded.breaker import Breaker
from segue.runtimes.embedded.lanes import Lane
from segue.runtimes.embedded.rates import Pace, Provider, rate_of


class Turnstile:
    """The way from a lane to the calls.

    Args:
        now: the time, for the days of a ramp.
        provider: the rate that the channel shares with others.
    """

    def __init__(
        self, lane: Lane, limits: ChannelLimits, now: Callable[[], Instant], provider: Provider | None = None
    ) -> None:
        self.lane = lane
        self.breaker = Breaker(limits)
        self._pace = Pace(lambda: rate_of(limits, now()))
        self._provider = provider
        self._one_at_a_time = asyncio.Lock()
        self._closed = asyncio.Event()

    async def next(self, at_most: int = 1) -> list[Issued]:
        """Wait until a call may begin and return its commands; each must be given back to `Lane.finish`.

        Returns nothing when there is only something to catch up with, and once it is closed.
        """
        async with self._one_at_a_time:
            if not await self.lane.ready():
                return []
            loop = asyncio.get_running_loop()
            while not self._closed.is_set():
                seconds = max(self.breaker.wait_seconds(loop.time()), self._pace.wait_seconds(loop.time()))
                if seconds <= 0:
                    break
                await self._pause(seconds)
            if self.breaker.is_open:
                await self._unless_closed(self.breaker.pass_through())
            if self._provider is not None:
                await self._unless_closed(self._provider.turn(self.lane))
            if self._closed.is_set():
                return []
            self._pace.take()
            return self.lane.take(at_most)

    def close(self) -> None:
        """Let nothing more through."""
        self._closed.set()
        self.lane.close()

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closed.wait(), seconds)

    async def _unless_closed(self, waiting: Coroutine[Any, Any, None]) -> None:
        """Wait for ``waiting``, or for the end."""
        tasks = [asyncio.ensure_future(waiting), asyncio.ensure_future(self._closed.wait())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
