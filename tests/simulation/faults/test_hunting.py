"""The hunt, and the seeds that every run of the tests looks through: `dev.py torture` looks through many more."""

from collections.abc import Sequence

import pytest

from segue.simulation.checkers.every import Violation
from segue.simulation.faults import hunting
from segue.simulation.faults.coverage import wanted
from segue.simulation.faults.hunting import Tried, coverage, hunt, try_seed

SEEDS = 200


@pytest.fixture(scope="module")
def tried() -> Sequence[Tried]:
    return tuple(hunt(range(SEEDS)))


def test_every_invariant_holds_whatever_goes_wrong(tried: Sequence[Tried]) -> None:
    assert [each.failure for each in tried if each.failure] == []


def test_every_fault_strikes_and_every_checker_has_something_to_check(tried: Sequence[Tried]) -> None:
    seen = coverage(tried)
    assert [what for what in wanted() if not seen[what]] == []


def test_a_failing_seed_is_one_line_with_the_command_that_shows_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    violations = [Violation("once", "delivery d1 was taken 2 times"), Violation("caps", "exceeded")]
    monkeypatch.setattr(hunting, "check_every", lambda _: violations)
    assert try_seed(17).failure == (
        "seed 17: once: delivery d1 was taken 2 times (and 1 more) · python -m segue.simulation.faults --seeds 17"
    )


def test_an_error_is_a_failure_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("it broke")

    monkeypatch.setattr(hunting, "simulate", fail)
    assert try_seed(1).failure.startswith("seed 1: running: ValueError: it broke · ")


def test_the_hunt_ends_when_its_time_is_over() -> None:
    assert list(hunt(range(10), seconds=-1.0)) == []


def test_several_processes_try_the_same_seeds_in_the_same_order() -> None:
    assert list(hunt(range(1, 5), processes=2)) == list(hunt(range(1, 5)))
