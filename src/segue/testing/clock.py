"""A clock that stands still until it is told otherwise."""

from segue.model.time import Instant


class VirtualClock:
    """A `segue.model.time.Clock` under the control of a test.

    >>> clock = VirtualClock(5)
    >>> clock.advance(10)
    >>> clock()
    15
    """

    def __init__(self, now: Instant | int = 0) -> None:
        self._now = Instant(now)

    def __call__(self) -> Instant:
        return self._now

    def advance(self, duration: int) -> None:
        """Let ``duration`` microseconds pass."""
        self.set(Instant(self._now + duration))

    def set(self, now: Instant) -> None:
        """Make it ``now``; time never goes back."""
        assert now >= self._now, "time never goes back"
        self._now = now
