"""Experiments with a known truth are read as what they are."""

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from segue.measurement.experiments.description import Metric
from segue.measurement.experiments.files import load_table, open_tables
from segue.measurement.experiments.reading import gate_of, read_experiment
from segue.measurement.experiments.units import units_from_table
from segue.measurement.statistics.formulas import ALWAYS_VALID, CUPED, POST_STRATIFIED
from segue.measurement.statistics.formulas import RATIO as RATIO_METRIC
from segue.model.errors import SegueError
from tests.measurement.experiments.made_up import EXPERIMENT, RATE, RATIO, REVENUE, made_up, told

HILLSTROM = Path(__file__).parents[4] / "shared" / "data" / "hillstrom_dev.csv.gz"
NOTHING = {"control": 0.12, "email": 0.12}
LARGE = {"control": 0.1, "email": 0.13}


def test_a_broken_split_stops_everything_else() -> None:
    report = told(made_up({"control": 20_000, "email": 18_900}, LARGE))

    assert report.headline.startswith("split is broken: do not read")
    assert report.readings == ()
    assert report.groups == ()


def test_no_effect_is_bounded() -> None:
    report = told(made_up({"control": 60_000, "email": 60_000}, NOTHING))

    assert report.split is not None
    assert not report.split.is_broken
    assert report.readings[0].verdict.kind == "no_effect_as_large"
    assert report.readings[0].needed is not None
    assert report.readings[0].needed.control > 60_000


def test_what_is_ruled_out_is_not_told_as_what_could_be_seen() -> None:
    for seed in range(12):
        report = told(made_up({"control": 33_000, "email": 33_000}, NOTHING, seed))
        reading = report.readings[0]
        if reading.verdict.kind == "no_effect_as_large":
            assert reading.needed is not None
            assert reading.needed.lift is not None
            assert reading.needed.lift < 0.05
            break
    else:
        pytest.fail("no experiment ruled a lift of 5 % out")


def test_many_customers_in_two_arms_are_warned_of() -> None:
    columns = made_up({"control": 500, "email": 500}, LARGE)
    twice = {name: np.concatenate([values, values[:30]]) for name, values in columns.items()}
    twice["arm"][-30:] = np.where(twice["arm"][-30:] == "email", "control", "email")

    assert told(twice).warnings[0].startswith("3 % of the customers were in more than one arm")


def test_a_tiny_effect_is_too_small_to_tell() -> None:
    report = told(made_up({"control": 20_000, "email": 20_000}, {"control": 0.1, "email": 0.1005}))

    assert report.readings[0].verdict.kind == "too_small_to_tell"
    assert "per arm to see a lift of 5 %" in report.headline


def test_a_large_effect_is_found_in_every_metric() -> None:
    report = told(made_up({"control": 20_000, "email": 20_000}, LARGE), replace(EXPERIMENT, metrics=(RATE, REVENUE)))

    assert [reading.verdict.kind for reading in report.readings] == ["better", "better"]
    assert report.readings[0].effect.lift is not None
    assert report.readings[0].effect.lift.low < 0.3 < report.readings[0].effect.lift.high


def test_several_arms_stand_beside_one_control_and_are_adjusted_for_each_other() -> None:
    units = {"control": 8000, "email": 8000, "push": 8000}
    report = told(made_up(units, {"control": 0.1, "email": 0.13, "push": 0.1}))

    rates = [reading for reading in report.readings if reading.metric == "converted"]
    assert [(reading.arm, reading.verdict.kind) for reading in rates] == [
        ("email", "better"),
        ("push", "too_small_to_tell"),
    ]
    assert rates[0].p_adjusted == pytest.approx(2 * rates[0].effect.p)


def test_primary_metrics_are_adjusted_by_holm_and_others_by_benjamini_hochberg() -> None:
    columns = made_up({"control": 5000, "email": 5000}, LARGE)
    report = told(columns, replace(EXPERIMENT, metrics=(RATE, REVENUE, RATIO), primary=("revenue",)))

    assert [(each.metric, each.is_primary, each.adjusted_by) for each in report.readings] == [
        ("converted", False, "benjamini-hochberg"),
        ("revenue", True, "holm"),
        ("per_order", False, "benjamini-hochberg"),
    ]
    assert "revenue" in report.headline
    assert "converted" not in report.headline


def test_covariates_take_noise_away() -> None:
    columns = made_up({"control": 20_000, "email": 20_000}, {"control": 0.4, "email": 0.42})
    plain = told(columns).readings[0]
    cuped = told(columns, replace(EXPERIMENT, covariates=("before",))).readings[0]
    strata = told(columns, replace(EXPERIMENT, covariates=("country",))).readings[0]
    both = told(columns, replace(EXPERIMENT, covariates=("before", "country"))).readings[0]

    assert (plain.variance_by, cuped.variance_by) == ((), (CUPED,))
    assert (strata.variance_by, both.variance_by) == ((POST_STRATIFIED,), (POST_STRATIFIED, CUPED))
    assert plain.reduction == 0.0
    assert cuped.reduction > 0.04
    assert 0.02 < strata.reduction < both.reduction
    for each in (cuped, strata, both):
        assert each.effect.difference.low < 0.02 < each.effect.difference.high
        assert each.control_mean == plain.control_mean


def test_ratios_are_per_order_and_not_per_customer() -> None:
    columns = made_up({"control": 20_000, "email": 20_000}, LARGE)
    report = told(columns, replace(EXPERIMENT, metrics=(RATIO,), covariates=("before",)))

    reading = report.readings[0]
    is_control = columns["arm"] == "control"
    assert reading.control_mean == pytest.approx(
        columns["revenue"][is_control].sum() / columns["orders"][is_control].sum()
    )
    assert reading.variance_by == (RATIO_METRIC, CUPED)


def test_a_ratio_of_nothing_is_refused() -> None:
    columns = made_up({"control": 50, "email": 50}, LARGE)
    columns["orders"] = np.zeros(100)

    with pytest.raises(SegueError, match="ratio"):
        told(columns, replace(EXPERIMENT, metrics=(RATIO,)))


def test_looks_along_the_way_are_paid_for() -> None:
    columns = made_up({"control": 1000, "email": 9000}, {"control": 0.05, "email": 0.05})
    split = {"control": 0.1, "email": 0.9}

    once = told(columns, replace(EXPERIMENT, split=split)).readings
    anytime = told(columns, replace(EXPERIMENT, split=split, looks="anytime", planned=10_000)).readings

    assert once[0].verdict.kind != "too_few_converters"
    assert [each.verdict.kind for each in anytime] == ["too_few_converters"] * 2
    assert anytime[0].effect.formula == ALWAYS_VALID
    widths = [each.effect.difference.high - each.effect.difference.low for each in (once[0], anytime[0])]
    assert 1.5 < widths[1] / widths[0] < 1.7


def test_gates_ask_for_more_where_amounts_lean() -> None:
    mean = Metric(metric="orders", kind="mean")

    assert gate_of(EXPERIMENT, RATE, (30, 25), (1000, 9000)).needed == 20
    assert gate_of(EXPERIMENT, RATE, (995, 900), (1000, 1000)).converters == 5
    assert gate_of(EXPERIMENT, mean, (30, 25), (1000, 1000)).needed == 20
    assert gate_of(EXPERIMENT, mean, (30, 250), (1000, 9000)).needed == 100
    assert gate_of(replace(EXPERIMENT, looks="anytime"), mean, (30, 25), (1000, 1000)).needed == 100


def test_revenue_is_judged_capped_and_told_plain() -> None:
    columns = made_up({"control": 5000, "email": 5000}, NOTHING)
    columns["revenue"][np.flatnonzero(columns["arm"] == "email")[0]] = 1e6

    reading = told(columns).readings[1]

    assert reading.capping is not None
    assert not reading.capping.is_from_before
    assert reading.verdict.kind != "better"
    assert reading.capping.plain_arm == pytest.approx(columns["revenue"][columns["arm"] == "email"].mean())
    assert reading.capping.plain.difference.value > 100.0
    assert abs(reading.effect.difference.value) < 5.0


def test_an_experiment_without_any_outcome_has_too_few_converters() -> None:
    report = told(made_up({"control": 500, "email": 500}, {"control": 0.0, "email": 0.0}))

    assert [each.verdict.kind for each in report.readings] == ["too_few_converters"] * 2
    assert report.readings[1].capping is None


def test_arms_that_are_missing_are_told() -> None:
    columns = made_up({"control": 50, "email": 50}, LARGE)

    with pytest.raises(SegueError, match=r"no arm 'placebo'.*control, email"):
        told(columns, replace(EXPERIMENT, control="placebo"))
    many = {**columns, "arm": np.array([f"a{index}" for index in range(100)], dtype=object)}
    with pytest.raises(SegueError, match="'arm' has 100 values"):
        told(many)
    with pytest.raises(SegueError, match="one arm only"):
        told({name: values[columns["arm"] == "control"] for name, values in columns.items()})


def test_hillstrom_is_read_as_published_and_as_numpy_says() -> None:
    if not HILLSTROM.is_file():
        pytest.skip("the shared data are not here")
    kinds = {"visit": "rate", "conversion": "rate", "spend": "mean"}
    experiment = replace(
        EXPERIMENT,
        unit="row_id",
        arm="segment",
        control="No E-Mail",
        metrics=tuple(Metric(metric=name, column=name, kind=kind) for name, kind in kinds.items()),  # type: ignore[arg-type]
        primary=tuple(kinds),
    )
    with open_tables() as duck:
        load_table(duck, HILLSTROM, "given")
        report = read_experiment(duck, experiment, units_from_table(duck, "given", experiment))
        raw = duck.execute("SELECT segment, visit, conversion, spend FROM given").fetchnumpy()
    published = {
        ("Mens E-Mail", "visit"): 0.07659,
        ("Mens E-Mail", "conversion"): 0.00681,
        ("Mens E-Mail", "spend"): 0.76983,
        ("Womens E-Mail", "visit"): 0.04523,
        ("Womens E-Mail", "conversion"): 0.00311,
        ("Womens E-Mail", "spend"): 0.42441,
    }

    assert {(each.arm, each.metric) for each in report.readings} == set(published)
    for each in report.readings:
        control, arm = (
            raw[each.metric][raw["segment"] == name].astype(float) for name in (experiment.control, each.arm)
        )
        error = np.sqrt(control.var(ddof=1) / len(control) + arm.var(ddof=1) / len(arm))
        assert each.effect.difference.value == pytest.approx(arm.mean() - control.mean(), abs=1e-9)
        assert each.effect.standard_error == pytest.approx(error, abs=1e-9)
        assert each.effect.difference.high - each.effect.difference.value == pytest.approx(1.96 * error, rel=1e-3)
        assert each.effect.difference.low < published[each.arm, each.metric] < each.effect.difference.high
        assert each.verdict.kind == "better"
