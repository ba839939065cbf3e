"""Plans: what was told is taken; what was not is guessed only where it can be."""

import pytest

from segue.measurement.experiments.plans import plan_of
from segue.model.errors import SegueError


def test_a_plan_that_was_told_is_taken_as_weights() -> None:
    plan = plan_of({"control": 1, "email": 9}, {"control": 5, "email": 5})

    assert plan.shares == pytest.approx({"control": 0.1, "email": 0.9})
    assert plan.words == ""


@pytest.mark.parametrize(
    ("units", "shares"),
    [
        ({"a": 5000, "b": 5100}, {"a": 0.5, "b": 0.5}),
        ({"a": 6000, "b": 4000}, {"a": 0.5, "b": 0.5}),
        ({"a": 14990, "b": 85010}, {"a": 0.15, "b": 0.85}),
        ({"a": 16800, "b": 83200}, {"a": 0.17, "b": 0.83}),
        ({"a": 3400, "b": 3300, "c": 3300}, {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}),
        ({"a": 33_000, "b": 34_000, "c": 33_000}, {"a": 0.33, "b": 0.34, "c": 0.33}),
        ({"a": 35_000, "b": 34_000, "c": 31_000}, {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}),
        ({"a": 165_000, "b": 835_000}, None),
    ],
)
def test_a_plan_that_nobody_told_is_guessed_with_words(units: dict[str, int], shares: dict[str, float] | None) -> None:
    plan = plan_of({}, units)

    assert plan.shares == (pytest.approx(shares) if shares else None)
    assert "--split" in plan.words


@pytest.mark.parametrize("told", [{"a": 1.0}, {"a": 1.0, "b": 1.0, "c": 1.0}, {"a": 0.0, "b": 1.0}])
def test_a_plan_of_other_arms_is_refused(told: dict[str, float]) -> None:
    with pytest.raises(SegueError):
        plan_of(told, {"a": 10, "b": 10})
