"""Covariates that the arms changed are told; those that the lot spread are not."""

from msgspec.structs import replace

from segue.measurement.experiments.balance import uneven_covariates, without
from segue.measurement.experiments.sums import sum_up
from segue.measurement.experiments.units import units_from_table
from tests.measurement.experiments.made_up import EXPERIMENT, given, made_up, told

BESIDE = replace(EXPERIMENT, covariates=("before",))


def test_a_covariate_from_after_the_assignment_is_told_once() -> None:
    columns = made_up({"control": 4000, "email": 4000}, {"control": 0.1, "email": 0.1})
    assert [note for note in told(columns, BESIDE).notes if "covariate" in note] == []

    columns["before"] = columns["before"] + 0.1 * (columns["arm"] == "email")
    notes = [note for note in told(columns, BESIDE).notes if "covariate" in note]

    assert len(notes) == 1
    assert notes[0].startswith("The covariate before differs between email and control")
    with given(columns) as duck:
        intake = units_from_table(duck, "given", BESIDE)
        spoilt = uneven_covariates(BESIDE, intake, sum_up(duck, BESIDE, intake.columns))
        assert list(spoilt.values()) == notes
        assert [intake.names[column] for column in spoilt] == ["before"]
        assert all(not each.covariates for each in without(intake.columns, spoilt).values())


def test_by_a_covariate_that_the_arm_changed_nothing_is_adjusted() -> None:
    columns = made_up({"control": 8000, "email": 8000}, {"control": 0.1, "email": 0.13})
    columns["before"] = columns["before"] + 5.0 * columns["converted"]
    plain, beside = told(columns, EXPERIMENT), told(columns, BESIDE)
    assert [each.effect for each in beside.readings] == [each.effect for each in plain.readings]
