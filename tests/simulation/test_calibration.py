"""Calibration: parameters are found, and what cannot be shown is said."""

from collections.abc import Mapping

import pytest

from segue.model.errors import SegueError
from segue.simulation.calibration import Fact, calibrate

FACTS = (
    Fact(figure="messages", target=8.4, parameter="push", start=0.5, elasticity=0.3),
    Fact(figure="churn", target=0.062, parameter="churn", start=0.01),
)


def town(values: Mapping[str, float], customers: int) -> dict[str, float]:
    messages = 6.5 + 5.0 * values["push"]
    churn = values.get("churn", 0.01)
    return {"messages": messages, "churn": 0.01 + 1.4 * churn**0.9 + 0.001 * (messages - 8.0)}


def test_both_facts_are_met_at_the_last_size() -> None:
    steps = calibrate(town, FACTS, (100, 300))
    assert steps[0].customers == 100
    assert steps[-1].customers == 300
    assert steps[-1].figures["messages"] == pytest.approx(8.4, rel=0.02)
    assert steps[-1].figures["churn"] == pytest.approx(0.062, rel=0.02)


def test_what_was_met_by_chance_in_a_small_run_is_run_again() -> None:
    met = (Fact(figure="messages", target=9.0, parameter="push", start=0.5),)
    assert [step.customers for step in calibrate(town, met, (100, 300))] == [100, 300]


def test_a_share_stays_a_share_and_what_cannot_be_is_said() -> None:
    with pytest.raises(SegueError, match=r"messages 11\.5 for 20") as caught:
        calibrate(town, (Fact(figure="messages", target=20.0, parameter="push", start=0.5),), (100,))
    assert caught.value.instruction


def test_a_figure_of_nothing_moves_its_parameter_by_the_most() -> None:
    def late(values: Mapping[str, float], customers: int) -> dict[str, float]:
        return {"churn": 0.0 if values["churn"] < 0.015 else 2.0 * values["churn"]}

    steps = calibrate(late, (FACTS[1],), (100,))
    assert steps[1].parameters["churn"] == pytest.approx(0.02)
    assert steps[-1].parameters["churn"] == pytest.approx(0.031, rel=0.02)
