from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.windows import closes_at, compile_window, is_open, opens_at, parse_bound
from segue.model.catalogue import Window
from segue.model.errors import SegueError
from segue.model.time import DAY, HOUR, NEVER, Instant, format_instant, parse_instant

ZONES = ("UTC", "Europe/London", "America/New_York", "Pacific/Auckland", "Asia/Kolkata")


def window(workspace_zone: str = "UTC", **fields: Any) -> Any:
    return compile_window(Window(**fields), workspace_zone)


@pytest.mark.parametrize(
    ("fields", "at", "zone", "expected"),
    [
        ({}, "2026-11-20T00:00:00Z", "UTC", True),
        ({"begins": "2026-11-20"}, "2026-11-19T23:59:59.999999Z", "UTC", False),
        ({"begins": "2026-11-20"}, "2026-11-20T00:00:00Z", "UTC", True),
        ({"ends": "2026-11-30"}, "2026-11-30T23:59:59.999999Z", "UTC", True),
        ({"ends": "2026-11-30"}, "2026-12-01T00:00:00Z", "UTC", False),
        ({"ends": "2026-11-30T18:00"}, "2026-11-30T18:00:00Z", "UTC", False),
        ({"begins": "2026-11-20"}, "2026-11-19T13:00:00Z", "Asia/Tokyo", False),
        ({"begins": "2026-11-20"}, "2026-11-19T15:00:00Z", "Asia/Tokyo", True),
        ({"begins": "2026-11-20", "zone": "workspace"}, "2026-11-19T15:00:00Z", "Asia/Tokyo", False),
        ({"begins": "2026-11-20T00:00:00+09:00"}, "2026-11-19T15:00:00Z", "UTC", True),
        ({"weekdays": ("fri",)}, "2026-11-20T23:59:00Z", "UTC", True),
        ({"weekdays": ("fri",)}, "2026-11-21T00:00:00Z", "UTC", False),
    ],
)
def test_a_window_is_open_on_somebodys_clock(fields: Any, at: str, zone: str, expected: bool) -> None:
    assert is_open(window(**fields), parse_instant(at), zone) is expected


def test_without_days_a_window_of_weekdays_opens_at_the_next_midnight_of_one() -> None:
    friday = [window(weekdays=("fri",))]
    assert format_instant(opens_at(friday, parse_instant("2026-11-16T10:00:00Z"), "UTC")) == "2026-11-20T00:00:00Z"
    assert opens_at(friday, parse_instant("2026-11-20T10:00:00Z"), "UTC") == parse_instant("2026-11-20T10:00:00Z")


def test_of_several_windows_the_first_to_open_counts_and_the_last_to_close() -> None:
    windows = [
        window(begins="2026-12-01", ends="2026-12-03"),
        window(begins="2026-12-03", ends="2026-12-06"),
        window(begins="2026-12-20"),
    ]
    assert format_instant(opens_at(windows, parse_instant("2026-11-16T10:00:00Z"), "UTC")) == "2026-12-01T00:00:00Z"
    assert format_instant(closes_at(windows, parse_instant("2026-12-02T10:00:00Z"), "UTC")) == "2026-12-07T00:00:00Z"
    assert closes_at(windows, parse_instant("2026-12-20T00:00:00Z"), "UTC") == NEVER


def test_what_is_over_never_opens_again() -> None:
    assert opens_at([window(ends="2026-11-10")], parse_instant("2026-11-16T10:00:00Z"), "UTC") == NEVER
    assert (
        opens_at([window(ends="2026-11-19", weekdays=("fri",))], parse_instant("2026-11-16T10:00:00Z"), "UTC") == NEVER
    )


def test_a_last_day_on_which_the_clock_changes_lasts_as_long_as_the_clock_makes_it() -> None:
    last = [window(ends="2026-10-25")]
    closing = closes_at(last, parse_instant("2026-10-25T00:00:00Z"), "Europe/London")
    assert closing - parse_instant("2026-10-24T23:00:00Z") == DAY + HOUR


days = st.integers(0, 400).map(lambda days: Instant(parse_instant("2026-01-01T00:00:00Z") + days * DAY))
moments = st.builds(lambda day, rest: Instant(day + rest), days, st.integers(0, DAY - 1))
dates = days.map(lambda day: format_instant(day)[:10])
windows = st.builds(
    window,
    begins=st.none() | dates,
    ends=st.none() | dates,
    weekdays=st.lists(st.sampled_from(("mon", "wed", "sat", "sun")), max_size=3, unique=True).map(tuple),
)


@given(st.lists(windows, min_size=1, max_size=3), moments, st.sampled_from(ZONES))
def test_a_window_opens_and_closes_at_the_moment_that_is_told_and_not_before(some: Any, now: Any, zone: str) -> None:
    opening = opens_at(some, now, zone)
    if opening == NEVER:
        assert not any(is_open(each, Instant(now + ahead * DAY), zone) for each in some for ahead in range(420))
        return
    assert any(is_open(each, opening, zone) for each in some)
    assert opening == now or not any(is_open(each, Instant(opening - 1), zone) for each in some)
    closing = closes_at(some, opening, zone)
    if closing < NEVER:
        assert not any(is_open(each, closing, zone) for each in some)
        assert any(is_open(each, Instant(closing - 1), zone) for each in some)


@pytest.mark.parametrize("text", ["2026-13-01", "soon", "9999-12-31", "20261120"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(SegueError, match="is not a date"):
        parse_bound(text, is_end=True)
