"""Helpers for everybody's tests: builders, a virtual clock, recording channels, scenarios in virtual time, conformance
kits. Public.
"""

from segue.testing.builders import a_customer, an_event, an_incoming
from segue.testing.clock import VirtualClock
from segue.testing.recording import RecordingAudience, RecordingChannel
from segue.testing.running import ScenarioResult, run_scenarios

__all__ = [
    "RecordingAudience",
    "RecordingChannel",
    "ScenarioResult",
    "VirtualClock",
    "a_customer",
    "an_event",
    "an_incoming",
    "run_scenarios",
]
