import pytest

from segue.core.journeys.stages import enter_stage, note_progress, recovery
from segue.model.journeys import Stage
from segue.model.steps import EventMatch, Goal, Wait
from segue.model.time import DAY, HOUR
from tests.builders import NOW, fact, run, view
from tests.core.journeys.running import EMPTY, after, compiled, journey, only

JOURNEY = journey(
    Goal(id="hello"),
    Wait(id="look", after="30d", stage="awareness"),
    Wait(id="think", after="30d", next="buy"),
    Wait(id="call", after="1h", next="look"),
    Wait(id="buy", after="30d", stage="conversion"),
    stages=(
        Stage(stage="awareness", expect=EventMatch(event="click"), within="3d", recover="call"),
        Stage(stage="conversion", within="5d"),
    ),
)
PLANS = compiled(JOURNEY)
PLAN = PLANS.by_name["reorder"]


def test_a_step_belongs_to_the_stage_before_it_and_a_recovery_to_the_one_it_recovers() -> None:
    assert PLAN.stage_of == {
        "look": "awareness",
        "think": "awareness",
        "call": "awareness",
        "buy": "conversion",
    }


def test_coming_to_another_stage_is_progress_and_staying_in_one_is_not() -> None:
    assert enter_stage(run(step="look"), PLAN, NOW).stage_at == NOW
    inside = run(step="think", stage="awareness", stage_at=NOW - DAY)
    assert enter_stage(inside, PLAN, NOW) is inside
    assert enter_stage(run(step="hello", stage="awareness"), PLAN, NOW).stage == "awareness"


@pytest.mark.parametrize(
    ("stage", "since", "name", "begins"),
    [
        ("awareness", NOW - DAY, "click", NOW),
        ("awareness", NOW - DAY, "other", NOW - DAY),
        ("awareness", 0, "click", 0),
        ("conversion", NOW - DAY, "click", NOW - DAY),
        ("", 0, "click", 0),
    ],
)
def test_the_progress_that_is_expected_begins_the_stage_anew(stage: str, since: int, name: str, begins: int) -> None:
    assert note_progress(run(stage=stage, stage_at=since), PLAN, view(seen=fact(name))).stage_at == begins


@pytest.mark.parametrize(
    ("stage", "since", "step"),
    [
        ("awareness", NOW - 3 * DAY, "call"),
        ("awareness", NOW - 3 * DAY + 1, ""),
        ("awareness", 0, ""),
        ("conversion", NOW - 9 * DAY, ""),
        ("", 0, ""),
    ],
)
def test_who_makes_no_progress_has_departed_once_in_a_visit(stage: str, since: int, step: str) -> None:
    assert recovery(run(stage=stage, stage_at=since), PLAN, NOW) == step


def test_a_departed_customer_is_won_back_once_until_they_come_to_another_stage() -> None:
    begun = after(EMPTY, PLANS, "lapsed").enrollments
    departed = after(begun, PLANS, now=NOW + 3 * DAY)
    assert [(m.step, m.to, m.how, m.detail) for m in departed.moved] == [("look", "call", "exited", "departed")]
    back = after(departed.enrollments, PLANS, now=NOW + 3 * DAY + HOUR)
    assert (only(back).step, only(back).stage_at) == ("look", 0)
    assert after(back.enrollments, PLANS, seen=fact("click"), now=NOW + 8 * DAY).enrollments == back.enrollments
