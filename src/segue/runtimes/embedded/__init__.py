"""The embedded runtime: one process, one event loop, one store.

The partition is the actor, the log is the truth: docs/concepts has the life of an event.
"""

from segue.runtimes.embedded.batch import Receipt
from segue.runtimes.embedded.clock import wall_clock
from segue.runtimes.embedded.runtime import Embedded
from segue.runtimes.embedded.settings import Settings
from segue.runtimes.embedded.stats import Stats
from segue.runtimes.embedded.work import Overloaded

__all__ = ["Embedded", "Overloaded", "Receipt", "Settings", "Stats", "wall_clock"]
