"""SQL sums are numpy's, whatever the order of the customers and however large the numbers."""

import numpy as np
import pytest
from msgspec.structs import replace

from segue.measurement.experiments.sums import sum_up
from segue.measurement.experiments.units import units_from_table
from segue.measurement.statistics.moments import moments_of
from tests.measurement.experiments.made_up import EXPERIMENT, RATE, RATIO, REVENUE, given, made_up

EVERYTHING = replace(EXPERIMENT, metrics=(RATE, REVENUE, RATIO), covariates=("before", "country"), by="country")
COLUMNS = made_up({"control": 3000, "email": 5000}, {"control": 0.1, "email": 0.15})
OF = {
    "converted": ["converted", "before"],
    "revenue": ["revenue", "before"],
    "per_order": ["revenue", "orders", "before"],
}


def summed(columns: dict[str, np.ndarray]) -> dict:
    with given(columns) as duck:
        return sum_up(duck, EVERYTHING, units_from_table(duck, "given", EVERYTHING).columns, in_halves=True)


@pytest.mark.parametrize("arm", ["control", "email"])
@pytest.mark.parametrize("metric", list(OF))
def test_moments_are_those_of_the_columns(metric: str, arm: str) -> None:
    found = summed(COLUMNS)[metric]

    values = np.column_stack([COLUMNS[name] for name in OF[metric]]).astype(float)
    if metric == "revenue":
        paid = values[values[:, 0] > 0, 0]
        assert found.cap == pytest.approx(np.quantile(paid, 0.99))
        values[:, 0] = np.minimum(values[:, 0], found.cap)
    expected = moments_of(values[COLUMNS["arm"] == arm])
    assert found.of(arm).count == expected.count
    assert found.of(arm).mean == pytest.approx(expected.mean, rel=1e-11)
    assert found.of(arm).covariance == pytest.approx(expected.covariance, rel=1e-9)
    assert found.of(arm).third == pytest.approx(expected.third if metric == "revenue" else 0.0, rel=1e-9)


def test_plain_amounts_and_converters_stand_beside() -> None:
    cells = [cell for cell in summed(COLUMNS)["revenue"].cells if cell.arm == "email"]

    is_email = COLUMNS["arm"] == "email"
    assert sum(cell.converters for cell in cells) == (COLUMNS["revenue"][is_email] > 0).sum()
    total = sum(cell.plain.count * cell.plain.mean[0] for cell in cells)
    assert total == pytest.approx(COLUMNS["revenue"][is_email].sum())
    assert {(cell.group, cell.half) for cell in cells} == {(group, half) for group in ("at", "de") for half in (0, 1)}


def test_the_order_of_customers_does_not_matter() -> None:
    order = np.random.default_rng(5).permutation(len(COLUMNS["arm"]))

    found, again = summed(COLUMNS), summed({name: values[order] for name, values in COLUMNS.items()})

    for metric in OF:
        assert again[metric].cap == found[metric].cap
        assert again[metric].of("email").covariance == pytest.approx(found[metric].of("email").covariance, rel=1e-9)


def test_a_large_offset_costs_no_digits() -> None:
    moved = {**COLUMNS, "revenue": COLUMNS["revenue"] + 1e9}
    experiment = replace(EXPERIMENT, metrics=(replace(REVENUE, kind="mean"),))
    with given(moved) as duck:
        found = sum_up(duck, experiment, units_from_table(duck, "given", experiment).columns)["revenue"].of("email")

    assert found.covariance[0, 0] == pytest.approx(moved["revenue"][COLUMNS["arm"] == "email"].var(ddof=1), rel=1e-6)
