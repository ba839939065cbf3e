from typing import Any

import pytest

from segue.core.view import Condition, View
from tests.builders import NOW, fact, profile


def test_a_condition_sees_traits_features_event_run_and_the_moment() -> None:
    seen: list[tuple[Any, ...]] = []

    def remember(*sides: Any) -> str:
        seen.append(sides)
        return "answer"

    here = View(profile(traits={"tier": "gold"}, features={"orders": 2}), fact("order", total=9), NOW, "UTC")
    assert here.value(remember, {"cart": "c1"}) == "answer"
    assert here.value(remember) == "answer"
    assert seen == [
        ({"tier": "gold"}, {"orders": 2}, {"total": 9}, {"cart": "c1"}, NOW),
        ({"tier": "gold"}, {"orders": 2}, {"total": 9}, {}, NOW),
    ]


@pytest.mark.parametrize(("answer", "holds"), [(True, True), (False, False), (None, False), (1, False), ("yes", False)])
def test_a_condition_holds_only_when_it_is_true(answer: object, holds: bool) -> None:
    condition: Condition = lambda traits, features, event, run, now: answer  # noqa: E731
    assert View(profile(), fact(), NOW, "UTC").holds(condition) is holds


def test_no_condition_always_holds() -> None:
    assert View(profile(), fact(), NOW, "UTC").holds(None)
