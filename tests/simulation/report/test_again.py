"""What it takes to run the same again."""

from segue.simulation.report.again import again, stated
from tests.simulation.report.known import findings


def test_the_command_the_seed_and_the_revisions_are_told() -> None:
    found = again(findings())
    assert "segue simulate --workspace . --name town" in found
    assert found.count(">r1<") == 3
    told = dict(stated(findings()))
    assert told["seed"] == "s"
    assert told["customers"] == "1,200 in each arm, the same ones"
    assert told["time"] == "3 weeks from 2026-01-05"
    assert told["value"] == "margin of ordered"
