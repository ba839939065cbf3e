"""The kit itself: for each promise, a policy that breaks only this one is caught by its case."""

from collections.abc import Sequence

import pytest

from segue.core.catalogue import Scored
from segue.core.decisioning.policies.random import RandomPolicy
from segue.core.view import View
from segue.testing.conformance.policy import CASES


class Nameless(RandomPolicy):
    name = "random"


class Greedy(RandomPolicy):
    """Gives everybody everything."""

    def probabilities(self, view: View, candidates: Sequence[Scored]) -> tuple[float, ...]:
        return (1.0,) * len(candidates)


class Talkative(RandomPolicy):
    """Never silent, not even alone: says so with nothing instead of a certainty."""

    def probabilities(self, view: View, candidates: Sequence[Scored]) -> tuple[float, ...]:
        return super().probabilities(view, candidates) if len(candidates) > 1 else (0.0,)


class Moody(RandomPolicy):
    """Prefers the first candidate when asked for the first time, the last one later."""

    def __init__(self) -> None:
        self.asked = 0

    def probabilities(self, view: View, candidates: Sequence[Scored]) -> tuple[float, ...]:
        self.asked += 1
        rest = [0.0] * (len(candidates) - 1)
        return (1.0, *rest) if self.asked < 9 else (*rest, 1.0)


class Meddling(RandomPolicy):
    """Leaves a note in the customer's traits."""

    def probabilities(self, view: View, candidates: Sequence[Scored]) -> tuple[float, ...]:
        view.traits["seen"] = True
        return super().probabilities(view, candidates)


class FirstComeFirstServed(RandomPolicy):
    def probabilities(self, view: View, candidates: Sequence[Scored]) -> tuple[float, ...]:
        return (1.0, *[0.0] * (len(candidates) - 1))


class Curious(RandomPolicy):
    """Cannot do without a trait."""

    def probabilities(self, view: View, candidates: Sequence[Scored]) -> tuple[float, ...]:
        assert view.traits["tier"]
        return super().probabilities(view, candidates)


@pytest.mark.parametrize(
    ("number", "policy"),
    [
        ("PO-01", Nameless()),
        ("PO-02", Greedy()),
        ("PO-03", Talkative()),
        ("PO-04", Moody()),
        ("PO-05", Meddling()),
        ("PO-06", FirstComeFirstServed()),
        ("PO-07", Curious()),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_each_promise_broken_is_caught_by_its_case(number: str, policy: RandomPolicy) -> None:
    case = next(case for case in CASES if case.number == number)
    with pytest.raises((AssertionError, KeyError)):
        case.check(policy)


def test_the_cases_are_numbered_in_order() -> None:
    assert [case.number for case in CASES] == [f"PO-{number:02}" for number in range(1, len(CASES) + 1)]
    assert str(CASES[0]) == "PO-01 has a name and a version"
