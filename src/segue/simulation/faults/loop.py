"""An event loop without a clock, a socket or a thread: the same program takes the same steps on every machine.

Time passes only when nothing is left to do, and then jumps to the next timer or to the next thing that happens outside
the process, whichever comes first. What would run in a thread runs on the loop, at a moment that chance chooses; so the
program sees threads that take their time, in an order that is repeatable.
"""

import asyncio
import contextvars
from collections.abc import Callable
from contextlib import suppress
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

    def __init__(self, outside: Outside) -> None:
        super().__init__()
        self._outside = outside
        self._selector = self
        self._clock_resolution = 1 / MICROSECONDS
        self._busy_until: dict[object, int] = {}
        self._steps = 0
        self._is_dead = False

    def time(self) -> float:
        """Return the seconds since the beginning of the simulation."""
        return self._outside.elapsed / MICROSECONDS

    def select(self, timeout: float | None = None) -> list[Any]:
        """Let time pass, in place of waiting for input; the loop asks this once in each turn."""
        if timeout is not None and timeout <= 0:
            self._steps += 1
            if self._steps > STEPS_MAX:
                raise StandsStillError("The process does something without end.")
            if self._steps % STEPS_A_MICROSECOND == 0:
                self._outside.pass_time(self._outside.elapsed + 1)
            return []
        self._steps = 0
        elapsed = self._outside.elapsed
        self._outside.pass_time(None if timeout is None else elapsed + max(1, ceil(timeout * MICROSECONDS)))
        return []

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

    def _check_closed(self) -> None:
        if not self._is_dead:
            super()._check_closed()  # type: ignore[misc]

    def _process_events(self, event_list: list[Any]) -> None:
        """Nothing comes in but through the world outside."""

    def _write_to_self(self) -> None:
        """Nobody waits in another thread to be woken."""
