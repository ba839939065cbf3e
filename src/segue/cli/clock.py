"""The clock of the command line: the only place here that reads the machine's."""

from time import time_ns

from segue.model.time import Instant


def system_clock() -> Instant:
    """Return the present instant."""
    return Instant(time_ns() // 1000)
