"""The head of the report says what it is before it says anything else."""

from msgspec.structs import replace

from segue.simulation.report.overview import at_a_glance, notice
from tests.simulation.report.known import findings


def test_it_says_first_that_nobody_was_asked_and_what_the_result_rests_on() -> None:
    plain = notice(findings())
    assert "Nothing here was measured on people. 1,200 invented customers" in plain
    assert "holds for this market and not for your customers" in plain
    assert "Nothing was varied" in plain
    assert "The result rests on: days in which fatigue halves (1)." in notice(findings(with_varied=True))


def test_every_figure_is_there_for_every_arm() -> None:
    found = at_a_glance(findings())
    assert found.count('class="chip') == 6
    assert found.count('class="chip good"') == 1
    assert "\u221250 %" in found
    assert "&lt;agent&gt; &amp; co" in found


def test_one_arm_alone_is_not_compared() -> None:
    alone = findings()
    alone = replace(alone, result=replace(alone.result, arms=("usual",)))
    assert "nothing to compare" in at_a_glance(alone)
