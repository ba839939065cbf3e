import pytest

from segue.core.facts import Fact
from segue.core.journeys.matching import Awaited, compile_match, concerns
from segue.core.view import Condition
from segue.model.steps import EventMatch
from tests.builders import ALWAYS, NEVER_TRUE, fact, run, view


@pytest.mark.parametrize(
    ("seen", "is_concerned"),
    [
        (fact("order"), True),
        (fact("message_opened", run_id="run-1"), True),
        (fact("message_opened", run_id="run-2"), False),
        (fact("message_opened", run_id=""), False),
        (fact("message_opened"), False),
        (fact("delivery_opened"), True),
    ],
)
def test_what_is_told_of_a_message_concerns_only_the_run_that_sent_it(seen: Fact, is_concerned: bool) -> None:
    assert concerns(run(), seen) is is_concerned


@pytest.mark.parametrize(
    ("name", "when", "is_match"),
    [("order", None, True), ("order", ALWAYS, True), ("order", NEVER_TRUE, False), ("click", None, False)],
)
def test_an_event_matches_by_its_name_and_its_condition(name: str, when: Condition | None, is_match: bool) -> None:
    assert Awaited("order", when, None).matches(run(), view(seen=fact(name))) is is_match


def test_a_match_leads_to_the_following_step_unless_it_says_otherwise() -> None:
    assert compile_match(EventMatch(event="order"), {"k.when": ALWAYS}, "k", "after") == Awaited(
        "order", ALWAYS, "after"
    )
    assert compile_match(EventMatch(event="order", next="b"), {}, "k", "after") == Awaited("order", None, "b")
