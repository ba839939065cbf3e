"""The hunt, and the seeds that every run of the tests looks through: `dev.py torture` looks through many more."""

import pytest

from segue.simulation.checkers.every import Violation
from segue.simulation.faults import hunting
from segue.simulation.faults.hunting import Failure, hunt, try_seed

SEEDS = 200


@pytest.mark.parametrize("first", range(0, SEEDS, 50))
def test_every_invariant_holds_whatever_goes_wrong(first: int) -> None:
    failures = [failure.line for failure in hunt(range(first, first + 50)) if failure is not None]
    assert failures == []


def test_a_failing_seed_is_one_line_with_the_command_that_shows_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    violations = [Violation("once", "delivery d1 was taken 2 times"), Violation("caps", "exceeded")]
    monkeypatch.setattr(hunting, "check_every", lambda _: violations)
    failure = try_seed(17)
    assert failure == Failure(17, tuple(violations))
    assert failure.line == (
        "seed 17: once: delivery d1 was taken 2 times (and 1 more) · python -m segue.simulation.faults --seeds 17"
    )


def test_an_error_is_a_failure_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ValueError("it broke")

    monkeypatch.setattr(hunting, "simulate", fail)
    failure = try_seed(1)
    assert failure is not None
    assert failure.line.startswith("seed 1: running: ValueError: it broke · ")


def test_the_hunt_ends_when_its_time_is_over() -> None:
    assert list(hunt(range(10), seconds=-1.0)) == []
