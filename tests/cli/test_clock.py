"""The clock of the command line."""

from segue.cli.clock import system_clock
from segue.model.time import parse_instant


def test_it_tells_microseconds_since_1970() -> None:
    assert parse_instant("2025-01-01T00:00:00Z") < system_clock() < parse_instant("2100-01-01T00:00:00Z")
