import pytest
from msgspec.structs import replace

from segue.core.facts import Fact
from segue.core.journeys.matching import Awaited, compile_match, concerns
from segue.core.view import Condition, View
from segue.model.customers import Profile
from segue.model.steps import EventMatch
from segue.model.time import DAY, Instant
from tests.builders import ALWAYS, NEVER_TRUE, NOW, fact, run, view


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
    assert concerns(run(), view(seen=seen)) is is_concerned


@pytest.mark.parametrize(("ago", "is_concerned"), [(3 * DAY, True), (3 * DAY + 1, False)])
def test_what_had_long_happened_when_a_run_began_does_not_concern_it(ago: int, is_concerned: bool) -> None:
    begun = run(entered_at=NOW)
    seen = View(Profile(), replace(fact("order"), at=Instant(NOW - ago)), NOW, "UTC", late_after=3 * DAY)
    assert concerns(begun, seen) is is_concerned


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
