from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.arbitration.rules.ignored import PatiencePlan, check_ignored, compile_patience
from segue.core.arbitration.verdicts import Verdict
from segue.model.customers import Contact
from segue.model.decisions import Reason
from segue.model.time import DAY, HOUR, Instant
from tests.builders import NOW, action, candidate, contact

TWICE = PatiencePlan(2, 3 * DAY)


def sent(days_ago: float, engaged: int = 0, **changes: Any) -> Contact:
    about: dict[str, Any] = {"action": "offer", "engaged_at": engaged} | changes
    return contact(int(NOW - days_ago * DAY), **about)


def test_patience_is_compiled_for_actions_that_are_given_up_at_some_point() -> None:
    actions = (action("offer", give_up_after=2, ignored_within="12h"), action("receipt"))
    assert compile_patience(actions) == {"offer": PatiencePlan(2, 12 * HOUR)}


@pytest.mark.parametrize(
    ("ledger", "count"),
    [
        ((), 0),
        ((sent(9),), 0),
        ((sent(9), sent(6)), 2),
        ((sent(12), sent(9), sent(6)), 3),
        ((sent(9), sent(2.9)), 0),
        ((sent(9), sent(6), sent(1)), 2),
        ((sent(9), sent(6, engaged=NOW - 5 * DAY)), 0),
        ((sent(9, engaged=NOW), sent(6)), 0),
        ((sent(9, engaged=NOW - 8 * DAY), sent(6), sent(5)), 2),
        ((sent(9), sent(6, state="ghost")), 0),
        ((sent(9), sent(6, state="reserved")), 0),
        ((sent(9), sent(6, action="other")), 0),
    ],
)
def test_an_action_is_given_up_when_it_was_ignored_so_many_times_in_a_row(
    ledger: tuple[Contact, ...], count: int
) -> None:
    verdict = check_ignored(candidate(), ledger, NOW, TWICE)
    assert verdict == (Verdict(Reason.IGNORED, f"{count} in a row") if count else None)


@pytest.mark.parametrize(("age", "is_ignored"), [(3 * DAY, True), (3 * DAY - 1, False)])
def test_a_contact_is_ignored_from_exactly_when_its_time_is_over(age: int, is_ignored: bool) -> None:
    ledger = (sent(9), contact(NOW - age, action="offer"))
    assert (check_ignored(candidate(), ledger, NOW, TWICE) is not None) is is_ignored


@given(st.lists(st.booleans(), max_size=8), st.integers(1, 4))
def test_only_the_run_of_ignored_ones_since_the_last_engagement_matters(engaged: list[bool], times: int) -> None:
    ledger = tuple(sent(100 - number, engaged=NOW if is_engaged else 0) for number, is_engaged in enumerate(engaged))
    in_a_row = len(engaged) - max((n + 1 for n, is_engaged in enumerate(engaged) if is_engaged), default=0)
    verdict = check_ignored(candidate(), ledger, NOW, PatiencePlan(times, 3 * DAY))
    assert (verdict is not None) == (in_a_row >= times)
    assert check_ignored(candidate(), ledger, Instant(NOW + DAY), PatiencePlan(times, 3 * DAY)) == verdict
