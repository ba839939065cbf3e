"""A log of a made-up town with holdouts of everything, of each channel and of a journey, made once for all tests."""

from functools import cache

from bench.known_truth import market, workspace
from segue.measurement.reports import Period, Report, make_report, open_period
from segue.model.time import Instant
from segue.ports.store import Entry
from segue.simulation.log import SimulatedLog
from segue.simulation.running import run_arm

CUSTOMERS, WEEKS = 160, 6
SHOP = workspace("town")


@cache
def log() -> SimulatedLog:
    """Return the whole log."""
    kept = SimulatedLog()
    run_arm(SHOP, market("town", CUSTOMERS, WEEKS), kept)
    return kept


@cache
def entries() -> tuple[Entry, ...]:
    """Return its entries."""
    return tuple(entry for block in log().blocks() for entry in block.read())


def period(begin: Instant | None = None, end: Instant | None = None) -> Period:
    """Return a period of it."""
    return open_period(log().open(), SHOP, begin=begin, end=end)


@cache
def whole() -> Report:
    """Return the report of all of it."""
    return make_report(period())
