from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from segue.core.journeys.moves import Go, Stay, Surroundings
from segue.core.journeys.pacing import PacingPlan
from segue.core.journeys.steps.wait import WaitPlan, compile_wait, parse_local_time
from segue.core.view import View
from segue.model.errors import SegueError
from segue.model.steps import Wait
from segue.model.time import DAY, HOUR, Instant, parse_instant
from tests.builders import NOW, around, condition, fact, profile, run, view, workspace


def wait(conditions: dict[str, Any] | None = None, **fields: Any) -> WaitPlan:
    return compile_wait(Wait(id="pause", **fields), "next", conditions or {}, "k")


@pytest.mark.parametrize(
    ("duration", "expected"),
    [("48h", Stay(Instant(NOW + 2 * DAY))), ("1d 12h", Stay(Instant(NOW + 36 * HOUR))), ("0h", Go("next"))],
)
def test_after_a_duration_is_exact(duration: str, expected: object) -> None:
    assert wait(after=duration).arrive(run(), around()) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (HOUR, Stay(Instant(NOW + HOUR))),
        (1.5 * HOUR, Stay(Instant(NOW + 90 * 60_000_000))),
        (0, Go("next")),
        (-HOUR, Go("next")),
        (None, Go("next")),
    ],
)
def test_after_an_expression_is_computed_on_arrival_and_no_duration_is_no_wait(value: object, expected: object) -> None:
    plan = wait({"k.after": condition(lambda traits: traits["interval"])}, after="interval")
    assert plan.arrive(run(), around(view(profile(traits={"interval": value})))) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(NOW + 1, Stay(Instant(NOW + 1))), (NOW, Go("next")), (NOW - 1, Go("next")), (None, Go("next"))],
)
def test_until_a_moment_waits_for_it_and_not_when_it_has_passed_or_is_unknown(value: object, expected: object) -> None:
    plan = wait({"k.until": condition(lambda facts: facts["due"], on="run")}, until="run.due")
    assert plan.arrive(run(facts={"due": value}), around()) == expected


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        ("13:00", "UTC", "2026-03-02T13:00Z"),
        ("12:00", "UTC", "2026-03-03T12:00Z"),
        ("+0d 13:00", "UTC", "2026-03-02T13:00Z"),
        ("+1d 09:00", "UTC", "2026-03-03T09:00Z"),
        ("+1d 09:00 local", "America/New_York", "2026-03-03T14:00Z"),
        ("+7d 9:00", "America/New_York", "2026-03-09T13:00Z"),
        ("09:00", "Asia/Tokyo", "2026-03-03T00:00Z"),
    ],
)
def test_at_is_calendar_time_in_the_customer_s_zone(at: str, zone: str, expected: str) -> None:
    assert wait(at=at).arrive(run(), around(view(zone=zone))) == Stay(parse_instant(expected))


@pytest.mark.parametrize(("late_by", "expected"), [(-1, None), (0, Go("next")), (HOUR, Go("next"))])
def test_the_wait_is_over_from_its_moment_on(late_by: int, expected: object) -> None:
    here = around(view(now=NOW + late_by))
    assert wait(after="48h").resume(run(wake_at=NOW), here) == expected


@pytest.mark.parametrize(
    "fields", [{}, {"after": "1h", "at": "09:00"}, {"after": "1h", "until": "due"}, {"at": "9:00", "until": "due"}]
)
def test_a_wait_needs_exactly_one_of_its_ways(fields: dict[str, Any]) -> None:
    with pytest.raises(SegueError, match="exactly one of after, at, until and receptive"):
        wait(**fields)


@pytest.mark.parametrize(
    "text", ["", "9", "24:00", "09:60", "-1d 09:00", "1d 09:00", "+1d", "+1w 09:00", "tomorrow 09:00", "09:00 UTC"]
)
def test_what_is_no_local_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SegueError, match="is not a local time") as refused:
        wait(at=text)
    assert "+1d 09:00" in refused.value.instruction


@given(st.integers(0, 400), st.integers(0, 1439), st.sampled_from(["", " local"]))
def test_a_local_time_is_days_and_a_minute_of_the_day(days: int, minute: int, ending: str) -> None:
    clock = f"{minute // 60:02}:{minute % 60:02}"
    assert parse_local_time(f"+{days}d {clock}{ending}") == (days, minute)
    assert parse_local_time(f"{clock}{ending}") == (0, minute)


# Pacing, receptive hours, migration

PACE = PacingPlan(condition(lambda traits: traits.get("interest")), calm=0, keen=4, slowest=2.0, fastest=0.5)


def paced(**fields: Any) -> WaitPlan:
    return compile_wait(Wait(id="pause", paced=True, **fields), "next", {}, "k", PACE)


def interested(value: object, now: int = NOW) -> Surroundings:
    return around(view(profile(traits={"interest": value}), now=now))


@pytest.mark.parametrize(("interest", "hours"), [(0, 48), (2, 24), (4, 12), (99, 12), (-1, 48), (None, 24)])
def test_a_paced_wait_stretches_for_the_calm_and_shrinks_for_the_keen(interest: object, hours: int) -> None:
    assert paced(after="24h").arrive(run(), interested(interest)) == Stay(Instant(NOW + hours * HOUR))


def test_a_change_of_pace_moves_the_end_of_the_wait_and_may_end_it() -> None:
    waiting = run(wake_at=NOW + 48 * HOUR)
    assert paced(after="24h").resume(waiting, interested(0, NOW + HOUR)) is None
    assert paced(after="24h").resume(waiting, interested(2, NOW + HOUR)) == Stay(Instant(NOW + 24 * HOUR))
    assert paced(after="24h").resume(waiting, interested(4, NOW + 12 * HOUR)) == Go("next")


@pytest.mark.parametrize(("fields", "pace"), [({"at": "09:00"}, PACE), ({"after": "1h"}, None)])
def test_only_a_duration_is_paced_and_only_where_the_journey_says_how(
    fields: dict[str, Any], pace: PacingPlan | None
) -> None:
    with pytest.raises(SegueError, match="is paced, but"):
        compile_wait(Wait(id="pause", paced=True, **fields), "next", {}, "k", pace)


def receptive(hours: dict[int, int], now: int = NOW, *, is_here: bool = False) -> Surroundings:
    about = profile(hours=hours)
    return around(View(about, fact(at=now), Instant(now), "UTC", is_here=is_here))


BEST = compile_wait(Wait(id="pause", receptive="3d"), "next", {}, "k", None, workspace())
EVENINGS = {19: 40}  # Mondays at seven; NOW is a Monday noon


def test_a_receptive_wait_ends_at_the_customer_s_best_hour() -> None:
    assert BEST.arrive(run(), receptive(EVENINGS)) == Stay(Instant(NOW + 7 * HOUR))
    assert BEST.resume(run(wake_at=NOW + 7 * HOUR), receptive(EVENINGS, NOW + HOUR)) is None
    assert BEST.resume(run(wake_at=NOW + 7 * HOUR), receptive(EVENINGS, NOW + 7 * HOUR)) == Go("next")


def test_a_customer_who_is_here_is_as_receptive_as_can_be() -> None:
    assert BEST.arrive(run(), receptive(EVENINGS, is_here=True)) == Go("next")
    assert BEST.resume(run(wake_at=NOW + 7 * HOUR), receptive(EVENINGS, NOW + HOUR, is_here=True)) == Go("next")


def test_of_somebody_who_is_not_known_nothing_is_waited_for() -> None:
    assert BEST.arrive(run(), receptive({})) == Go("next")


def test_a_migrated_run_keeps_the_time_it_has_waited() -> None:
    waited = run(step_at=NOW - 20 * HOUR, wake_at=NOW + 9 * DAY)
    assert wait(after="24h").rejoin(waited, around()).wake_at == NOW + 4 * HOUR
    assert BEST.rejoin(replace(waited, step_at=Instant(NOW - 9 * DAY)), receptive(EVENINGS)).wake_at < NOW


def test_a_wait_is_looked_at_with_every_event_only_where_that_can_change_it() -> None:
    assert [plan.is_restless for plan in (wait(after="1h"), paced(after="1h"), BEST)] == [False, True, True]
