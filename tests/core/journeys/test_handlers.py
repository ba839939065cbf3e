import pytest

from segue.core.journeys.handlers import find_handler, hurry, modify, unpause
from segue.model.journeys import Handler
from segue.model.time import DAY, HOUR, NEVER, Instant
from tests.builders import ALWAYS, NEVER_TRUE, NOW, condition, fact, run, view
from tests.core.journeys.running import compiled, journey

HANDLERS = (
    Handler(event="ticket", when="a", pause="1d"),
    Handler(event="ticket", pause="2d"),
    Handler(event="solved", resume=True, set={"tone": "b"}),
)
PLAN = compiled(
    journey(on=HANDLERS),
    reorder__on__0__when=NEVER_TRUE,
    reorder__on__2__set__tone=condition(lambda event: event["tone"], on="event"),
).by_name["reorder"]


def test_the_first_handler_that_matches_is_the_one() -> None:
    assert find_handler(run(), PLAN, view(seen=fact("ticket"))) is PLAN.handlers[1]
    assert find_handler(run(), PLAN, view(seen=fact("solved"))) is PLAN.handlers[2]
    assert find_handler(run(), PLAN, view(seen=fact("order"))) is None
    certain = compiled(journey(on=HANDLERS), reorder__on__0__when=ALWAYS, reorder__on__2__set__tone=ALWAYS)
    first = certain.by_name["reorder"]
    assert find_handler(run(), first, view(seen=fact("ticket"))) is first.handlers[0]


def test_a_pause_lasts_from_now() -> None:
    assert modify(run(), PLAN.handlers[1], view()).paused_until == NOW + 2 * DAY


def test_an_event_sets_facts_of_the_run_and_ends_its_pause() -> None:
    paused = run(facts={"cart": "c1", "tone": "loud"}, paused_until=NOW + DAY)
    after = modify(paused, PLAN.handlers[2], view(seen=fact("solved", tone="soft")))
    assert (after.facts, after.paused_until) == ({"cart": "c1", "tone": "soft"}, 0)
    assert paused.facts["tone"] == "loud"


def test_time_spent_standing_still_is_not_held_against_a_run() -> None:
    assert unpause(run(stage_at=NOW - DAY, paused_until=NOW), NOW).stage_at == NOW
    assert unpause(run(stage_at=0, paused_until=NOW), NOW).stage_at == 0


@pytest.mark.parametrize(("share", "left"), [(1.0, 8 * HOUR), (0.25, 2 * HOUR), (0.0, 0)])
def test_a_hurry_leaves_a_share_of_the_wait_and_moves_its_beginning_too(share: float, left: int) -> None:
    waiting = run(step_at=NOW - HOUR, wake_at=NOW + 8 * HOUR)
    after = hurry(waiting, share, NOW)
    assert after.wake_at == NOW + left
    assert after.wake_at - after.step_at == waiting.wake_at - waiting.step_at


@pytest.mark.parametrize("wake_at", [NEVER, NOW])
def test_what_does_not_wait_for_the_clock_cannot_hurry(wake_at: int) -> None:
    assert hurry(run(wake_at=Instant(wake_at)), 0.5, NOW).wake_at == wake_at
