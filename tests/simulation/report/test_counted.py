"""Everything that was counted is told."""

from segue.simulation.report.counted import counted, label_of
from tests.simulation.report.known import findings


def test_counts_are_for_a_thousand_customers_and_days_are_not() -> None:
    found = counted(findings())
    assert found.count(">4,500<") == 3
    assert found.count(">20.0<") == 3
    assert found.count(">2<") == 3


def test_names_are_words() -> None:
    assert label_of("ended/welcome/goal") == "runs that ended: welcome, goal"
    assert label_of("cost") == "cost of contacts"
    assert label_of("something/new") == "something: new"
