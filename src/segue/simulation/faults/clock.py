"""The clock of the machine that the process runs on: it can be wrong, and it can be set."""

from segue.model.time import Instant

BEGINNINGS = (
    "2026-03-26T10:00:00Z",  # London's clocks go forward on the 29th
    "2026-10-22T10:00:00Z",  # London's go back on the 25th
    "2026-03-05T10:00:00Z",  # New York's go forward on the 8th
    "2026-10-29T10:00:00Z",  # New York's go back on 1 November
    "2026-04-02T10:00:00Z",  # Lord Howe, Chatham and Santiago go back on the 5th
    "2026-09-02T10:00:00Z",  # Santiago goes forward at midnight of the 6th
    "2026-09-30T10:00:00Z",  # Lord Howe goes forward by half an hour on the 4th
    "2026-12-29T10:00:00Z",
)
"""When a town may begin: clocks change within its first days, or the year does."""


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
