import pytest

from segue.core.journeys.compiled import due_of
from segue.model.journeys import Stage
from segue.model.runs import Run
from segue.model.steps import EventMatch, Goal, Wait
from segue.model.time import DAY, NEVER, Instant
from tests.builders import NOW, run
from tests.core.journeys.running import compiled, journey

PLAN = compiled(
    journey(
        Wait(id="first", after="1d", stage="awareness"),
        Goal(id="back"),
        expires_after="9d",
        stages=(Stage(stage="awareness", expect=EventMatch(event="click"), within="3d", recover="back"),),
    )
).by_name["reorder"]


@pytest.mark.parametrize(
    ("where", "due"),
    [
        (run(wake_at=NOW + DAY), NOW + DAY),
        (run(wake_at=NEVER), NOW + 9 * DAY),
        (run(wake_at=NEVER, stage="awareness", stage_at=NOW), NOW + 3 * DAY),
        (run(wake_at=NEVER, stage="awareness", stage_at=0), NOW + 9 * DAY),
        (run(wake_at=NEVER, stage="conversion", stage_at=NOW), NOW + 9 * DAY),
        (run(wake_at=NOW + DAY, paused_until=NOW + 2 * DAY), NOW + 2 * DAY),
        (run(wake_at=NOW + DAY, paused_until=NOW + 20 * DAY), NOW + 9 * DAY),
    ],
)
def test_a_run_is_woken_by_the_first_of_its_step_its_stage_its_pause_and_its_end(where: Run, due: int) -> None:
    assert due_of(where, PLAN) == Instant(due)


def test_nothing_is_due_in_a_paused_journey() -> None:
    paused = compiled(journey(status="paused", expires_after="1d")).by_name["reorder"]
    assert due_of(run(wake_at=NOW), paused) == NEVER


def test_a_run_without_a_definition_is_looked_at_when_its_step_ends() -> None:
    assert due_of(run(wake_at=NOW + DAY), None) == NOW + DAY
