from typing import get_args
from zoneinfo import available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segue.core.calendar import CalendarUnit, calendar_period
from segue.model.time import DAY, HOUR, Instant, parse_instant, to_datetime

ZONES = sorted(available_timezones())
UNITS: list[CalendarUnit] = list(get_args(CalendarUnit))
LENGTHS = {"day": DAY, "week": 7 * DAY, "month": 31 * DAY}


def period(at: str, zone: str, unit: CalendarUnit) -> tuple[Instant, Instant]:
    return calendar_period(parse_instant(at), zone, unit)


@pytest.mark.parametrize(
    ("unit", "since", "until"),
    [
        ("day", "2026-03-04T00:00-05:00", "2026-03-05T00:00-05:00"),
        ("week", "2026-03-02T00:00-05:00", "2026-03-09T00:00-04:00"),
        ("month", "2026-03-01T00:00-05:00", "2026-04-01T00:00-04:00"),
    ],
)
def test_a_period_is_the_customer_s_own_day_week_from_monday_or_month(
    unit: CalendarUnit, since: str, until: str
) -> None:
    found = period("2026-03-05T03:00Z", "America/New_York", unit)
    assert found == (parse_instant(since), parse_instant(until))


@pytest.mark.parametrize(
    ("at", "hours"), [("2026-03-29T12:00Z", 23), ("2026-10-25T12:00Z", 25), ("2026-10-26T12:00Z", 24)]
)
def test_a_day_is_as_long_as_the_clock_makes_it(at: str, hours: int) -> None:
    since, until = period(at, "Europe/London", "day")
    assert until - since == hours * HOUR


def test_a_day_whose_midnight_the_clock_skips_begins_with_the_jump() -> None:
    jump = parse_instant("2018-11-04T00:00-03:00")  # 00:00 becomes 01:00 in Sao Paulo
    assert calendar_period(jump, "America/Sao_Paulo", "day")[0] == jump
    assert calendar_period(Instant(jump - 1), "America/Sao_Paulo", "day")[1] == jump


def test_a_day_begins_once_where_the_clock_goes_back_over_midnight() -> None:
    midnight = parse_instant("2006-10-29T00:00-02:30")  # at 00:01 it is 23:01 again in St. John's
    again = Instant(midnight + HOUR // 2)
    assert to_datetime(again, "America/St_Johns").day == 28
    assert calendar_period(again, "America/St_Johns", "day")[0] == midnight


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.integers(parse_instant("1971-01-01T00:00Z"), parse_instant("2037-01-01T00:00Z")).map(Instant),
    st.sampled_from(UNITS),
)
def test_periods_follow_one_another_without_gap_or_overlap(zone: str, now: Instant, unit: CalendarUnit) -> None:
    since, until = calendar_period(now, zone, unit)
    assert since <= now < until <= since + LENGTHS[unit] + DAY
    assert calendar_period(until, zone, unit)[0] == until
    assert calendar_period(since, zone, unit) == (since, until)
    assert calendar_period(Instant(until - 1), zone, unit) == (since, until)
