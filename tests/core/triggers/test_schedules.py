"""Schedules: each occurrence once, at the customer's own time, through every change of the clock."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from segue.core.local_time import at_local
from segue.model.time import DAY, HOUR, MINUTE, Instant, parse_instant, to_datetime
from segue.model.triggers import ScheduleTrigger, Trigger
from tests.core.triggers.transitions import T0, Days, days, identified, tick, tracked


def daily(at: str = "09:00", **changes: Any) -> dict[str, Trigger]:
    return {"digest": ScheduleTrigger(at=at, **changes)}


def lives_in(zone: str, triggers: dict[str, Trigger], *, late: int = 0) -> Days:
    return days(triggers, late=late).live(identified(0, zone=zone))


def after(text: str) -> int:
    return parse_instant(text) - T0


def test_it_fires_every_day_at_the_customers_own_time_with_the_moment_as_fact() -> None:
    ada = lives_in("Asia/Tokyo", daily()).until(3 * DAY)
    assert ada.times("Asia/Tokyo") == [f"2026-03-0{day}T09:00:00+09:00" for day in (2, 3, 4)]
    assert ada.fired[0].facts == {"scheduled_for": "2026-03-02T00:00:00Z"}


def test_a_time_that_the_clock_skips_comes_after_the_gap_and_one_it_repeats_comes_once() -> None:
    ada = lives_in("Europe/Berlin", daily("02:30"))
    ada.until(after("2026-12-31T00:00:00Z"))
    times = ada.times("Europe/Berlin")
    assert "2026-03-29T03:30:00+02:00" in times
    assert "2026-10-25T02:30:00+02:00" in times
    assert len([time for time in times if time.startswith("2026-10-25")]) == 1


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ({"days": ("mon", "fri")}, ["2026-03-02", "2026-03-06", "2026-03-09", "2026-03-13", "2026-03-16"]),
        ({"day_of_month": 31}, ["2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30", "2026-07-31"]),
        ({"day_of_month": 1}, ["2026-03-01", "2026-04-01", "2026-05-01", "2026-06-01", "2026-07-01"]),
        ({"day_of_month": 13, "days": ("fri",)}, ["2026-03-13", "2026-11-13", "2027-08-13"]),
    ],
)
def test_it_fires_only_on_its_days(schedule: dict[str, Any], expected: list[str]) -> None:
    ada = lives_in("UTC", daily(**schedule)).until(600 * DAY)
    assert [time[:10] for time in ada.times()][: len(expected)] == expected


def test_the_last_day_of_february_stands_for_the_thirtieth() -> None:
    ada = lives_in("UTC", daily(day_of_month=30)).until(after("2028-03-29T00:00:00Z"))
    assert {time[:10] for time in ada.times() if time[5:7] == "02"} == {"2027-02-28", "2028-02-29"}


def test_customers_are_spread_each_always_at_the_same_distance() -> None:
    distances = {}
    for customer in ("ada", "bob", "cleo"):
        lived = days(daily(spread="2h"), customer_id=customer).live(tracked(0, "visit")).until(20 * DAY)
        assert len(lived.fired) == 20
        found = {(fired.at - 9 * HOUR) % DAY for fired in lived.fired}
        (distances[customer],) = found
    assert len(set(distances.values())) == 3
    assert all(distance < 2 * HOUR for distance in distances.values())


def test_a_spread_longer_than_the_period_still_gives_one_firing_for_each_occurrence() -> None:
    lived = days(daily(spread="3d")).live(tracked(0, "visit")).until(30 * DAY)
    gaps = {second.at - first.at for first, second in zip(lived.fired, lived.fired[1:], strict=False)}
    assert gaps == {DAY}


def test_a_condition_that_does_not_hold_lets_the_occurrence_pass() -> None:
    ada = days(daily(when="orders >= 1")).live(tracked(0, "visit")).until(2 * DAY)
    assert ada.fired == []
    ada.live(tracked(2 * DAY + HOUR, "order")).until(3 * DAY)
    assert ada.times() == ["2026-03-03T09:00:00Z"]


def test_a_tick_that_comes_late_fires_the_latest_occurrence_and_only_that() -> None:
    ada = lives_in("UTC", daily())
    ada.advance(tick(5 * DAY + 10 * HOUR))
    assert [fired.facts for fired in ada.fired] == [{"scheduled_for": "2026-03-06T09:00:00Z"}]
    assert ada.until(7 * DAY).times()[1:] == ["2026-03-07T09:00:00Z"]


def test_several_that_come_due_together_fire_by_their_moment() -> None:
    ada = lives_in("UTC", {"second": ScheduleTrigger(at="10:00"), "first": ScheduleTrigger(at="09:00")})
    ada.advance(tick(12 * HOUR))
    assert [fired.trigger for fired in ada.fired] == ["first", "second"]


def test_a_zone_that_becomes_known_moves_what_is_pending() -> None:
    ada = days(daily()).live(tracked(0, "visit"), identified(HOUR, zone="America/New_York")).until(2 * DAY)
    assert ada.times("America/New_York") == ["2026-03-01T09:00:00-05:00", "2026-03-02T09:00:00-05:00"]


def test_an_occurrence_that_has_passed_in_the_new_zone_is_left_out() -> None:
    ada = days(daily()).live(tracked(0, "visit"), identified(HOUR, zone="Asia/Tokyo")).until(2 * DAY)
    assert ada.times("Asia/Tokyo") == ["2026-03-02T09:00:00+09:00", "2026-03-03T09:00:00+09:00"][:2]


def test_nobody_gets_an_occurrence_twice_by_flying_west() -> None:
    flight = identified(9 * HOUR, zone="America/New_York")
    ada = days(daily()).live(identified(0, zone="Europe/Berlin"), flight).until(2 * DAY)
    assert ada.times("America/New_York") == ["2026-03-01T03:00:00-05:00", "2026-03-02T09:00:00-05:00"]


def test_a_schedule_whose_times_changed_begins_anew() -> None:
    ada = lives_in("UTC", daily("09:00"))
    ada.plan = days(daily("12:00")).plan
    ada.advance(tick(HOUR))
    ada.until(2 * DAY)
    assert ada.times() == ["2026-03-01T12:00:00Z", "2026-03-02T12:00:00Z"]


def test_a_schedule_whose_times_changed_does_not_fire_at_the_old_one() -> None:
    ada = lives_in("UTC", daily("09:00"))
    ada.plan = days(daily("12:00")).plan
    assert ada.until(DAY).times() == ["2026-03-01T12:00:00Z"]


def test_another_condition_alone_does_not_begin_it_anew() -> None:
    ada = lives_in("UTC", daily())
    ada.plan = days(daily(when="orders == 0")).plan
    ada.advance(tick(10 * HOUR))
    assert [fired.trigger for fired in ada.fired] == ["digest"]


def test_a_schedule_that_is_gone_is_forgotten() -> None:
    ada = lives_in("UTC", daily())
    ada.plan = days({}).plan
    ada.advance(tick(9 * HOUR))
    assert (ada.fired, ada.watches.schedules) == ([], ())


ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns")


@settings(deadline=None, max_examples=60)
@given(
    zone=st.sampled_from(ZONES),
    minute=st.integers(0, 24 * 60 - 1),
    on=st.sets(st.sampled_from(["mon", "wed", "sun"])),
    spread=st.sampled_from(["0s", "90min", "1d"]),
    begin=st.integers(0, 30 * DAY),
    events=st.lists(st.integers(0, 20 * DAY), max_size=6),
    late=st.sampled_from([0, 1, 20 * MINUTE, 3 * HOUR]),
)
@example(
    "America/New_York", 0, {"sun", "mon"}, "1d", 189_936_156_870, [], 0
)  # nearly a day after a day of 23 hours began
def test_each_occurrence_fires_exactly_once_over_every_change_of_the_clock(
    zone: str, minute: int, on: set[str], spread: str, begin: int, events: list[int], late: int
) -> None:
    order = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    wanted = tuple(day for day in order if day in on)
    schedule = ScheduleTrigger(at=f"{minute // 60:02}:{minute % 60:02}", days=wanted, spread=spread)  # type: ignore[arg-type]
    ada = days({"digest": schedule}, late=late).live(identified(begin, zone=zone))
    distance = _own_distance(schedule, minute)
    ada.live(*(tracked(begin + 1 + at, "visit") for at in events)).until(begin + 20 * DAY)
    first, end = Instant(T0 + begin), Instant(T0 + begin + 20 * DAY)
    day, expected = to_datetime(Instant(first - 3 * DAY)).date(), []
    while (due := Instant(at_local(day, zone, minute) + distance)) + late <= end:
        if due > first and (not wanted or order[day.weekday()] in wanted):
            expected.append(due)
        day += timedelta(days=1)
    told = [parse_instant(fired.facts["scheduled_for"]) for fired in ada.fired]
    assert told[: len(expected)] == expected
    assert len(told) <= len(expected) + 1  # an event may have brought one more before its tick
    assert all(due <= fired.at <= due + late for due, fired in zip(told, ada.fired, strict=True))


def _own_distance(schedule: ScheduleTrigger, minute: int) -> int:
    """Return the customer's distance from the schedule's time, as it shows where every day has 24 hours."""
    there = days({"digest": schedule}).live(identified(0, zone="UTC"))
    ((_, due),) = there.watches.schedules
    return (due - T0 - minute * MINUTE) % DAY
