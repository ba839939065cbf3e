"""What the result rests on is what changes its reading."""

from segue.simulation.report.varying import carrying, overturned, sensitivity
from tests.measurement.drawing.reading import drawn
from tests.simulation.report.known import AGENT, findings


def test_only_a_reading_that_changes_is_named() -> None:
    changed = overturned(findings(with_varied=True))
    assert changed == {
        "days in which fatigue halves (heals): 2 instead of 4": [
            f"{AGENT}, clicks per message: better becomes no clear difference"
        ]
    }
    (told,) = carrying(findings(with_varied=True))
    assert "One reading of figures changed." in told


def test_there_is_a_plot_for_each_difference_that_was_told() -> None:
    found = sensitivity(findings(with_varied=True))
    assert found is not None
    drawn(found)
    assert found.count("<svg") == 6
    assert "at 2: \u22120.02 (\u22120.10 to +0.06)" in found


def test_without_anything_varied_it_says_so() -> None:
    assert sensitivity(findings()) is None
    assert "not known" in carrying(findings())[0]
