"""An event loop without a clock, a socket or a thread: the same program takes the same steps on every machine.

Time passes only when nothing is left to do, and then jumps to the next timer or to the next thing that happens outside
the process, whichever comes first. What would run in a thread runs on the loop, at a moment that chance chooses; so the
program sees threads that take their time, in an order that is repeatable.
"""

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from heapq import heappop
from math import ceil
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

MICROSECONDS = 1_000_000
STEPS_A_MICROSECOND = 100
"""A program that is busy takes its time, too."""

STEPS_MAX = 200_000
"""So many turns of the loop at one and the same moment are a program that goes round in circles."""


class Crash(SystemExit):
    """The process dies here. A `SystemExit`, because that is what goes through every handler down to the loop."""


class StandsStillError(AssertionError):
    """The process waits for something that never comes, or does something without end."""


class Outside(Protocol):
    """What the loop asks of the world around the process."""

    @property
    def elapsed(self) -> int:
        """Microseconds since the beginning of the simulation."""

    def pass_time(self, until: int | None) -> None:
        """Let time pass until the next thing has happened outside, at most until ``until``; None for however long.

        Raises:
            StandsStillError: nothing will ever happen any more.
        """

    def thread_delay(self) -> int:
        """Return how many microseconds the next piece of work takes in a thread."""


class SimulatedLoop(asyncio.BaseEventLoop):
    """The event loop of one life of a process, from its start to its crash."""

    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]
    _stopping: bool

    def __init__(self, outside: Outside) -> None:
        super().__init__()
        self._outside = outside
        self._busy_until: dict[object, int] = {}
        self._steps = 0
        self._is_dead = False

    def time(self) -> float:
        """Return the seconds since the beginning of the simulation."""
        return self._outside.elapsed / MICROSECONDS

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> "asyncio.Future[T]":  # type: ignore[override]
        """Run ``func`` later on this loop; what goes to one executor stays in order, as in one thread."""
        future: asyncio.Future[T] = self.create_future()
        now = self._outside.elapsed
        begin = max(now, self._busy_until.get(executor, 0)) if executor is not None else now
        end = begin + self._outside.thread_delay()
        if executor is not None:
            self._busy_until[executor] = end
        self.call_at(end / MICROSECONDS, self._execute, future, func, args)
        return future

    def bury(self) -> None:
        """Forget everything that was going on: a process that died cleans nothing up."""
        self._is_dead = True
        for task in asyncio.all_tasks(self):
            task._log_destroy_pending = False  # type: ignore[attr-defined]
            with suppress(Exception):  # what it does on its way out reaches nobody any more
                task.get_coro().close()
        self.close()

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """Raise what nobody has noticed; what a dead process leaves behind is no news."""
        if not self._is_dead:
            raise StandsStillError(f"{context.get('message')}: {context.get('exception')!r}")

    def _execute(self, future: "asyncio.Future[T]", func: Callable[..., T], args: tuple[Any, ...]) -> None:
        try:
            result = contextvars.Context().run(func, *args)
        except Exception as error:
            if not future.done():
                future.set_exception(error)
            return
        if not future.done():
            future.set_result(result)

    def _run_once(self) -> None:
        """Let time pass if there is nothing to do, then take turns until there is nothing to do again.

        In place of the turn of `asyncio.BaseEventLoop`, which does the same with input, other threads and slow
        callbacks in mind: a third of a simulation was spent on that.
        """
        ready, timers = self._ready, self._scheduled
        while timers and timers[0].cancelled():
            heappop(timers)
        if not ready and not self._stopping:
            self._wait(timers[0].when() if timers else None)
        while True:
            end = self._outside.elapsed / MICROSECONDS + 1 / MICROSECONDS
            while timers and timers[0].when() < end:
                ready.append(heappop(timers))
            for _ in range(len(ready)):
                handle = ready.popleft()
                if not handle.cancelled():
                    handle._run()
            if self._stopping or not ready:
                return
            self._be_busy()

    def _be_busy(self) -> None:
        self._steps += 1
        if self._steps > STEPS_MAX:
            raise StandsStillError("The process does something without end.")
        if self._steps % STEPS_A_MICROSECOND == 0:
            self._outside.pass_time(self._outside.elapsed + 1)

    def _wait(self, until: float | None) -> None:
        """Let the next thing happen outside, or let time pass ``until`` the next timer (seconds)."""
        self._steps = 0
        if until is None:
            self._outside.pass_time(None)
            return
        elapsed = self._outside.elapsed
        left = max(0.0, until - elapsed / MICROSECONDS)
        self._outside.pass_time(elapsed + max(1, ceil(left * MICROSECONDS)))

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """A timer that was cancelled is passed over when its turn comes."""

    def _check_closed(self) -> None:
        if not self._is_dead:
            super()._check_closed()  # type: ignore[misc]

    def _write_to_self(self) -> None:
        """Nobody waits in another thread to be woken."""
