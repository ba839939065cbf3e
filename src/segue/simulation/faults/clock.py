"""The clock of the machine that the process runs on: it can be wrong, and it can be set."""

from segue.model.time import Instant


class MachineClock:
    """Tells the time that a machine believes it is.

    Attributes:
        true: the true time; the simulation sets it.
        error: how far the machine is off, in microseconds.
    """

    def __init__(self, begin: Instant) -> None:
        self.true = begin
        self.error = 0
        self._latest = begin

    def __call__(self) -> Instant:
        """Read the clock, as the process does."""
        reading = Instant(self.true + self.error)
        self._latest = max(self._latest, reading)
        return reading

    def believed(self) -> Instant:
        """Return what a process takes the time to be that never goes back behind an earlier reading."""
        return max(self._latest, Instant(self.true + self.error))

    def restart(self, last_now: Instant) -> None:
        """Forget the readings of a process that died, but for the last one that its log tells."""
        self._latest = last_now
