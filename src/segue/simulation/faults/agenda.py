"""The agenda: what is going to happen outside the process, in order of time, then of who asked first."""

from collections.abc import Callable
from heapq import heappop, heappush

from segue.simulation.faults.loop import StandsStillError

Happening = Callable[[], None]


class Agenda:
    """What happens when; `elapsed` is how many microseconds have passed."""

    def __init__(self) -> None:
        self.elapsed = 0
        self._coming: list[tuple[int, int, Happening]] = []
        self._count = 0

    def put(self, at: int, happening: Happening) -> None:
        """Let ``happening`` happen at ``at``, or now where that has passed."""
        self._count += 1
        heappush(self._coming, (max(at, self.elapsed), self._count, happening))

    def after(self, delay: int, happening: Happening) -> None:
        """Let ``happening`` happen in ``delay`` microseconds."""
        self.put(self.elapsed + delay, happening)

    def pass_time(self, until: int | None) -> None:
        """Let the next thing happen, if it comes not later than ``until``; else only let time pass.

        Raises:
            StandsStillError: ``until`` is None and nothing is coming.
        """
        if self._coming and (until is None or self._coming[0][0] <= until):
            at, _, happening = heappop(self._coming)
            self.elapsed = max(self.elapsed, at)
            happening()
        elif until is not None:
            self.elapsed = until
        else:
            raise StandsStillError("The process waits, and nothing is coming.")
