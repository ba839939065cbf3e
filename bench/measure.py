"""Measurement at size: 20 metrics of 1,000,000 customers, from the loaded table to verdicts, beside other ways.

A made-up experiment: 10 % control, 8 rates, 8 revenues and 4 ratios of what 1,000,000 customers did, each beside a
covariate from before (CUPED), revenue capped and plain. What is timed begins with a table in DuckDB's memory and ends
with every interval, adjusted p-value and sentence. The rates also from numpy arrays; libraries are not installed here.
Seconds are CPU seconds of all threads together, which no load of the machine changes; wall seconds stand beside them.
Then paths, where `bench.measure_paths` is there.

    python3 dev.py bench measure [--quick]
"""

import argparse
import importlib
import importlib.util
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from bench.report import report, show
from segue.measurement.experiments.description import Experiment, Metric
from segue.measurement.experiments.files import open_tables
from segue.measurement.experiments.reading import read_experiment
from segue.measurement.experiments.units import units_from_table
from segue.measurement.statistics.adjustment import cuped
from segue.measurement.statistics.means import compare
from segue.measurement.statistics.moments import mean_sample, moments_of

CUSTOMERS, QUICK = 1_000_000, 20_000
QUICK_PATHS = 2000
RATES, REVENUES, RATIOS = 8, 8, 4
REPEATS = 5
GOAL_SECONDS = 1.0
LIBRARIES = ("tea_tasting", "statsmodels")

Row = tuple[object, ...]


def main(arguments: list[str] | None = None) -> None:
    """Measure, print, write ``bench/results/measure.json``."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="few customers, to see that it runs")
    options = parser.parse_args(arguments)
    rows, figures = bench_experiments(QUICK if options.quick else CUSTOMERS)
    if importlib.util.find_spec("bench.measure_paths"):
        bench_paths = importlib.import_module("bench.measure_paths").bench_paths
        more_rows, more_figures = bench_paths(QUICK_PATHS) if options.quick else bench_paths()
        rows, figures = [*rows, *more_rows], {**figures, **more_figures}
    headers = ("work", "rows", "CPU s", "wall s", "goal s")
    if options.quick:
        show(headers, rows)
    else:
        report("measure", headers, rows, figures)


def bench_experiments(customers: int) -> tuple[list[Row], dict[str, float]]:
    """Return the table's rows and the figures of 20 metrics of so many customers."""
    experiment = _experiment()
    with open_tables(threads=2) as duck:
        load = _timed(lambda: _make(duck, customers), 1)
        intake_times = _timed(lambda: units_from_table(duck, "given", experiment), 1)
        intake = units_from_table(duck, "given", experiment)
        ours = _timed(lambda: read_experiment(duck, experiment, intake), REPEATS)
        found = read_experiment(duck, experiment, intake)
        arrays = duck.execute("SELECT * EXCLUDE (customer) FROM given").fetchnumpy()
        theirs = _timed(lambda: _by_numpy(arrays), 1)
    assert len(found.readings) == RATES + REVENUES + RATIOS
    goal = GOAL_SECONDS if customers == CUSTOMERS else None
    rows: list[Row] = [
        ("20 metrics: verdicts with intervals", customers, *_told(ours), goal),
        ("  before: one row for each customer", customers, *_told(intake_times), None),
        ("  before: made up in DuckDB", customers, *_told(load), None),
        (f"numpy arrays: the {RATES} rates, CUPED", customers, *_told(theirs), None),
    ]
    rows += [
        (f"{name}: not installed in this environment", None, None, None, None)
        for name in LIBRARIES
        if not importlib.util.find_spec(name)
    ]
    figures = {
        "seconds_20x1m": ours[1],
        "wall_seconds_20x1m": ours[0],
        "seconds_intake_20x1m": intake_times[1],
        f"seconds_numpy_{RATES}x1m": theirs[1],
        "customers": float(customers),
        "goal_seconds_20x1m": GOAL_SECONDS,
    }
    return rows, figures


def _experiment() -> Experiment:
    metrics = [Metric(metric=f"rate{i}", column=f"rate{i}", kind="rate") for i in range(RATES)]
    metrics += [Metric(metric=f"revenue{i}", column=f"revenue{i}", kind="revenue") for i in range(REVENUES)]
    metrics += [Metric(metric=f"ratio{i}", column=f"over{i}", per=f"under{i}", kind="ratio") for i in range(RATIOS)]
    return Experiment(
        unit="customer",
        arm="arm",
        control="control",
        metrics=tuple(metrics),
        covariates=("before",),
        split={"control": 0.1, "orchestrated": 0.9},
    )


def _make(duck: Any, customers: int) -> None:
    columns = [f"(random() < 0.05 + 0.01 * before)::INT AS rate{i}" for i in range(RATES)]
    columns += [f"if(random() < 0.03, exp(3 + 2 * random() + 0.1 * before), 0) AS revenue{i}" for i in range(REVENUES)]
    columns += [f"floor(random() * 5 + before) AS over{i}, 1 + floor(random() * 5) AS under{i}" for i in range(RATIOS)]
    duck.execute("SELECT setseed(0.5)")
    duck.execute(
        "CREATE OR REPLACE TABLE given AS SELECT 'c' || i AS customer, i AS row_number__,"
        f" if(hash(i) % 10 = 0, 'control', 'orchestrated') AS arm, before, {', '.join(columns)}"
        f" FROM (SELECT i, random() AS before FROM range({customers}) AS r(i))"
    )


def _by_numpy(arrays: dict[str, Any]) -> None:
    """Compare the rates with CUPED, from whole arrays."""
    is_control = arrays["arm"] == "control"
    for index in range(RATES):
        values = np.column_stack([arrays[f"rate{index}"], arrays["before"]]).astype(np.float64)
        samples = [mean_sample(moments_of(values[mask])) for mask in (is_control, ~is_control)]
        compare(*cuped(samples))


def _told(seconds: tuple[float, float]) -> tuple[str, str]:
    wall, cpu = seconds
    return f"{cpu:.3f}", f"{wall:.3f}"


def _timed(act: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Return the shortest wall and CPU seconds of so many runs."""
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        act()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return round(min(walls), 3), round(min(cpus), 3)


if __name__ == "__main__":
    main()
