from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segue.model.errors import SegueError
from segue.model.time import (
    DAY,
    HOUR,
    MINUTE,
    NEVER,
    SECOND,
    WEEK,
    Instant,
    format_instant,
    from_datetime,
    is_zone,
    load_zone,
    parse_duration,
    parse_instant,
    to_datetime,
)

instants = st.integers(-2_208_988_800 * SECOND, 4_102_444_800 * SECOND).map(Instant)
"""1900 to 2100."""


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("250ms", 250_000),
        ("30s", 30 * SECOND),
        ("5m", 5 * MINUTE),
        ("5min", 5 * MINUTE),
        ("48h", 48 * HOUR),
        ("7d", 7 * DAY),
        ("2w", 2 * WEEK),
        ("0d", 0),
        ("1d 12h", DAY + 12 * HOUR),
        ("1d12h30min", DAY + 12 * HOUR + 30 * MINUTE),
        ("  1 d  2 h ", DAY + 2 * HOUR),
    ],
)
def test_a_duration_is_numbers_with_units_added_up(text: str, microseconds: int) -> None:
    assert parse_duration(text) == microseconds


@pytest.mark.parametrize("text", ["", "48", "h", "1.5h", "-2h", "1 fortnight", "1d,2h", "1d 2", "tomorrow"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SegueError, match="is not a duration") as refused:
        parse_duration(text)
    assert "48h" in refused.value.instruction


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2011-03-04T09:30:00Z", datetime(2011, 3, 4, 9, 30, tzinfo=UTC)),
        ("2011-03-04T09:30:00.25+02:00", datetime(2011, 3, 4, 7, 30, 0, 250_000, tzinfo=UTC)),
        ("2011-03-04T09:30", datetime(2011, 3, 4, 9, 30, tzinfo=UTC)),
        ("2011-03-04", datetime(2011, 3, 4, tzinfo=UTC)),
        ("1969-12-31T23:59:59.999999Z", datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_from_its_text(text: str, moment: datetime) -> None:
    assert to_datetime(parse_instant(text)) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2011-13-01T00:00Z", "2011-03-04T25:00Z", "1299231000"])
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SegueError, match="is not a time") as refused:
        parse_instant(text)
    assert "2011-03-04T09:30:00Z" in refused.value.instruction


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1, "1970-01-01T00:00:00.000001Z"),
        (1_000, "1970-01-01T00:00:00.001Z"),
        (1_500_000, "1970-01-01T00:00:01.500Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
    ],
)
def test_an_instant_is_written_with_as_few_digits_as_it_needs(microseconds: int, text: str) -> None:
    assert format_instant(Instant(microseconds)) == text


@given(instants, st.sampled_from(["UTC", "Europe/London", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Monrovia"]))
def test_the_text_of_an_instant_is_read_back_as_the_same_instant(instant: Instant, zone: str) -> None:
    assert parse_instant(format_instant(instant, zone)) == instant


@given(instants, st.integers(-23 * 60, 23 * 60))
def test_an_instant_survives_the_way_through_any_zone(instant: Instant, offset_minutes: int) -> None:
    there = to_datetime(instant).astimezone(timezone(timedelta(minutes=offset_minutes)))
    assert from_datetime(there) == instant


@given(instants, instants)
def test_instants_are_ordered_like_their_datetimes(first: Instant, second: Instant) -> None:
    assert (first < second) == (to_datetime(first) < to_datetime(second))


def test_never_is_later_than_every_moment_that_has_a_date() -> None:
    assert from_datetime(datetime.max.replace(tzinfo=UTC)) < NEVER


def test_every_zone_of_the_iana_database_is_a_zone() -> None:
    assert [name for name in sorted(available_timezones()) if not is_zone(name)] == []


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "Europe", "../etc/passwd", "/etc/localtime", "a\0b", "europe london"]
)
def test_what_is_no_zone_is_refused_with_an_example(name: str) -> None:
    assert not is_zone(name)
    with pytest.raises(SegueError, match="no time zone") as refused:
        load_zone(name)
    assert "Europe/London" in refused.value.instruction
