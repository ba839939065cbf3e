"""Doubts: many customers in two arms, rows written twice, arms without any outcome."""

import numpy as np
import pytest
from msgspec.structs import replace

from segue.measurement.experiments.doubts import doubts_about, nobody_in
from segue.measurement.experiments.reading import read_experiment
from segue.measurement.experiments.units import Intake, units_from_table
from tests.measurement.experiments.made_up import EXPERIMENT, RATE, given, made_up, told


@pytest.mark.parametrize(
    ("intake", "words"),
    [
        (Intake(rows=1000, units=1000, mixed=10), []),
        (Intake(rows=1000, units=1000, mixed=50), ["5 % of the customers were in more than one arm"]),
        (Intake(rows=1200, units=1000, repeated=200), []),
        (Intake(rows=1200, units=1000, repeated=200, copies=200), ["200 rows are the same as another one"]),
    ],
)
def test_what_was_odd_about_the_rows_is_a_warning(intake: Intake, words: list[str]) -> None:
    found = doubts_about(intake)

    assert len(found) == len(words)
    assert all(warning.startswith(start) for warning, start in zip(found, words, strict=True))


def test_rows_written_twice_are_counted_where_they_add_up() -> None:
    columns = {
        name: np.concatenate([each, each[:30]])
        for name, each in made_up({"control": 200, "a": 200}, {"control": 0.5, "a": 0.5}).items()
    }
    with given(columns) as duck:
        assert units_from_table(duck, "given", EXPERIMENT).copies == 30
        rates = replace(EXPERIMENT, metrics=(RATE,))
        assert units_from_table(duck, "given", rates).copies == 0
        intake = units_from_table(duck, "given", EXPERIMENT)
        assert "30 rows are the same" in read_experiment(duck, EXPERIMENT, intake).warnings[0]


def test_an_arm_in_which_nobody_has_an_outcome_is_looked_at_first() -> None:
    columns = made_up({"control": 500, "a": 500, "b": 500}, {"control": 0.2, "a": 0.0, "b": 0.2})

    report = told(columns)

    assert report.warnings == (
        "Nobody in a has any converted or revenue: look whether it is recorded there before you read this.",
    )
    assert nobody_in(told(made_up({"control": 500, "a": 500}, {"control": 0.2, "a": 0.2})).readings, "control") == ()


def test_few_customers_without_an_outcome_are_no_surprise() -> None:
    assert told(made_up({"control": 40, "a": 40}, {"control": 0.1, "a": 0.0})).warnings == ()
    assert len(told(made_up({"control": 400, "a": 400}, {"control": 0.0, "a": 0.0})).warnings) == 2
