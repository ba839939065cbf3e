"""Versions: what becomes of runs when their journey changes, pauses, drains or stops."""

from typing import Any

import pytest
from msgspec.structs import replace

from segue.core.journeys.plan import JourneyPlans, compile_journeys
from segue.core.journeys.run import Progress, next_due
from segue.model.catalogue import Action
from segue.model.customers import Enrollments
from segue.model.journeys import ExitRule, Handler, Journey, Migration
from segue.model.steps import EventMatch, Goal, Propose, Wait, WaitFor
from segue.model.time import DAY, HOUR, NEVER
from tests.builders import NOW, action, fact, plans, workspace
from tests.core.journeys.running import MAIL, after, compiled, inside, journey, only

FIRST = journey(Wait(id="rest", after="48h"), MAIL)
RACE = WaitFor(id="race", events=(EventMatch(event="click", next="won"),), within="5d", on_timeout="won")
OFFERS: tuple[Action, ...] = (action("offer", "email"),)


def second(*steps: Any, **changes: Any) -> Journey:
    return journey(*steps, version=2, **changes)


def published(*journeys: Journey, retired: tuple[Journey, ...] = ()) -> JourneyPlans:
    return compile_journeys(workspace(journeys=journeys, retired=retired), plans(*OFFERS), {})


def moves(progress: Progress) -> list[tuple[int, str, str, str, str]]:
    return [(m.version, m.step, m.to, m.how, m.detail) for m in progress.moved]


BEGUN = inside(compiled(FIRST))


def test_a_run_finishes_under_the_version_that_it_began_with() -> None:
    changed = published(second(Goal(id="won")), retired=(FIRST,))
    assert after(BEGUN, changed, now=NOW + HOUR).enrollments == BEGUN
    progress = after(BEGUN, changed, now=NOW + 2 * DAY)
    assert (only(progress).version, only(progress).step, len(progress.proposals)) == (1, "mail", 1)


def test_only_the_present_version_is_entered() -> None:
    changed = published(second(Goal(id="won"), Wait(id="rest", after="1h"), reentry="parallel"), retired=(FIRST,))
    assert [run.version for run in after(BEGUN, changed, "lapsed").enrollments.runs] == [1, 2]


def test_a_run_migrates_and_keeps_the_time_it_has_waited() -> None:
    longer = second(Wait(id="rest", after="72h"), MAIL, in_flight="migrate")
    changed = published(longer, retired=(FIRST,))
    progress = after(BEGUN, changed, now=NOW + 10 * HOUR)
    assert (only(progress).version, only(progress).wake_at) == (2, NOW + 72 * HOUR)
    assert moves(progress) == [(1, "rest", "", "migrated", "2"), (2, "", "rest", "migrated", "1")]
    shorter = published(second(Wait(id="rest", after="5h"), MAIL, in_flight="migrate"), retired=(FIRST,))
    assert only(after(BEGUN, shorter, now=NOW + 10 * HOUR)).step == "mail"


def test_a_step_of_another_name_is_found_by_the_map_and_one_of_another_kind_is_come_to_anew() -> None:
    mapped = second(RACE, Goal(id="won"), in_flight="migrate", migration=Migration(steps={"rest": "race"}))
    progress = after(BEGUN, published(mapped, retired=(FIRST,)), now=NOW + 10 * HOUR)
    here = only(progress)
    assert (here.step, here.step_at, here.wake_at, here.visits) == ("race", NOW + 10 * HOUR, NOW + 130 * HOUR, 2)


def test_what_waits_for_a_word_goes_on_waiting_after_a_migration() -> None:
    proposed = after(BEGUN, compiled(FIRST), now=NOW + 2 * DAY)
    mapped = second(
        Propose(id="letter", action="offer"),
        Wait(id="rest", after="1h"),
        in_flight="migrate",
        migration=Migration(steps={"mail": "letter"}),
    )
    changed = published(mapped, retired=(FIRST,))
    moved = after(proposed.enrollments, changed, now=NOW + 3 * DAY)
    assert (only(moved).step, moved.proposals, moved.withdrawn) == ("letter", (), ())
    told = after(moved.enrollments, changed, now=NOW + 3 * DAY, answers={(only(moved).run_id, 2): "sent"})
    assert only(told).step == "rest"


def test_a_step_that_is_not_there_any_more_ends_the_run() -> None:
    progress = after(BEGUN, published(second(Goal(id="won"), in_flight="migrate"), retired=(FIRST,)))
    assert [end.reason for end in progress.ended] == ["migrated_out"]
    assert moves(progress) == [(1, "rest", "", "exited", "migrated_out")]


@pytest.mark.parametrize(
    ("step", "ended"), [(Wait(id="rest", after="1d"), []), (Wait(id="other", after="1d"), ["migrated_out"])]
)
def test_a_run_whose_version_nobody_kept_migrates_if_its_step_is_there(step: Wait, ended: list[str]) -> None:
    progress = after(BEGUN, published(second(step)), now=NOW + HOUR)
    assert [end.reason for end in progress.ended] == ended
    assert [run.wake_at for run in progress.enrollments.runs] == ([] if ended else [NOW + DAY])


def test_an_earlier_version_may_be_stopped_while_the_present_one_lives() -> None:
    changed = published(second(Goal(id="won"), in_flight="stop"), retired=(FIRST,))
    assert [end.reason for end in after(BEGUN, changed).ended] == ["journey_stopped"]


@pytest.mark.parametrize("journeys", [(replace(FIRST, status="stopped"),), ()])
def test_a_journey_that_is_stopped_or_gone_ends_every_run_at_once(journeys: tuple[Journey, ...]) -> None:
    assert [end.reason for end in after(BEGUN, compiled(*journeys)).ended] == ["journey_stopped"]


def test_a_draining_journey_lets_those_inside_go_on_to_the_end() -> None:
    assert only(after(BEGUN, compiled(replace(FIRST, status="draining")), now=NOW + 2 * DAY)).step == "mail"


# Pauses

HELD = compiled(replace(FIRST, status="paused"))


def test_a_paused_journey_stands_still_and_goes_on_where_it_stood() -> None:
    assert next_due(BEGUN, HELD) == NEVER
    assert after(BEGUN, HELD, now=NOW + 5 * DAY).enrollments == BEGUN
    assert only(after(BEGUN, compiled(FIRST), now=NOW + 5 * DAY)).step == "mail"


def test_goals_and_exits_stay_in_force_while_it_stands_still() -> None:
    held = compiled(replace(FIRST, status="paused", goal=EventMatch(event="order"), exits=(ExitRule(event="quit"),)))
    assert [end.reason for end in after(BEGUN, held, seen=fact("order")).ended] == ["goal"]
    assert [end.reason for end in after(BEGUN, held, seen=fact("quit")).ended] == ["exit_event"]


def test_an_awaited_event_that_comes_during_the_pause_is_not_lost() -> None:
    waiting = journey(RACE, Goal(id="late"), Wait(id="won", after="1d"))
    begun = inside(compiled(waiting))
    held = compiled(replace(waiting, status="paused"))
    noted = after(begun, held, seen=fact("click", NOW + DAY), now=NOW + DAY)
    assert (only(noted).step, noted.moved, next_due(noted.enrollments, held)) == ("race", (), NEVER)
    assert only(after(noted.enrollments, compiled(waiting), seen=fact("click"), now=NOW + 2 * DAY)).step == "won"


def test_a_word_that_comes_during_the_pause_is_not_lost() -> None:
    proposed = after(BEGUN, compiled(FIRST), now=NOW + 2 * DAY)
    key = (only(proposed).run_id, only(proposed).visits)
    held = after(proposed.enrollments, HELD, now=NOW + 3 * DAY, answers={key: "sent"})
    assert (only(held).step, held.ended) == ("mail", ())
    goes_on = after(held.enrollments, compiled(FIRST), now=NOW + 4 * DAY)
    assert [end.reason for end in goes_on.ended] == ["done"]


def test_nobody_migrates_during_a_pause() -> None:
    held = published(second(Wait(id="rest", after="1h"), in_flight="migrate", status="paused"), retired=(FIRST,))
    assert (after(BEGUN, held, now=NOW + DAY).enrollments, next_due(BEGUN, held)) == (BEGUN, NEVER)
    forgotten = published(second(Wait(id="new", after="1h"), in_flight="migrate", status="paused"))
    assert (after(BEGUN, forgotten, now=NOW + DAY).enrollments, next_due(BEGUN, forgotten)) == (BEGUN, NEVER)


def test_a_handler_may_make_one_run_stand_still_for_a_while() -> None:
    plans = compiled(
        journey(
            Wait(id="rest", after="2h"),
            Wait(id="more", after="1h"),
            on=(
                Handler(event="ticket", pause="1d"),
                Handler(event="solved", resume=True),
                Handler(event="go", goto="more"),
            ),
        )
    )
    paused = after(inside(plans), plans, seen=fact("ticket")).enrollments
    assert (paused.runs[0].paused_until, next_due(paused, plans)) == (NOW + DAY, NOW + DAY)
    assert after(paused, plans, seen=fact("go", NOW + 5 * HOUR), now=NOW + 5 * HOUR).enrollments == paused
    assert only(after(paused, plans, seen=fact("solved"), now=NOW + 5 * HOUR)).step == "more"
    assert only(after(paused, plans, now=NOW + DAY)).step == "more"


def test_without_runs_nothing_is_due() -> None:
    assert next_due(Enrollments(), HELD) == NEVER
