"""The market is told with its graph and its numbers."""

from segue.simulation.report.market import market
from tests.simulation.report.known import findings


def test_the_graph_the_assumptions_and_what_the_file_says() -> None:
    found = market(findings())
    assert "contact acts on fatigue" in found
    assert "Days in which fatigue halves" in found
    assert [part in found for part in (">4<", ">2<", ">8<")] == [True] * 3
    assert "4.0" in found
