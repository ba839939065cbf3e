"""Readings: only what is clear has a direction."""

import pytest

from segue.simulation.figures import FIGURES, Estimate
from segue.simulation.report.reading import chip, headline, read
from tests.simulation.report.known import AGENT, findings

BY_NAME = {figure.name: figure for figure in FIGURES}


@pytest.mark.parametrize(
    ("figure", "low", "high", "word", "tone"),
    [
        ("clicks", 0.1, 0.3, "better", "good"),
        ("clicks", -0.3, -0.1, "worse", "bad"),
        ("churn", 0.1, 0.3, "worse", "bad"),
        ("churn", -0.3, -0.1, "better", "good"),
        ("churn", -0.3, 0.1, "no clear difference", ""),
        ("messages", -0.3, -0.1, "fewer", ""),
        ("messages", 0.1, 0.3, "more", ""),
    ],
)
def test_a_difference_is_read_as_its_figure_is_meant(
    figure: str, low: float, high: float, word: str, tone: str
) -> None:
    ahead = Estimate((low + high) / 2, low, high, 0.05)
    found = read(ahead, ahead, BY_NAME[figure])
    assert (found.word, found.tone) == (word, tone)
    assert found.is_clear == (low * high > 0)
    assert word in chip(found)


def test_what_is_level_to_the_last_digit_is_the_same() -> None:
    assert read(Estimate(0.0, 0.0, 0.0, 0.0), None, BY_NAME["clicks"]).word == "the same"


def test_a_handful_of_events_is_no_clear_difference_unless_it_is_a_large_one() -> None:
    few, many = Estimate(-3.3, -6.4, -0.2, 1.58), Estimate(-50.0, -64.0, -36.0, 7.1)
    assert read(few, None, BY_NAME["opt_outs"]).word == "no clear difference"
    assert read(few, few, BY_NAME["opt_outs"]).word == "better"
    assert read(many, None, BY_NAME["opt_outs"]).word == "better"


def test_a_headline_names_what_is_clear_and_what_is_not() -> None:
    assert headline(findings(), AGENT) == (
        "Messages per customer and week \u221250 %. Better: clicks per message +60 %. "
        "No clear difference: customers who leave, a month."
    )
