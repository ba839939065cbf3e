"""Local time over every zone of the IANA database, and every change of the clock in 2026."""

from functools import cache
from typing import NamedTuple
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.core.local_time import next_local, quiet_until
from segue.model.time import DAY, HOUR, MINUTE, SECOND, WEEK, Instant, parse_instant, to_datetime

ZONES = sorted(available_timezones())
FIRST, LAST = parse_instant("2026-01-01T00:00Z"), parse_instant("2027-01-01T00:00Z")


class Change(NamedTuple):
    """A change of the clock: at ``at`` it jumps by ``jump`` microseconds, from minute ``minute`` of the local day."""

    at: int
    jump: int
    minute: int


@cache
def changes(zone: str) -> tuple[Change, ...]:
    found = []
    for low in range(FIRST, LAST, WEEK):
        high = low + WEEK
        if offset(low, zone) == offset(high, zone):
            continue
        while high - low > SECOND:
            middle = (low + high) // 2 // SECOND * SECOND
            low, high = (middle, high) if offset(middle, zone) == offset(low, zone) else (low, middle)
        jump = offset(high, zone) - offset(low, zone)
        found.append(Change(high, jump, (high + offset(low, zone)) % DAY // MINUTE))
    return tuple(found)


def offset(now: int, zone: str) -> int:
    since = to_datetime(Instant(now), zone).utcoffset()
    assert since is not None
    return (since.days * 86_400 + since.seconds) * SECOND


def minute_of_day(now: int, zone: str) -> int:
    local = to_datetime(Instant(now), zone)
    return local.hour * 60 + local.minute


def is_quiet(now: int, zone: str, start: int, end: int) -> bool:
    minute = minute_of_day(now, zone)
    return start <= minute < end if start < end else minute >= start or minute < end


def kinds_of_change() -> list[tuple[str, Change]]:
    """Return one zone for each way in which a clock changes in 2026: how far, and at which local minute."""
    kinds = {(change.jump, change.minute): (zone, change) for zone in reversed(ZONES) for change in changes(zone)}
    return [kinds[kind] for kind in sorted(kinds)]


def named(value: object) -> str:
    return f"{value.jump // MINUTE:+}min" if isinstance(value, Change) else str(value)


def awkward_windows(change: Change) -> list[tuple[int, int]]:
    """Return quiet windows whose ends fall before, in, at and after what the clock skips or repeats."""
    marks = [(change.minute + shift) % 1440 for shift in (-75, -30, -15, 0, 15, 30, 45, 60, 75)]
    windows = [(a, b) for a in marks[::2] for b in marks if a != b]
    return [(21 * 60, 8 * 60), (22 * 60, marks[4]), (marks[4], 10 * 60), *windows]


def test_the_year_has_gaps_and_folds_of_an_hour_of_half_an_hour_and_of_two() -> None:
    jumps = {change.jump // MINUTE for _, change in kinds_of_change()}
    assert {-120, -60, -30, 30, 60, 120} <= jumps


@pytest.mark.parametrize(("zone", "change"), kinds_of_change(), ids=named)
def test_a_quiet_window_ends_at_the_first_moment_outside_whatever_the_clock_does(zone: str, change: Change) -> None:
    # All clocks of 2026 change, and all windows below begin and end, at a multiple of five minutes.
    moments = range(change.at - 3 * HOUR, change.at + 15 * HOUR, 5 * MINUTE)
    for start, end in awkward_windows(change):
        inside = [is_quiet(moment, zone, start, end) for moment in moments]
        ends: int | None = None
        for moment, is_inside in zip(reversed(moments), reversed(inside), strict=True):
            if not is_inside:
                ends = moment
            if moment > change.at + 3 * HOUR or (is_inside and ends is None):
                continue
            expected = ends if is_inside else None
            found = quiet_until(Instant(moment), zone, start, end)
            assert found == expected, (to_datetime(Instant(moment), zone), start, end)


@pytest.mark.parametrize("part", range(8))
def test_in_every_zone_the_end_of_a_quiet_window_is_the_first_moment_outside(part: int) -> None:
    for zone in ZONES[part::8]:
        turns = [change.at for change in changes(zone)] or [FIRST + 90 * DAY]
        for moment in (turn + shift * 97 * MINUTE + 12 * SECOND for turn in turns for shift in range(-16, 16)):
            until = quiet_until(Instant(moment), zone, 21 * 60, 8 * 60)
            assert (until is not None) == is_quiet(moment, zone, 21 * 60, 8 * 60)
            if until is not None:
                assert moment < until <= moment + 12 * HOUR
                assert not is_quiet(until, zone, 21 * 60, 8 * 60)
                assert is_quiet(until - 1, zone, 21 * 60, 8 * 60)


@given(
    st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Antarctica/Troll", "Asia/Kolkata"]),
    st.integers(FIRST, LAST),
    st.integers(0, 1439),
    st.integers(0, 1439),
)
def test_the_end_of_any_window_is_outside_and_the_microsecond_before_is_inside(
    zone: str, now: int, start: int, end: int
) -> None:
    until = quiet_until(Instant(now), zone, start, end)
    assert (until is not None) == is_quiet(now, zone, start, end)
    if until is not None and start != end:
        assert not is_quiet(until, zone, start, end)
        assert is_quiet(until - 1, zone, start, end)


def test_a_window_of_the_whole_day_has_no_end_but_is_asked_again_within_a_day() -> None:
    now = parse_instant("2026-03-02T12:00Z")
    assert quiet_until(now, "UTC", 8 * 60, 8 * 60) == parse_instant("2026-03-03T08:00Z")


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-02T20:59:59.999999Z", None),
        ("2026-03-02T21:00:00Z", "2026-03-03T08:00:00Z"),
        ("2026-03-03T07:59:59.999999Z", "2026-03-03T08:00:00Z"),
        ("2026-03-03T08:00:00Z", None),
    ],
)
def test_a_window_holds_its_first_moment_and_not_its_last(now: str, until: str | None) -> None:
    expected = None if until is None else parse_instant(until)
    assert quiet_until(parse_instant(now), "UTC", 21 * 60, 8 * 60) == expected


@pytest.mark.parametrize(
    ("now", "minute", "days", "expected"),
    [
        # London: 01:00 to 02:00 is skipped on 29 March and repeated on 25 October.
        ("2026-03-02T08:00Z", 9 * 60, 0, "2026-03-02T09:00Z"),
        ("2026-03-02T09:00Z", 9 * 60, 0, "2026-03-03T09:00Z"),
        ("2026-03-02T08:00Z", 9 * 60, 1, "2026-03-03T09:00Z"),
        ("2026-03-02T10:00Z", 9 * 60, 1, "2026-03-03T09:00Z"),
        ("2026-03-28T10:00Z", 9 * 60, 1, "2026-03-29T08:00Z"),
        ("2026-03-28T23:00Z", 90, 0, "2026-03-29T01:30Z"),
        ("2026-10-24T23:30Z", 90, 0, "2026-10-25T00:30Z"),
        ("2026-10-25T00:30Z", 90, 0, "2026-10-26T01:30Z"),
        ("2026-10-24T10:00Z", 90, 1, "2026-10-25T00:30Z"),
    ],
)
def test_the_next_local_time_in_london(now: str, minute: int, days: int, expected: str) -> None:
    assert next_local(parse_instant(now), "Europe/London", minute, days) == parse_instant(expected)


@pytest.mark.parametrize("part", range(8))
def test_in_every_zone_the_next_local_time_shows_the_asked_time_or_lies_as_far_behind_a_gap(part: int) -> None:
    for zone in ZONES[part::8]:
        turns = [change.at for change in changes(zone)] or [FIRST + 90 * DAY]
        for turn in turns:
            for now in range(turn - 30 * HOUR, turn + 6 * HOUR, 7 * HOUR + 13 * MINUTE):
                for minute in (0, 30, 45, 60, 90, 120, 150, 180, 9 * 60, 23 * 60 + 30):
                    assert_is_next(Instant(now), zone, minute, next_local(Instant(now), zone, minute))


def assert_is_next(now: Instant, zone: str, minute: int, found: Instant) -> None:
    assert now < found <= now + DAY + 3 * HOUR
    shown = minute_of_day(found, zone)
    if shown == minute:
        # The first of two: as long before it as the clock goes back, the clock did not show the same.
        back = min((change.jump for change in changes(zone) if abs(change.at - found) <= 3 * HOUR), default=0)
        assert back >= 0 or minute_of_day(found + back, zone) != minute
        return
    gap = next(change for change in changes(zone) if change.jump > 0 and 0 <= found - change.at < change.jump)
    assert found - gap.at == (minute - gap.minute) % 1440 * MINUTE
