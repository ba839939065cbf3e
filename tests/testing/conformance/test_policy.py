"""The kit itself: for each promise, a policy that breaks only this one is caught by its case."""

from collections.abc import Sequence
from math import nan

import pytest
from msgspec.structs import replace

from segue.core.catalogue import Scored
from segue.core.decisioning.context import Context
from segue.core.decisioning.policies.random import RandomPolicy
from segue.core.decisioning.policies.rules import RulesPolicy
from segue.core.decisioning.policy import Policy, Unready
from segue.testing.conformance.policy import CASES, CONTEXT


class Nameless(RandomPolicy):
    name = "random"


class Greedy(RandomPolicy):
    """Gives everybody everything."""

    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        return (1.0,) * len(candidates)


class Talkative(RandomPolicy):
    """Never silent, not even alone: says so with nothing instead of a certainty."""

    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        return super().probabilities(context, candidates) if len(candidates) > 1 else (0.0,)


class Moody(RandomPolicy):
    """Prefers the first candidate when asked for the first time, the last one later."""

    def __init__(self) -> None:
        self.asked = 0

    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        self.asked += 1
        rest = [0.0] * (len(candidates) - 1)
        return (1.0, *rest) if self.asked < 9 else (*rest, 1.0)


class Meddling(RandomPolicy):
    """Leaves a note among the candidates' scores."""

    def score(self, context: Context, candidates: Sequence[Scored]) -> Sequence[Scored]:
        for each in candidates:
            each.scores["seen"] = 1.0
        return candidates


class FirstComeFirstServed(RandomPolicy):
    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        return (1.0, *[0.0] * (len(candidates) - 1))


class Curious(RandomPolicy):
    """Cannot do without a value, and does not say so."""

    def score(self, context: Context, candidates: Sequence[Scored]) -> Sequence[Scored]:
        assert context.values[1] >= 0.0
        return candidates


class Vague(RandomPolicy):
    """Gives a reason of its own."""

    def score(self, context: Context, candidates: Sequence[Scored]) -> Sequence[Scored]:
        if not context.values:
            raise Unready("too_early")
        return candidates


class Forgetful(RandomPolicy):
    """Scores all but the last candidate."""

    def score(self, context: Context, candidates: Sequence[Scored]) -> Sequence[Scored]:
        return candidates[:-1] if len(candidates) > 1 else candidates


class Boundless(RandomPolicy):
    def score(self, context: Context, candidates: Sequence[Scored]) -> Sequence[Scored]:
        return [replace(each, total=each.total + 1.8e308) for each in candidates]


class Timid(RulesPolicy):
    """Leaves the decision to others where there is more than one candidate."""

    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        if len(candidates) == 4:
            raise Unready("no_model")
        return super().probabilities(context, candidates)


class Drifting(RandomPolicy):
    """Moves a little with each question."""

    def __init__(self) -> None:
        self.asked = 0

    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        self.asked += 1
        share = 1.0 / (self.asked + 1)
        return (1.0,) if len(candidates) == 1 else (1.0 - share, *[0.0] * (len(candidates) - 2), share)


class Nosy(RandomPolicy):
    """Compares each customer with the one before."""

    def __init__(self) -> None:
        self.before: tuple[float, ...] = ()

    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        is_more, self.before = context.values > self.before, context.values
        rest = [0.0] * (len(candidates) - 1)
        return (1.0, *rest) if is_more else (*rest, 1.0)


class Fragile(RandomPolicy):
    """Passes on what is no number."""

    def probabilities(self, context: Context, candidates: Sequence[Scored]) -> tuple[float, ...]:
        odd = any(value != value for value in context.values)
        return (nan,) * len(candidates) if odd else super().probabilities(context, candidates)


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
        ("PO-07", Vague()),
        ("PO-08", Forgetful()),
        ("PO-08", Boundless()),
        ("PO-09", Timid()),
        ("PO-10", Drifting()),
        ("PO-11", Nosy()),
        ("PO-12", Fragile()),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_each_promise_broken_is_caught_by_its_case(number: str, policy: Policy) -> None:
    case = next(case for case in CASES if case.number == number)
    with pytest.raises((AssertionError, IndexError)):
        case.check(policy)


def test_a_policy_is_asked_about_the_context_that_it_can_decide_in() -> None:
    seen: list[Context] = []

    class Watchful(RandomPolicy):
        def score(self, context: Context, candidates: Sequence[Scored]) -> Sequence[Scored]:
            seen.append(context)
            return candidates

    other = replace(CONTEXT, names=("one", "age", "fatigue_dose"))
    CASES[1].check(Watchful(), other)
    assert seen
    assert all(context is other for context in seen)


def test_the_cases_are_numbered_in_order() -> None:
    assert [case.number for case in CASES] == [f"PO-{number:02}" for number in range(1, len(CASES) + 1)]
    assert str(CASES[0]) == "PO-01 has a name and a version"
