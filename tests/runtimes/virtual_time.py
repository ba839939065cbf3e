"""An event loop whose clock jumps: when nothing happens any more, it is the time of the next timer at once."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 0.003
"""How long another thread (a commit) may take before the loop believes that nothing happens any more."""


class _Jumping(selectors.DefaultSelector):  # type: ignore[valid-type,misc]
    """A selector that does not wait for timers, but says how long it would have."""

    skipped = 0.0

    def select(self, timeout: float | None = None) -> Any:
        found = super().select(None if timeout is None else min(timeout, PATIENCE_SECONDS))
        if not found and timeout is not None and timeout > PATIENCE_SECONDS:
            self.skipped += timeout - PATIENCE_SECONDS
        return found


class VirtualLoop(asyncio.SelectorEventLoop):
    """Real input and output, threads that are waited for, and time that passes only when nothing else does."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return super().time() + self._jumping.skipped


def in_virtual_time(main: Coroutine[Any, Any, T]) -> T:
    """Run ``main`` on such a loop."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
