"""Units: each customer once, in the first arm; what came before the assignment is no outcome."""

from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from segue.measurement.experiments.description import Experiment, Metric
from segue.measurement.experiments.files import load_table, open_tables
from segue.measurement.experiments.units import EventColumns, units_from_events, units_from_table
from segue.model.errors import SegueError
from tests.measurement.experiments.made_up import EXPERIMENT, given

ASSIGNED = """\
customer,arm,at,vip
a,control,2026-03-01T10:00:00Z,1
b,email,2026-03-01T11:00:00Z,0
b,control,2026-03-01T09:00:00Z,0
c,email,2026-03-02T00:00:00+02:00,
d,email,2026-03-02T00:00:00Z,0
,email,2026-03-02T00:00:00Z,0
e,,2026-03-02T00:00:00Z,0
"""
HAPPENED = """\
customer,at,name,amount
a,2026-02-28T10:00:00Z,order,7
a,2026-03-01T09:59:59Z,order,1000
a,2026-03-01T10:00:00Z,order,10
a,2026-03-07T09:59:59Z,order,5
a,2026-03-08T10:00:00Z,order,500
b,2026-03-01T10:00:00Z,order,20
b,2026-03-01T10:30:00Z,visit,
c,2026-03-01T22:30:00Z,order,
z,2026-03-01T22:30:00Z,order,9
d,2026-03-20T00:00:00Z,visit,
"""
METRICS = (
    Metric(metric="bought", kind="rate", event="order", take="any", days=7),
    Metric(metric="orders", kind="mean", event="order", take="count", days=7),
    Metric(metric="revenue", kind="revenue", event="order", take="sum"),
    Metric(metric="basket", kind="ratio", event="order", take="average", days=7),
)
EVENTS = Experiment(unit="customer", arm="arm", control="control", metrics=METRICS, before_days=2, covariates=("vip",))


def read_events(folder: Path, experiment: Experiment = EVENTS) -> tuple:
    (folder / "assigned.csv").write_text(ASSIGNED)
    (folder / "happened.csv").write_text(HAPPENED)
    with open_tables() as duck:
        load_table(duck, folder / "assigned.csv", "assignments_of_file")
        load_table(duck, folder / "happened.csv", "events_of_file")
        names = EventColumns("customer", "at", "name", "amount")
        intake = units_from_events(duck, "assignments_of_file", "events_of_file", experiment, names)
        columns = intake.columns
        asked = [columns[metric.metric].value for metric in experiment.metrics]
        asked += [columns[name].per for name in columns if columns[name].per] + [columns["revenue"].covariates[0]]
        rows = duck.execute(f"SELECT unit, arm, arms, {', '.join(asked)} FROM units ORDER BY unit").fetchall()
    return intake, rows


def test_outcomes_count_from_the_first_assignment_for_so_many_days(tmp_path: Path) -> None:
    _, rows = read_events(tmp_path)

    assert rows == [
        ("a", "control", 1, 1.0, 2.0, 515.0, 15.0, 2.0, 1007.0),
        ("b", "control", 2, 1.0, 1.0, 20.0, 20.0, 1.0, 0.0),
        ("c", "email", 1, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0),
        ("d", "email", 1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    ]


def test_only_as_many_days_before_set_a_cap(tmp_path: Path) -> None:
    for days, expected in ((0.0, ""), (1.0, "b0"), (2.0, "b0"), (3.0, "")):
        experiment = replace(EVENTS, metrics=(replace(METRICS[2], days=days),))
        intake, _ = read_events(tmp_path, experiment)
        assert intake.columns["revenue"].before == expected


def test_all_that_is_odd_is_counted(tmp_path: Path) -> None:
    intake, _ = read_events(tmp_path)

    assert (intake.rows, intake.units, intake.mixed, intake.repeated, intake.unassigned) == (7, 4, 1, 1, 2)
    assert (intake.early, intake.strangers, intake.open_windows) == (2, 1, 0)


def test_open_windows_are_counted(tmp_path: Path) -> None:
    long = replace(EVENTS, metrics=(replace(METRICS[0], days=18.5),))
    (tmp_path / "x").mkdir()
    (tmp_path / "assigned.csv").write_text(ASSIGNED)
    (tmp_path / "happened.csv").write_text(HAPPENED)
    with open_tables() as duck:
        load_table(duck, tmp_path / "assigned.csv", "assigned_file")
        load_table(duck, tmp_path / "happened.csv", "happened_file")
        names = EventColumns("customer", "at", "name", "amount")
        assert units_from_events(duck, "assigned_file", "happened_file", long, names).open_windows == 2


def test_rows_of_one_customer_add_up_and_the_first_arm_stays() -> None:
    columns = {
        "customer": np.array(["a", "b", "a", "c", "a"], dtype=object),
        "arm": np.array(["email", "control", "control", "email", "email"], dtype=object),
        "converted": np.array([1.0, 0.0, 1.0, np.nan, 0.0]),
        "revenue": np.array([5.0, 0.0, 2.0, 0.0, 1.0]),
    }
    with given(columns) as duck:
        intake = units_from_table(duck, "given", EXPERIMENT)
        rate, revenue = intake.columns["converted"].value, intake.columns["revenue"].value
        rows = duck.execute(f"SELECT unit, arm, {rate}, {revenue} FROM units ORDER BY unit").fetchall()

    assert rows == [("a", "email", 1.0, 8.0), ("b", "control", 0.0, 0.0), ("c", "email", 0.0, 0.0)]
    assert (intake.rows, intake.units, intake.mixed, intake.repeated) == (5, 3, 1, 2)
    assert intake.missing == {"converted": 1}


def test_numbers_that_are_none_count_as_missing() -> None:
    columns = {
        "customer": np.arange(4),
        "arm": np.array(["email", "control", "email", "control"], dtype=object),
        "converted": np.array([1.0, np.inf, 0.0, 1.0]),
        "revenue": np.array([5.0, 2.0, np.nan, 0.0]),
        "before": np.array([1.0, np.nan, 3.0, -np.inf]),
    }
    experiment = replace(EXPERIMENT, covariates=("before",))
    with given(columns) as duck:
        intake = units_from_table(duck, "given", experiment)
        asked = [intake.columns["revenue"].value, *intake.columns["revenue"].covariates]
        rows = duck.execute(f"SELECT {', '.join(asked)} FROM units ORDER BY unit").fetchall()

    assert rows == [(5.0, 1.0), (2.0, 2.0), (0.0, 3.0), (0.0, 2.0)]
    assert intake.missing == {"converted": 1, "revenue": 1}


def test_a_slip_in_an_event_s_name_is_told(tmp_path: Path) -> None:
    with pytest.raises(SegueError, match=r"No event is named 'ordre'.*order, visit"):
        read_events(tmp_path, replace(EVENTS, metrics=(*METRICS, Metric(metric="x", event="ordre"))))


def test_an_outcome_that_is_a_word_is_refused() -> None:
    columns = {name: np.array(["x", "y"], dtype=object) for name in ("customer", "arm", "converted", "revenue")}

    with given(columns) as duck, pytest.raises(SegueError, match="is no number"):
        units_from_table(duck, "given", EXPERIMENT)


def test_a_column_with_too_many_groups_is_refused() -> None:
    columns = {
        "customer": np.arange(2000),
        "arm": np.array(["control", "email"] * 1000, dtype=object),
        "converted": np.ones(2000),
        "revenue": np.ones(2000),
        "town": np.array([f"t{index}" for index in range(2000)], dtype=object),
    }
    for experiment in (replace(EXPERIMENT, by="town"), replace(EXPERIMENT, covariates=("town",))):
        with given(columns) as duck, pytest.raises(SegueError, match="'town' has 2,000 values"):
            units_from_table(duck, "given", experiment)


def test_a_missing_column_is_named() -> None:
    with given({"customer": np.array([1, 2])}) as duck, pytest.raises(SegueError, match="no column 'arm', 'converted'"):
        units_from_table(duck, "given", EXPERIMENT)
