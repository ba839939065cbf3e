"""Each figure has its arms, and its differences absolute and in percent."""

from segue.simulation.report.comparing import figure_sections
from tests.measurement.drawing.reading import drawn
from tests.simulation.report.known import findings


def test_a_section_for_each_figure_with_numbers_and_drawings() -> None:
    sections = list(figure_sections(findings()))
    assert len(sections) == 3
    messages = drawn(sections[0])
    assert len(list(messages.iter("tr"))) == 4
    assert "\u22121.00 (\u22121.20 to \u22120.80)" in sections[0]
    assert "\u221250 % (\u221260 to \u221240)" in sections[0]
    assert sections[0].count("<svg") == 2


def test_where_percents_mean_nothing_the_difference_is_drawn_as_it_is() -> None:
    churn = list(figure_sections(findings()))[2]
    assert "difference to usual</h3>" in churn
    assert "\u22122 points (\u221210 to +6)" in churn
    assert "in percent of it" not in churn
