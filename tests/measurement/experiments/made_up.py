"""Made-up experiments, as tables in DuckDB."""

from typing import Any

import numpy as np

from segue.measurement.experiments.description import Experiment, Metric
from segue.measurement.experiments.files import open_tables
from segue.measurement.experiments.reading import read_experiment
from segue.measurement.experiments.results import Report
from segue.measurement.experiments.units import units_from_table

RATE = Metric(metric="converted", column="converted", kind="rate")
REVENUE = Metric(metric="revenue", column="revenue", kind="revenue")
RATIO = Metric(metric="per_order", column="revenue", per="orders", kind="ratio")
EXPERIMENT = Experiment(unit="customer", arm="arm", control="control", metrics=(RATE, REVENUE))


def made_up(arms: dict[str, int], rates: dict[str, float], seed: int = 1) -> dict[str, np.ndarray]:
    """Return columns of an experiment in a random order of customers: who converts, for how much, what was before."""
    rng = np.random.default_rng(seed)
    arm = rng.permutation(np.repeat(list(arms), list(arms.values())))
    before = rng.random(len(arm))
    chance = np.array([rates[name] for name in arm]) * (0.5 + before)
    converted = (rng.random(len(arm)) < chance).astype(np.int64)
    orders = converted * rng.integers(1, 4, len(arm))
    return {
        "customer": np.array([f"c{index}" for index in range(len(arm))], dtype=object),
        "arm": arm.astype(object),
        "converted": converted,
        "orders": orders,
        "revenue": orders * rng.lognormal(3.0, 1.0, len(arm)),
        "before": before,
        "country": np.where(before > 0.6, "de", "at").astype(object),
    }


def given(columns: dict[str, np.ndarray]) -> Any:
    """Return a database with the columns as the table ``given``, as `load_table` would leave it."""
    duck = open_tables()
    duck.register("arrays", columns)
    duck.execute("CREATE TABLE given AS SELECT *, row_number() OVER () AS row_number__ FROM arrays")
    return duck


def told(columns: dict[str, np.ndarray], experiment: Experiment = EXPERIMENT) -> Report:
    """Return what the experiment says of the columns."""
    with given(columns) as duck:
        return read_experiment(duck, experiment, units_from_table(duck, "given", experiment))
