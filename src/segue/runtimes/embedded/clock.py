"""The clock of a runtime that lives in real time."""

from time import time_ns

from segue.model.time import Instant


def wall_clock() -> Instant:
    """Return the time of this machine."""
    return Instant(time_ns() // 1000)
