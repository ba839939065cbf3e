"""Curves, one drawing for each thing."""

from msgspec.structs import replace

from segue.simulation.report.weekly import weekly
from tests.simulation.report.known import findings


def test_what_happened_has_a_curve_for_each_arm() -> None:
    found = weekly(findings())
    assert found is not None
    assert found.count("<polyline") == 3
    assert "Contacts" in found
    assert "Opt-outs" not in found


def test_nothing_that_happened_is_no_section() -> None:
    quiet = findings()
    assert weekly(replace(quiet, result=replace(quiet.result, curves=()))) is None
