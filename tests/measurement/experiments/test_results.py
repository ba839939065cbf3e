"""Reports go through JSON and come back whole."""

import msgspec
from msgspec.structs import replace

from segue.measurement.experiments.results import Report
from segue.measurement.statistics.formulas import EXPERIMENTS
from tests.measurement.experiments.made_up import EXPERIMENT, RATE, RATIO, REVENUE, made_up, told


def test_a_report_survives_json_and_every_formula_in_it_is_known() -> None:
    experiment = replace(EXPERIMENT, metrics=(RATE, REVENUE, RATIO), by="country", covariates=("before",))
    report = told(made_up({"control": 3000, "email": 3000}, {"control": 0.1, "email": 0.14}), experiment)

    text = msgspec.json.encode(report)

    assert msgspec.json.decode(text, type=Report) == report
    assert _formulas(msgspec.json.decode(text)) <= set(EXPERIMENTS)
    assert len(_formulas(msgspec.json.decode(text))) > 8


def _formulas(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["formula"]} if "formula" in value else set()
        return own.union(*map(_formulas, value.values()))
    return set().union(*map(_formulas, value)) if isinstance(value, list) else set()
